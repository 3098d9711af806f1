/** What the main thread and the tail worker say to each other. Plain data; both ends are this program, so nothing is re-validated. */
import type { RuntimeUsage } from '../../domain/agent.ts'
import type { AgentId } from '../../domain/ids.ts'
import type { OutputReport } from '../../domain/output.ts'
import type { ExecutorType } from '../../domain/settings.ts'
import type { OutputSummary } from '../executors/executor.ts'

export interface TailedAgent {
  readonly agentId: AgentId
  /** Holds stdout.log and stderr.log. */
  readonly folder: string
  readonly executorType: ExecutorType
}

export type TailRequest =
  /** Reads from the start of the files and goes on as they grow; a repeated one is a no-op. */
  | { readonly kind: 'follow'; readonly agent: TailedAgent }
  | { readonly kind: 'nudge'; readonly agentId: AgentId }
  /** Reads to the end, answers `finished` and forgets the agent. Works without a `follow` before. */
  | { readonly kind: 'finish'; readonly agent: TailedAgent }
  | { readonly kind: 'forget'; readonly agentId: AgentId }
  /** The thread ends; nothing is answered any more. */
  | { readonly kind: 'leave' }

/** What is new about one agent, at most a few times a second. */
export interface TailNews {
  readonly agentId: AgentId
  /** When it last wrote something, ms; null while it has written nothing. */
  readonly heardAt: number | null
  /** Bytes of stdout so far. */
  readonly outputBytes: number
  /** It waits for its provider; `until` in ms where it is known. */
  readonly waiting: { readonly until: number | null; readonly why: string } | null
  readonly doing: string | null
  readonly conversation: string | null
  readonly usage: RuntimeUsage | null
  /** Bounded; `dropped` older ones were left out, read them from the files. Always empty for a shell or command. */
  readonly reports: readonly OutputReport[]
  readonly dropped: number
}

export interface FinishedOutput {
  readonly summary: OutputSummary
  /** The last words on stderr, at most 4 kB. */
  readonly stderrTail: string
  readonly outputBytes: number
}

export type TailReply =
  | { readonly kind: 'news'; readonly news: TailNews }
  | { readonly kind: 'finished'; readonly agentId: AgentId; readonly output: FinishedOutput }
