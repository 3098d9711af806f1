/** The small, pure part of running an agent that differs from one CLI to the next: how it is started and how its output is read. */
import type { Result } from '../../base/result.ts'
import type { RuntimeUsage } from '../../domain/agent.ts'
import type { LastWord } from '../../domain/completion.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import type { WorkFailure } from '../../domain/failure.ts'
import type { OutputReport } from '../../domain/output.ts'
import type { ExecutorType } from '../../domain/settings.ts'
import type { ExecProgram, ExecProgramName } from '../process/node-program.ts'

/** Variables by name; a name without a value is not set. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface LaunchInput {
  readonly order: LaunchOrder
  readonly cwd: string
  /** The agent's own folder under `.yard/agents`. */
  readonly folder: string
  readonly promptFile: string
  /** Shared by all agents of the profile, for what their CLI must remember apart from its user's own. May not be there yet. */
  readonly home: string
  /** The login shell's environment, unchanged. */
  readonly inheritedEnv: Environment
  readonly platform: NodeJS.Platform
  /** A program that is a part of Yardmaster. */
  execProgram(name: ExecProgramName): ExecProgram
  /** The absolute path of a program by name or path; null when there is none that can be run. */
  which(program: string): string | null
  /** A fresh UUID, for CLIs that let the caller choose the conversation's id. */
  readonly conversationId: string
}

export interface EnvironmentChange {
  readonly set: Readonly<Record<string, string>>
  /** Inherited names that must not reach the agent. A name is never in both. */
  readonly unset: readonly string[]
}

export interface PlannedFile {
  /** Absolute. */
  readonly path: string
  readonly content: string
}

export interface LaunchPlan {
  /** A program and its arguments, never a shell line; no secret and no text of a prompt is in it. */
  readonly argv: readonly [string, ...string[]]
  readonly env: EnvironmentChange
  /** Written before it starts, in its folder or its home; no secret is in them. */
  readonly files?: readonly PlannedFile[]
  /** `prompt`: the prompt is written to stdin, which is then closed. `none`: stdin is empty and closed. */
  readonly stdin: 'prompt' | 'none'
  /** The CLI was told to start `yard mcp`, so the prompt may speak of its tools. */
  readonly hasTools?: boolean
  /** Its shell may set PATH anew, as a login shell does, so its prompt names `yard` by an absolute path. */
  readonly namesYardByPath?: boolean
  /** Of a question: what the CLI is told beside the prompt; the rest is written into that. Absent = nothing. */
  readonly tells?: { readonly system?: true; readonly schema?: true }
  /** Known before the start where the CLI lets us choose it, or when it resumes. */
  readonly conversationId: string | null
}

/** What the plan of a pilot may go by: nothing of the owner's environment, for the terminal has one of its own. */
export type PilotInput = Pick<
  LaunchInput,
  'order' | 'cwd' | 'folder' | 'promptFile' | 'home' | 'conversationId'
>

/** How a person's terminal starts the CLI, to be driven by hand. */
export interface PilotPlan {
  /** The program by name or path, to be found from the terminal; no secret and no text of a prompt is in it. */
  readonly argv: readonly [string, ...string[]]
  /** Variables that yield to the terminal's own, and variables that do not; no secret is in them. */
  readonly defaults: Readonly<Record<string, string>>
  readonly set: Readonly<Record<string, string>>
  readonly files?: readonly PlannedFile[]
  readonly hasTools?: boolean
  readonly namesYardByPath?: boolean
  readonly conversationId: string | null
}

/** What an agent's whole output comes to. */
export interface OutputSummary {
  /** The CLI's own last word; null when it gave none. */
  readonly final: LastWord | null
  /** Read from the CLI's own error events only, never from what the agent wrote. */
  readonly failure: WorkFailure | null
  readonly usage: RuntimeUsage | null
  readonly conversation: string | null
  /** Successful tool calls that may have changed something. */
  readonly mutatingToolCalls: number
}

/** Reads one agent's stdout, line by line and in order. Never throws, whatever the line. */
export interface OutputReader {
  /** `writtenAt`: when the line was written, as near as known, in ms; relative times are counted from it. */
  read(line: string, writtenAt: number): readonly OutputReport[]
  /** The same for stderr, where a CLI says there alone that it waits for its provider. Says nothing of the work itself. */
  readError?(line: string, writtenAt: number): readonly OutputReport[]
  /** What was read and is not told yet, because more of it may follow. Asked where reading stops. */
  rest?(): readonly OutputReport[]
  /** May be asked at any time; final once the last line was read. */
  finish(): OutputSummary
}

export interface Executor {
  readonly type: ExecutorType
  plan(input: LaunchInput): Result<LaunchPlan, WorkFailure>
  /** Missing where no person can drive it in a terminal. */
  pilot?(input: PilotInput): Result<PilotPlan, WorkFailure>
  createReader(): OutputReader
  /** What the CLI understands as "please end". */
  readonly stopSignal: 'SIGTERM' | 'SIGINT'
  /** How long it may take for that before its tree is killed. */
  readonly graceMs: number
  /** Whether it always gives a final word when it ends well. */
  readonly givesFinal: boolean
  /** At most so many bytes a second it reads and writes while it only waits; missing = next to none. */
  readonly idleIo?: number
}

export const EMPTY_SUMMARY: OutputSummary = {
  final: null,
  failure: null,
  usage: null,
  conversation: null,
  mutatingToolCalls: 0,
}
