/** The core, assembled, as its hosts and handlers see it. */
import type { Log } from '../base/log.ts'
import type { Result } from '../base/result.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { YardPaths } from '../config/paths.ts'
import type { Actor, AnyCommand, Reply } from '../domain/command.ts'
import type { LeftProcess, LiveFacts } from '../domain/executor.ts'
import type { ExecutorHealth } from './executor-health.ts'
import type { TestRunResult } from './test-run.ts'
import type { IndexedFault } from '../domain/decide/decide-add.ts'
import type { Failure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'
import type { NewTask } from '../domain/new-task.ts'
import type { Schedule } from '../domain/task.ts'
import type { Flags } from '../contract/service.ts'
import type { Store } from '../store/store.ts'
import type { CommittedBatch } from '../coordinator/committed.ts'
import type { ConfigChange, ConfigEdit } from '../config/edit.ts'
import type { PendingEntry } from '../config/settings-form.ts'
import type { Positions } from './positions.ts'
import type { MachineHold } from './machine/hold.ts'
import type { Rates } from './rates.ts'
import type { TrustAsked } from './ask-trust.ts'
import type { OutputStream } from '../agents/output/output-source.ts'
import type { SearchFound } from '../agents/output/search-output.ts'
import type { Spending } from './spending.ts'
import type { Metrics } from './metrics.ts'
import type { Past } from './past/past.ts'

export type HostKind = 'service' | 'app' | 'run' | 'command'

export interface Yard {
  readonly paths: YardPaths
  readonly host: HostKind
  readonly version: string
  readonly openedAt: number
  readonly log: Log
  /** The committed state, read-only. Never kept over an await. */
  readonly plan: Plan
  /** Reads of what the plan does not hold: ended agents, log lines, artifacts, the journal. */
  readonly store: Store
  readonly positions: Positions
  readonly spending: Spending
  readonly vitals: Metrics
  /** Null where no agents are started. */
  readonly rates: Rates | null
  /** The yard as it stood at some instant. */
  readonly past: Past
  config(): LoadedConfig
  now(): number
  /** The one door for every change of state. Resolves after COMMIT. */
  dispatch(command: AnyCommand, by: Actor, commandId?: string): Promise<Result<Reply, Failure>>
  /** Everything that would keep these tasks from being imported now; changes nothing. */
  importFaults(tasks: readonly NewTask[]): readonly IndexedFault[]
  /** News of each commit, in order, after it is installed. */
  onCommitted(listener: (batch: CommittedBatch) => void): () => void
  /** First time after `fromMs` at which a schedule fires; a failure when its words are wrong. */
  nextFireAt(schedule: Schedule, fromMs: number): Result<number | null, Failure>
  facts(agentId: AgentId): LiveFacts | null
  /** Next free agent id. */
  nextAgentId(): AgentId
  /** Some agent had this id, though it may be forgotten since. */
  wasGiven(id: AgentId): boolean
  /** Why commits fail now; null while they work. */
  readOnly(): string | null
  isTrusted(): boolean
  /** What it would run and read, for a person to judge; from the files as they are now. */
  askTrust(): Result<TrustAsked, Failure>
  /** A person has said yes to what `seen` stands for; the yard goes on at once. Only ever for a person. */
  giveTrust(seen: string): Promise<Result<void, Failure>>
  recentErrors(): readonly { readonly at: number; readonly text: string }[]
  lastTickAt(): number | null
  /** Why this machine lets no agent start here now; null = it does, or none wants to. */
  machineHold(): MachineHold | null
  /** Ends agents' trees and resolves when they are settled, or after grace and kill have run out. */
  kill(
    ids: readonly AgentId[],
    how: { force: boolean; redispatch: boolean },
    by: Actor,
  ): Promise<Result<readonly AgentId[], Failure>>
  /** Ends now what ended agents have left running; gives what is still there. */
  endLeftovers(): Promise<Result<readonly LeftProcess[], Failure>>
  /** Forgets ended agents and removes their folders; living ones are passed over. */
  forget(ids: readonly AgentId[], by: Actor): Promise<Result<readonly AgentId[], Failure>>
  /** An agent spoke through the yard: it is alive. */
  heard(id: AgentId): void
  /** When its lease runs out, ms since 1970; null for one without. */
  leaseUntil(id: AgentId): number | null
  /** No new agent from now on; living ones go on. */
  startNone(): void
  /** Where agents started from now on are told to find the yard. */
  setUrl(url: string | null): void
  /** Agents that were found ended, and were settled, as this yard was opened. */
  readonly settledAtOpen: readonly AgentId[]
  /** Looks at every living agent once and settles what has ended. */
  look(): Promise<void>
  /** Applies the files anew, and these flags instead of the earlier ones. A broken file changes nothing. */
  reload(flags: Flags): Promise<Result<LoadedConfig, Failure>>
  /** What a reload with the same flags would change now; a failure where the files cannot be read. */
  pendingConfig(): Result<readonly PendingEntry[], Failure>
  /** Writes keys of a config file and applies the files anew with the flags that hold now. All or none; what cannot be applied is not written. */
  configure(
    scope: 'project' | 'global',
    edits: readonly ConfigEdit[],
  ): Promise<Result<readonly ConfigChange[], Failure>>
  /** Since when, ms, and by whom it is paused; null while it is not. */
  pausedSince(): { readonly at: number; readonly by: string } | null
  /** Whether each profile could run here: its binary, and what is missing. */
  readonly health: ExecutorHealth
  /** One trivial real turn, apart from the graph. `untrusted` before a person has confirmed the yard. */
  testExecutor(name: string): Promise<Result<TestRunResult, Failure>>
  /** Something on this machine may have changed: tasks that waited for a program or a key start if it is there now. */
  wake(): void
  probeExecutor(
    name: string,
    model?: string | null,
  ): { readonly binary: string | null; readonly problem: string | null }
  /** Why this way of running a task would be refused here for want of a key or a program; null when nothing is missing. */
  hostProblem(route: { readonly executor: string; readonly model: string | null }): string | null
  /** A window of an agent's output; see the contract. */
  readOutput(
    id: AgentId,
    window: {
      from: number
      maxBytes: number
      raw: boolean
      stream: OutputStream
      /** Of `text`, where it is raw. */
      encoding: 'utf8' | 'base64'
    },
  ): Promise<
    Result<
      {
        reports: readonly Record<string, unknown>[]
        text: string | null
        start: number
        next: number
        size: number
        isEnd: boolean
        compacted: { at: string; bytes: number } | null
      },
      Failure
    >
  >
  /** Where a text stands in an agent's output, both streams merged, from a byte offset on, at most `limit` places; bounded work. `unknown-agent` when there is none. */
  searchOutput(
    id: AgentId,
    wish: { readonly text: string; readonly from: number; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<Result<SearchFound, Failure>>
  backup(): Promise<Result<string, Failure>>
  /** Takes no new agents from now on and lets go of living ones; the lock is released last. */
  close(): Promise<void>
}
