/** A command's way to its yard while it lasts. */
import type { YardPaths } from '../config/paths.ts'
import type { Caller } from './caller.ts'
import type { Client } from './client.ts'
import type { Owner } from './owner.ts'

export interface Connection {
  readonly client: Client
  readonly paths: YardPaths
  readonly caller: Caller
  /** Who holds the yard; null = this command does. */
  readonly owner: Owner | null
  close(): Promise<void>
}
