/** One yard: what its hosts and handlers see of it, how it is opened, and what it is assembled from. */
import pack from '../../package.json' with { type: 'json' }
import type { LineQuestion, LineStart, OutputStream } from '../agents/output/output-source.ts'
import type { SearchFound } from '../agents/output/search-output.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Result } from '../base/result.ts'
import type { Scope } from '../base/scope.ts'
import type { ConfigChange, ConfigEdit } from '../config/edit.ts'
import type { PendingEntry } from '../config/keys.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { YardPaths } from '../config/paths.ts'
import type { Answers } from '../contract/contract.ts'
import type { DoctorItem, Flags } from '../contract/service.ts'
import type { Coordinator } from '../coordinator/coordinator.ts'
import type { CommittedBatch, Dispatcher } from '../coordinator/dispatch.ts'
import type { JobPort, JudgingPort, LandingPort } from '../coordinator/ports.ts'
import type { Actor, AnyCommand, ChangeTasks, Reply } from '../domain/command.ts'
import type { IndexedIssue } from '../domain/decide/decide-add.ts'
import type { LeftProcess, LiveFacts, Runtime } from '../domain/executor.ts'
import type { Failure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { NewTask, Schedule } from '../domain/task.ts'
import type { Plan } from '../domain/plan.ts'
import type { OpenStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import type { askTrust } from './access/trust.ts'
import type { Fleet } from './fleet/open-fleet.ts'
import type { MailRunner, OpenTransport } from './mail-transport/mail-runner.ts'
import type { ExecutorHealth } from './executors/probe.ts'
import type { Routes } from './executors/routes.ts'
import type { Trials } from './executors/test-run.ts'
import type { Slots } from './machine/slots.ts'
import type { MachineHold, YardSlots } from './machine/yard-slots.ts'
import type { PersonMail } from './messages/person-mail.ts'
import type { MachineProbe, Metrics, Rates } from './metrics.ts'
import type { Forecaster } from './forecast/forecaster.ts'
import type { YardHistory } from './history/point-in-time.ts'
import type { Positions } from './positions.ts'
import type { KeptTries } from './routing/kept-tries.ts'
import type { IdentityBook } from './judging/identities.ts'
import type { SendQueue } from './messages/send.ts'
import type { Spending } from './spending.ts'

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
  /** What past tries tell of the ways to run a task. */
  readonly tries: KeptTries
  readonly identities: IdentityBook
  readonly vitals: Metrics
  /** Null where no agents are started. */
  readonly rates: Rates | null
  readonly past: YardHistory
  /** Whom it asks to judge, and what becomes of results. */
  readonly judging: JudgingPort
  readonly forecasts: Pick<Forecaster, 'read'>
  /** Numbers of runs, and what sending a job's message needs. */
  readonly jobs: Pick<JobPort, 'takeNumber' | 'sendingTo'>
  /** For messages of agents, which are counted. */
  readonly sendInTurn: SendQueue
  /** What people have to see to. */
  readonly personMail: PersonMail
  config(): LoadedConfig
  now(): number
  /** The only way to change state. Resolves after COMMIT. */
  dispatch(command: AnyCommand, by: Actor, commandId?: string): Promise<Result<Reply, Failure>>
  /**
   * Changes the project's config and tasks that go with it: both or neither. `changeFor` is given the config as it will be; null = nothing
   * of the plan changes. Where the tasks are saved and the config cannot be written, the failure says so.
   */
  changeWithConfig(
    edits: readonly ConfigEdit[],
    changeFor: (next: Pick<Yard, 'config' | 'importFaults'>) => Result<ChangeTasks | null, Failure>,
    by: Actor,
    commandId?: string,
  ): Promise<Result<Reply | null, Failure>>
  /** Everything that would keep these tasks from being imported now; changes nothing. */
  importFaults(tasks: readonly NewTask[]): readonly IndexedIssue[]
  /** What runs when: leases and heartbeats, looking at agents, starting no more of them. */
  readonly coordinator: Pick<
    Coordinator,
    | ('drain' | 'heard' | 'heartbeatAgeMs' | 'lastTickAt' | 'leaseUntil')
    | ('onHeartbeat' | 'tick' | 'wake')
  >
  /** Called for each commit, in order, after it is installed. */
  onCommitted(listener: (batch: CommittedBatch) => void): () => void
  /** First time after `fromMs` at which a schedule fires; a failure when its words are wrong. */
  nextFireAt(schedule: Schedule, fromMs: number): Result<number | null, Failure>
  facts(agentId: AgentId): LiveFacts | null
  nextAgentId(): AgentId
  /** Some agent had this id, though it may be forgotten since. */
  wasGiven(id: AgentId): boolean
  /** Why commits fail now; null while they work. */
  readOnly(): string | null
  /** What is wrong with it. `isNetwork`: remotes are asked, too. */
  diagnose(isNetwork: boolean): Promise<DoctorItem[]>
  isTrusted(): boolean
  /** What it would run and read, for a person to judge; from the files as they are now. */
  askTrust(): ReturnType<typeof askTrust>
  /** A person has said yes to what `seen` stands for; the yard goes on at once. Only ever for a person. */
  giveTrust(seen: string): Promise<Result<void, Failure>>
  recentErrors(): readonly { readonly at: number; readonly text: string }[]
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
  /** Where agents started from now on are told to find the yard. */
  setUrl(url: string | null): void
  /** Agents that were found ended, and were settled, as this yard was opened. */
  readonly settledAtOpen: readonly AgentId[]
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
  testExecutor(name: string): Promise<Result<Answers['service']['testExecutor'], Failure>>
  probeExecutor(
    name: string,
    model?: string | null,
  ): { readonly binary: string | null; readonly problem: string | null }
  /** Why this way of running a task would be refused here for want of a key or a program; null when nothing is missing. */
  hostProblem(route: { readonly executor: string; readonly model: string | null }): string | null
  readOutput(
    id: AgentId,
    window: {
      from: number
      maxBytes: number
      raw: boolean
      stream: OutputStream
      /** Of `text`, where it is raw. */
      encoding: 'utf8' | 'base64'
      withLines?: boolean
    },
  ): Promise<Result<Answers['agent']['output'], Failure>>
  /** Where a text stands in an agent's output, both streams merged, from a byte offset on, at most `limit` places; bounded work. `unknown-agent` when there is none. */
  searchOutput(
    id: AgentId,
    wish: { readonly text: string; readonly from: number; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<Result<SearchFound, Failure>>
  /** A line of an agent's output by its number or by a byte of it. `unknown-agent` when there is none. */
  outputLine(
    id: AgentId,
    stream: OutputStream,
    question: LineQuestion,
    signal?: AbortSignal,
  ): Promise<Result<LineStart, Failure>>
  backup(): Promise<Result<string, Failure>>
  /** What other machines may reach. */
  readonly fleet: Fleet
  /** What is exchanged with members on other machines. */
  readonly mail: Pick<MailRunner, 'alerts' | 'status' | 'sync' | 'compact'>
  /** Called after each reload that was carried out, trust included. */
  onReloaded(listener: () => void): () => void
  /** Takes no new agents from now on and lets go of living ones; the lock is released last. */
  close(): Promise<void>
}

export interface OpenYardOptions {
  readonly paths: YardPaths
  readonly host: HostKind
  readonly log: Log
  readonly flags: Flags
  /** False: settle what has ended and start nothing. */
  readonly runsAgents: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder with the supervisor scripts. */
  readonly resources: string
  readonly launcherEntry: string
  readonly tailEntry: string
  readonly forecastEntry: string
  /** The thread that writes changes of thousands of tasks; without it they hold up the loop. */
  readonly largeWriteEntry?: string
  readonly clock?: Clock
  /** Replaces processes of this machine. */
  readonly runtime?: Runtime
  /** Replaces the models that judge, where `runtime` is given. */
  readonly judging?: JudgingPort
  /** Replaces the way to other machines. */
  readonly transport?: OpenTransport
  /** Replaces what this machine reports of itself. */
  readonly machine?: MachineProbe
  /** Shared by all yards of this process; missing where this is the only one. */
  readonly places?: Slots
  /** Another owner has taken over, or the database is gone: the host must end. `text`: what a person can do, if anything. */
  readonly onStale?: (text: string | null) => void
}

/** What may change while a yard is open, in one place. */
export interface Current {
  config: LoadedConfig
  routes: Routes
  /** They hold until the next reload without them. */
  flags: Flags
  isTrusted: boolean
  /** Where the yard is served; null while it is not. */
  url: string | null
}

/** What a yard is assembled from; its own modules take what they need of it. */
export interface YardParts {
  readonly options: OpenYardOptions
  readonly current: Current
  readonly opened: OpenStore
  readonly dispatcher: Dispatcher
  readonly runtime: Runtime
  readonly spending: Spending
  readonly tries: KeptTries
  readonly identities: IdentityBook
  readonly clock: Clock
  readonly log: Log
  readonly errors: readonly { readonly at: number; readonly text: string }[]
  readonly dataFolder: string
  readonly nextAgentId: () => AgentId
  readonly wasGiven: (id: AgentId) => boolean
  /** Null where `options.runtime` replaces processes. */
  readonly trials: Trials | null
  readonly landing: LandingPort
  readonly judging: JudgingPort
  readonly jobs: JobPort
  /** Ends running agents that the plan does not know as living. Called before anything starts. */
  endUnknown(): Promise<void>
  readonly place: YardSlots
  readonly scope: Scope
}

export const YARD_VERSION: string = pack.version
