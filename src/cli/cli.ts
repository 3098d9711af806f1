/** What a verb of the command line is given, and what it answers. */
import type { Command } from 'commander'
import type { Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { Printer } from './text/print.ts'

/** The process as a verb sees it; a test makes its own. */
export interface Machine {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** The project's own folder, with a slash at its end. */
  readonly root: URL
  /** The file that the command was started with: source or built. */
  readonly entry: URL
  /** Aborted when nobody reads stdout any more. */
  readonly gone: AbortSignal
}

export interface Cli {
  readonly machine: Machine
  readonly print: Printer
  /** `--dir`, as it was written; null = YARD_DIR or walking up decides. */
  readonly dir: string | null
  readonly version: string
  /** All commands, for those that speak of them. */
  readonly tree: () => Command
  /** Goes with the verb's one change of state, so that asking again after a lost answer changes nothing twice. */
  readonly commandId: string
}

/** The exit code of a verb that did what it could, or why it could not. */
export type Outcome = Result<number, Failure>
