/** Before and beside a yard, as its handlers see it. Only ever for a person: an agent's token may call none of it. */
import type { Result } from '../../base/result.ts'
import type { FoundCli, RecentYard } from '../../contract/start-screen.ts'
import type { Failure } from '../../domain/failure.ts'

export interface Entered {
  readonly folder: string
  /** Where a browser goes on; null when the window itself has switched. */
  readonly pageUrl: string | null
}

export interface Inspected {
  readonly folder: string
  readonly exists: boolean
  readonly isGit: boolean
  readonly yard: string | null
}

export interface StartScreen {
  recent(): Promise<RecentYard[]>
  /** Forgets that it was opened; the yard itself stays as it is. */
  forget(folder: string): Promise<Result<{ ok: boolean }, Failure>>
  clis(): Promise<{ clis: FoundCli[]; path: string[] }>
  inspect(folder: string): Promise<Result<Inspected, Failure>>
  open(wish: { readonly folder: string; readonly make: boolean }): Promise<Result<Entered, Failure>>
  example(): Promise<Result<Entered, Failure>>
}
