/** A command's way to its yard while it lasts. */
import type { YardPaths } from '../config/paths.ts'
import type { Caller } from '../yard/caller.ts'
import type { Client } from './client.ts'
import type { Owner } from './owner.ts'

export interface Connection {
  readonly client: Client
  readonly paths: YardPaths
  readonly caller: Caller
  /** The host that runs the yard; null = none does: this command holds it, or another that lets it in. */
  readonly owner: Owner | null
  close(): Promise<void>
}
