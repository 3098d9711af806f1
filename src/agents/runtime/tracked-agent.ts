/** The runtime's state of one agent that has not ended. */
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { CheckSettings } from '../../domain/judging/judging-settings.ts'
import type { Agent, RuntimeUsage, Workplace } from '../../domain/agent.ts'
import type { LaunchOrder, StopOptions } from '../../domain/executor.ts'
import type { AgentId } from '../../domain/ids.ts'
import type { WorktreeSettings } from '../../domain/settings.ts'
import type { Environment } from '../executors/executor.ts'
import type { TailedAgent } from '../output/followed-output.ts'
import type { GitGuard } from '../git/git-guard.ts'
import type { Tail } from '../output/tail.ts'
import type { ProcessHost } from '../process/host/process-host.ts'
import type { TreeCpu } from '../process/host/process-tree.ts'
import type { Launcher } from '../process/launcher/launcher.ts'
import { readStageRecord, type StageRecord } from './stages/stage-record.ts'

export interface LocalRuntimeOptions {
  /** The folder that holds `.yard`. */
  readonly root: string
  /** `.yard/agents`, `.yard/worktrees`: absolute. */
  readonly agents: string
  readonly worktrees: string
  readonly launcher: Launcher
  /** The launcher's program; what else is ours lies beside it. */
  readonly launcherEntry: string
  readonly tail: Tail
  readonly host: ProcessHost
  readonly clock: Clock
  readonly log: Log
  /** The login shell's environment. */
  readonly env: Environment
  /** YARD_DIR, YARD_URL, YARD_TOKEN …: how an agent reaches the yard. Read at each launch. */
  agentVariables(agent: Agent): Readonly<Record<string, string>>
  /** Whether anything of this yard may be run or ended: not before a person trusts it. */
  mayTouch(): boolean
  /** A folder that goes first on the agents' PATH: it holds the `yard` shim. */
  readonly shimFolder: string
  /** What the agent reported through the yard. */
  reportOf(id: AgentId): Agent['report']
  /** Whether it wrote a log line of its own on its task. */
  hasLogged(agent: Pick<Agent, 'id' | 'taskId'>): boolean
  /** Lines that are run in its folder before its result is judged; absent = none. */
  checksOf?(agent: Agent): readonly CheckSettings[]
  /** A model is asked about agents that end badly: what these leave is verified as well. Absent = none is. */
  triages?(): boolean
  /** A random marker per agent, and a UUID for conversations. */
  newKey(): string
  newUuid(): string
  /** How worktrees are made; read at each launch. */
  worktree(): WorktreeSettings
  /** For git that the yard runs in the trees of its agents. */
  readonly git: Omit<GitGuard, 'isQuiet'>
}

export interface Measured {
  /** Monotonic, ms. */
  readonly at: number
  readonly tree: TreeCpu
}

export interface TrackedAgent {
  readonly order: LaunchOrder
  readonly folder: string
  key: string | null
  bootId: string | null
  leader: { readonly pid: number; readonly startTime: string } | null
  workplace: Workplace | null
  /** Set once a stop was requested; nothing is started after it. */
  stop: StopOptions | null
  /** Aborted together with `stop`: ends the lines that are run for it. */
  readonly stopped: AbortController
  /** Resolves when its supervisor was started, or could not be; null before that was asked for. */
  starting: ReturnType<Launcher['start']> | null
  /** Pending while its process tree is being ended. */
  killing: Promise<void> | null
  /** True from the moment that its end is being settled. */
  isSettling: boolean
  /** How often its end could not be settled; see `MAX_SETTLE_TRIES`. */
  settleTries: number
  /** True while it cannot be told whether it ran (disk full, rights); asked again at each look. */
  isUndecided: boolean
  /** When its supervisor was asked for, or when it was adopted. */
  startedAt: number
  heardAt: number
  outputBytes: number
  waitsUntil: number | null
  doing: string | null
  /** What its CLI has reported so far. */
  usage: RuntimeUsage | null
  /** Its processes at the last look. */
  measured: Measured | null
  isBusy: boolean
  hasBeenHeard: boolean
}

export const createTracked = (
  order: LaunchOrder,
  { agents, clock }: Pick<LocalRuntimeOptions, 'agents' | 'clock'>,
): TrackedAgent => ({
  order,
  folder: join(agents, order.agent.id),
  key: null,
  bootId: null,
  leader: null,
  workplace: order.agent.workplace,
  stop: null,
  stopped: new AbortController(),
  starting: null,
  killing: null,
  isSettling: false,
  settleTries: 0,
  isUndecided: false,
  startedAt: clock.now(),
  heardAt: clock.now(),
  outputBytes: 0,
  waitsUntil: null,
  doing: null,
  usage: null,
  measured: null,
  isBusy: false,
  hasBeenHeard: false,
})

/** What git starts for an agent is that agent. Before it starts it has no marker, and cannot have set anything. */
export const gitGuardOf = (
  { key }: TrackedAgent,
  all: ReadonlyMap<AgentId, TrackedAgent>,
  { git }: Pick<LocalRuntimeOptions, 'git'>,
): GitGuard => ({
  file: git.file,
  marker: key ?? git.marker,
  isQuiet: () => [...all.values()].every((one) => one.key === null),
})

/** Restores what is recorded of an agent that an earlier owner started. */
export function recall(one: TrackedAgent, record: StageRecord | null): void {
  const { workplace, startedAt } = one.order.agent
  one.key = record?.key ?? null
  one.bootId = record?.bootId ?? null
  one.workplace = record?.workplace ?? workplace
  one.startedAt = startedAt ?? one.startedAt
}

/** The id may have been chosen for it and not saved yet. */
export const conversationOf = ({ order, folder }: TrackedAgent): string | null =>
  order.agent.conversation?.id ?? readStageRecord(folder)?.conversation ?? null

/** Its supervisor, as it was reported and saved. */
export const committedStart = ({ pid, pidStartTime }: Agent): TrackedAgent['leader'] =>
  pid === null ? null : { pid, startTime: pidStartTime ?? '' }

/** As the tail is told of it. */
export const tailedAgent = ({ order, folder }: TrackedAgent): TailedAgent => ({
  agentId: order.agent.id,
  folder,
  executorType: order.profile.type,
})

export const isPilot = ({ order }: TrackedAgent): boolean => order.agent.by === 'pilot'

/** A folder that another agent left (a restored database, an interrupted purge) is no evidence of this one. */
export const isOf = (record: StageRecord, { agent }: LaunchOrder): boolean =>
  record.agent === agent.id &&
  record.task === agent.taskId &&
  record.generation === agent.generation

/** Whether a stop asks for more than the one before. */
export const asksForMore = (wanted: StopOptions, asked: StopOptions | null): boolean =>
  asked === null ||
  (wanted.force && !asked.force) ||
  (asked.keepsResult === true && !wanted.keepsResult)
