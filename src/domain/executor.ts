/**
 * The ports between the coordinator and the runtimes of agents. The coordinator says what should run (`Runtime.launch`, `stop`),
 * the runtime says what happened (`RuntimeReport`). Both sides may die at any instruction: launch and stop are repeated until
 * reports say that they are not needed, so they must be idempotent per agent.
 */
import type { Agent, Changes, RuntimeUsage, Workplace } from './agent.ts'
import type { Evidence } from './completion.ts'
import type { AgentId, TaskId } from './ids.ts'
import type { Identity } from './judging/identity.ts'
import type { Message } from './messages/message.ts'
import type { ChangePosition } from './plan.ts'
import type { ModelEntry, Profile } from './settings.ts'
import type { Conversation, Task } from './task.ts'
import { z } from 'zod'
import { jsonIssue } from './bounds.ts'

/** What an agent is told about one dependency. */
export interface DependencyResult {
  readonly id: TaskId
  readonly title: string
  readonly state: 'done' | 'abandoned'
  readonly resultCommit: string | null
  readonly branch: string | null
  readonly artifacts: readonly Artifact[]
}

/** A message as its reader is told of it. `repeats`: turns that took it before and ended badly. */
export interface TurnMessage extends Pick<
  Message,
  'id' | 'at' | 'from' | 'kind' | 'priority' | 'task' | 'replyTo' | 'text' | 'diff'
> {
  readonly repeats: number
}

/** A result kept with a task: a file by its path, a text (an agent's final answer), or any JSON that a report brought. */
export type Artifact =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'json'; readonly value: unknown }

/** Null for what is none that is known here. */
export function artifactOf(stored: unknown): Artifact | null {
  if (typeof stored !== 'object' || stored === null || !('kind' in stored)) return null
  const isKnown = stored.kind === 'file' || stored.kind === 'text' || stored.kind === 'json'
  // We wrote it; only its kind may be another version's.
  return isKnown ? (stored as Artifact) : null
}

/**
 * A question to its model and nothing else: without tools, token, project settings and repository, in an empty folder below its own. The
 * question is the task's description.
 */
export interface AnswerOrder {
  readonly system: string
  /** What the answer must fit: JSON Schema as strict modes take it. */
  readonly schema: Readonly<Record<string, unknown>>
}

/** All that is needed to start one agent; made from committed state only, so that it is the same after a crash. */
export interface LaunchOrder {
  readonly agent: Agent
  readonly task: Task
  /** It spends a budget: its own, or that of a task whose agents added it. */
  readonly isCapped: boolean
  readonly profile: Profile
  readonly dependencies: readonly DependencyResult[]
  /** The last log lines of the task, oldest first. */
  readonly notes: readonly {
    readonly at: number
    readonly by: string
    readonly text: string
    /** Set on a person's comment on the changes. */
    readonly place?: ChangePosition
  }[]
  /** A line per other task, for `context = graph | full`. */
  readonly graph: readonly string[]
  readonly resume: Conversation | null
  /** What it has taken as its turn began, in that order. */
  readonly messages: readonly TurnMessage[]
  /** Who the agent is asked to be; absent = nobody in particular. */
  readonly identity?: Identity | null
  /** Only for `launch.json` and `{model}`: the model's id that reaches the CLI. */
  readonly modelId: string | null
  /** Its entry in the registry; null where it has none, or the agent has no model of ours. */
  readonly model: ModelEntry | null
  /** The entry of the model that its profile names: the address that the profile's key is for. Null where it names none. */
  readonly profileModel: ModelEntry | null
  /** Variables that hold keys of other profiles and models: its process does not get them. */
  readonly foreignKeys: readonly string[]
  /** Null = it works on a task. */
  readonly answer: AnswerOrder | null
}

export type RuntimeReport =
  /** The folder it will work in is ready; comes before `started`. */
  | { readonly kind: 'placed'; readonly workplace: Workplace; readonly worktreeName: string | null }
  | {
      readonly kind: 'started'
      readonly at: number
      /** Null where no process of this machine is it. */
      readonly pid: number | null
      readonly pidStartTime: string | null
    }
  /** First sign of life of a `starting` agent. */
  | { readonly kind: 'heard'; readonly at: number }
  | { readonly kind: 'conversation'; readonly id: string }
  | { readonly kind: 'usage'; readonly usage: RuntimeUsage }
  /** Its service does not take its task, for people to see; null = it does now. */
  | { readonly kind: 'unreachable'; readonly reason: string | null }
  /** A line for the log of its task. */
  | { readonly kind: 'note'; readonly text: string }
  | {
      readonly kind: 'ended'
      readonly at: number
      readonly evidence: Evidence
      readonly usage: RuntimeUsage | null
      readonly conversation: string | null
      readonly changes: Changes | null
      readonly artifacts: readonly Artifact[]
    }

/** What is true now of a living agent and not worth a journal row. Instants in ms. */
export interface LiveFacts {
  readonly lastHeardAt: number
  /** Bytes of stdout so far. */
  readonly outputBytes: number
  /** Between the last two looks it did what its output does not show: a tool that works, files, requests. */
  readonly isBusy: boolean
  /** How long its process has run, by a monotonic clock; absent or null = not known. */
  readonly ranMs?: number | null
  /** Its program has ended; what it left is being collected and verified. Absent = false. */
  readonly hasEnded?: boolean
  /** The CLI said that it waits for its provider (a retry, a rate limit) until then; null = not. */
  readonly waitsForProviderUntil: number | null
  /** One line: the tool call or text under way. */
  readonly doing: string | null
  /** What its CLI has told so far; absent or null = nothing. */
  readonly usage?: RuntimeUsage | null
}

/** What the processes of one agent use, all together. */
export interface TreeUse {
  /** CPU used so far, ms; can only be compared with an earlier look. */
  readonly cpuMs: number
  /** Resident memory; null where the system does not tell. */
  readonly memoryBytes: number | null
  readonly processes: number
}

/** A process that outlived its agent and could not be ended. */
export interface LeftProcess {
  readonly pid: number
  /** Null when it cannot be read. */
  readonly command: string | null
}

export interface StopOptions {
  /** Between the polite signal and the end of the tree. */
  readonly graceMs: number
  /** Without the polite signal. */
  readonly force: boolean
  /** What it leaves is verified before its end is told: it has reported its end, or a model says what becomes of its task. */
  readonly keepsResult?: boolean
}

export interface Runtime {
  /** Starts the agent unless it is known already; never throws, never blocks. */
  launch(order: LaunchOrder): void
  /**
   * Looks at agents of an earlier owner: reports `ended` for those that are gone, `started` for those it adopts.
   * Resolves when each has been looked at.
   */
  recover(orders: readonly LaunchOrder[]): Promise<void>
  /** Ends the whole tree: politely, after `graceMs` by force; `ended` follows. A repeated call may only ask for more. */
  stop(agentId: AgentId, how: StopOptions): void
  /** True from `launch` or `recover` until `ended` was reported. */
  isHolding(agentId: AgentId): boolean
  facts(agentId: AgentId): LiveFacts | null
  /** One look at the processes of all living agents; those of which nothing is known are left out. Never throws. */
  measure(): Promise<ReadonlyMap<AgentId, TreeUse>>
  /** Ends now what ended agents have left running; resolves with what is still there. Rejects where that cannot be told. */
  endLeftovers(): Promise<readonly LeftProcess[]>
  /** Looks at everything once (exit files, output, liveness): the backstop for lost notifications. */
  look(): Promise<void>
  onReport(
    listener: (agentId: AgentId, generation: number, report: RuntimeReport) => void,
  ): () => void
  /** Lets go of all agents without touching them. */
  close(): Promise<void>
}

/** Artifacts as a report brings them: a list of paths is files; any other JSON object is kept as given. */
export const artifactsInputSchema = z.union([
  z.array(z.string().max(4096)).max(1000),
  z.record(z.string(), z.unknown()).superRefine((value, context) => {
    const fault = jsonIssue(value)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault })
  }),
])
type ArtifactsInput = z.infer<typeof artifactsInputSchema>

export function toArtifacts(given: ArtifactsInput | undefined): Artifact[] {
  if (given === undefined) return []
  if (Array.isArray(given)) return given.map((path) => ({ kind: 'file', path }))
  return [{ kind: 'json', value: given }]
}
