/** One life of the owner: store, dispatcher, coordinator and runtime over the world. When it dies all of it is dropped at once. */
import { createProfile } from '../../src/config/models.ts'
import type { Clock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { ok, type Result } from '../../src/base/result.ts'
import { createCoordinator, type Coordinator } from '../../src/coordinator/coordinator.ts'
import {
  createDispatcher,
  type Dispatcher,
  type DispatcherParts,
} from '../../src/coordinator/dispatch.ts'
import type { Caps, LeaseBook, Route } from '../../src/coordinator/ports.ts'
import { messagesOf } from '../../src/yard/executors/launch-order.ts'
import { EXECUTOR_OF_MEMBER, type SimMail } from './mail/sim-mail.ts'
import type { Agent } from '../../src/domain/agent.ts'
import { NOTHING_SPENT } from '../../src/domain/budget/budget.ts'
import type { LaunchOrder } from '../../src/domain/executor.ts'
import type { Failure } from '../../src/domain/failure.ts'
import type { RoutingSettings } from '../../src/domain/judging/judging-settings.ts'
import { DEFAULT_KINDS } from '../../src/domain/judging/kind.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import {
  isTakenByPeople,
  EXECUTOR_KINDS,
  type Budget,
  type ExecutorType,
  type Profile,
} from '../../src/domain/settings.ts'
import type { Schedule, Task } from '../../src/domain/task.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { createKeptTries } from '../../src/yard/routing/kept-tries.ts'
import { createRouteLearner } from '../../src/yard/routing/route-learner.ts'
import { createMoney, createSpending } from '../../src/yard/spending.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { createSimLanding, type Branch } from './sim-lander.ts'
import type { Judges } from './sim-judge.ts'
import type { SimMachine } from './sim-machine.ts'
import { createSimRuntime, type RuntimeFaults } from './sim-runtime.ts'
import type { World } from './world.ts'

/** What becomes of the next COMMIT. */
export type Fate = 'works' | 'disk is full' | 'dies before' | 'dies after' | 'lies'

export interface Effect {
  readonly label: string
  readonly run: () => void
}

export interface Owner {
  readonly opened: OpenStore
  readonly startsAgents: boolean
  readonly dispatcher: Dispatcher
  readonly coordinator: Coordinator
  /** Turns of the loop, in order. */
  readonly loop: Effect[]
  /** Steps of the runtime; any may come next. */
  readonly effects: Effect[]
  /** Commands that were given to it and are not answered. */
  readonly unanswered: ReadonlySet<string>
  /** What it threw where nobody could catch it. */
  error: unknown
  isDead: boolean
  /** It has looked at the agents of the owner before it. */
  hasStarted: boolean
  fate: Fate
  /** Its last commit failed: what it has done since may be known to nobody else. */
  isBehind: boolean
  /** Drops everything in memory. */
  die(): void
}

export interface OwnerParts {
  readonly opened: OpenStore
  readonly world: World
  readonly clock: Clock
  readonly random: SeededRandom
  readonly faults: RuntimeFaults
  readonly caps: () => Caps
  readonly budget: () => Budget
  readonly machine: SimMachine
  readonly ignoresBudgets: boolean
  readonly branch: Branch
  readonly judges: Judges
  /** Null = nobody is a member. */
  readonly mail: SimMail | null
  readonly leases: LeaseBook
  /** False: it is one command, which settles what has ended and leaves. */
  readonly startsAgents: boolean
  /** Tasks that name nobody are chosen for. */
  readonly learns: boolean
  /** What becomes of results by itself. */
  readonly policy: 'keep' | 'auto'
  readonly decide?: DispatcherParts['decide']
}

export function createOwner(parts: OwnerParts): Owner {
  const { opened, world, random } = parts
  const loop: Effect[] = []
  const effects: Effect[] = []
  const clock = mortalClock(parts.clock)
  const defer = (run: () => void): void => void loop.push({ label: 'a turn of the loop', run })
  const later = (label: string, run: () => void): void => void effects.push({ label, run })
  const unanswered = new Set<string>()
  const dispatcher = answering(unanswered, {
    plan: opened.plan,
    store: opened.store,
    writer: { ...opened.writer, begin: () => begin(owner), commit: () => commit(owner) },
    clock,
    log: silentLog,
    defer,
    ownerEpoch: opened.ownerEpoch,
    onStale: () => (owner.isDead = true),
    ...(parts.decide && { decide: parts.decide }),
  })
  const runtime = createSimRuntime({ world, random, clock, faults: parts.faults, later })
  const spending = createSpending(opened.store.spending)
  dispatcher.onCommitted(spending.note)
  const money = createMoney({
    plan: opened.plan,
    store: opened.store,
    runtime,
    spending,
    settings: () => ({ budget: parts.budget(), models: {} }),
  })
  const settings = { routing: ROUTING, judging: { kinds: DEFAULT_KINDS }, models: {} }
  const { plan, store } = opened
  const tries = createKeptTries({ plan, reads: store.tries, settings: () => settings })
  dispatcher.onCommitted(tries.note)
  const learner = createRouteLearner({
    tries,
    settings: () => settings,
    withArm: (task, { executor, model }) => route({ ...task, executor, model }),
    spentOn: (task) => spending.ofTask(task).usd,
  })
  const coordinator = createCoordinator({
    plan: opened.plan,
    dispatcher,
    runtime,
    money: parts.ignoresBudgets ? { ...money, ofTask: () => NOTHING_SPENT } : money,
    landing: createSimLanding({ ...parts, later }),
    judging: parts.judges.portFor({ clock, later, plan: opened.plan, agentOf: store.agent }),
    machine: parts.machine.placeFor(clock),
    clock,
    log: silentLog,
    caps: parts.caps,
    route: (task) => byMember(parts.mail, task, (parts.learns ? routeOrClaude : route)(task)),
    ...(parts.learns && { learner }),
    ...(parts.mail && {
      mail: parts.mail.portFor(opened, clock),
      jobs: parts.mail.jobsFor(opened, clock),
    }),
    orderOf: (agent) => orderOf(opened, agent, clock.now()),
    leases: parts.leases,
    nextAgentId: () => agentIdOf(world.nextAgentNumber()),
    nextFireAt,
    random: random.next,
    startsAgents: parts.startsAgents,
    defer,
  })
  const owner: Owner = {
    opened,
    startsAgents: parts.startsAgents,
    dispatcher,
    coordinator,
    loop,
    effects,
    unanswered,
    error: null,
    isDead: false,
    hasStarted: false,
    fate: 'works',
    isBehind: false,
    die() {
      owner.isDead = true
      loop.length = 0
      effects.length = 0
      world.onChange = null
      clock.die()
      opened.close()
    },
  }
  coordinator.start().then(
    () => (owner.hasStarted = true),
    (error: unknown) => (owner.error ??= error),
  )
  return owner
}

/** Keeps the account of who waits for an answer. */
function answering(
  unanswered: Set<string>,
  parts: Parameters<typeof createDispatcher>[0],
): Dispatcher {
  const dispatcher = createDispatcher(parts)
  let count = 0
  return {
    ...dispatcher,
    dispatch(command, by, commandId) {
      const key = `${command.type} (${(count += 1)})`
      unanswered.add(key)
      const reply = dispatcher.dispatch(command, by, commandId)
      void reply.finally(() => unanswered.delete(key))
      return reply
    },
  }
}

/** What has died writes no more, whatever of it still goes on in this process. */
function begin(owner: Owner): void {
  const { isDead, opened } = owner
  if (isDead) throw new Error('the owner died')
  owner.isBehind = true
  opened.writer.begin()
}

function commit(owner: Owner): void {
  commitByFate(owner)
  owner.isBehind = false
}

function commitByFate(owner: Owner): void {
  const { fate, opened } = owner
  if (fate === 'disk is full')
    throw Object.assign(new Error('disk is full'), { code: 'SQLITE_FULL' })
  if (fate === 'lies') return opened.writer.rollback()
  if (fate === 'works') return opened.writer.commit()
  owner.isDead = true
  if (fate === 'dies after') opened.writer.commit()
  throw new Error('the owner died')
}

/** Timers die with their owner. */
function mortalClock(clock: Clock): Clock & { die(): void } {
  const cancels = new Set<() => void>()
  let isDead = false
  return {
    ...clock,
    after(ms, run) {
      // Its promises may still go on in this process.
      if (isDead) return () => {}
      const cancel = clock.after(ms, () => {
        cancels.delete(cancel)
        run()
      })
      cancels.add(cancel)
      return cancel
    },
    die() {
      isDead = true
      for (const cancel of cancels) cancel()
    },
  }
}

/** A schedule's words are a number of ms: it fires at each multiple. */
export const nextFireAt = ({ spec }: Schedule, from: number): number =>
  (Math.floor(from / Number(spec)) + 1) * Number(spec)

const TYPES: Readonly<Record<string, ExecutorType>> = {
  shell: 'shell',
  claude: 'claude',
  codex: 'codex',
  manual: 'manual',
  external: 'external',
}

export function route(task: Task): Result<Route, Failure> {
  const executor =
    task.executor ?? (task.exec === null ? EXECUTOR_OF_MEMBER[task.member ?? ''] : null) ?? 'shell'
  const executorType = TYPES[executor] ?? 'shell'
  return ok({
    executor,
    executorType,
    model: task.model,
    modelId: task.model,
    provider: EXECUTOR_KINDS[executorType].provider,
    provenance: { executor: 'the simulation', model: 'the simulation' },
    timeoutMs: task.timeoutMs ?? 3_600_000,
    exclusive: task.repo,
    isForPeople: isTakenByPeople(executorType),
  })
}

/** What names nobody and has no command is for claude. */
const routeOrClaude = (task: Task): Result<Route, Failure> =>
  route(isFree(task) ? { ...task, executor: 'claude' } : task)
const isFree = ({ executor, exec, member }: Task): boolean =>
  executor === null && exec === null && member === null

/** One that begins anew each time keeps no conversation. */
function byMember(
  mail: SimMail | null,
  { member }: Task,
  way: Result<Route, Failure>,
): Result<Route, Failure> {
  const known = member === null ? undefined : mail?.settings.members[member]
  return way.ok && known?.conversation === 'new' ? ok({ ...way.value, isFresh: true }) : way
}

const ROUTING: RoutingSettings = {
  learn: true,
  arms: [
    { name: 'claude/opus', executor: 'claude', model: 'opus' },
    { name: 'codex/gpt', executor: 'codex', model: 'gpt' },
  ],
  pointUsd: 0.02,
  hourUsd: 1,
  explore: 0.3,
  halfLife: 20,
}
/** Whoever a task that is chosen for may go to. */
export const ARMS = ['claude', ...ROUTING.arms.map(({ name }) => name)]

const profile: Profile = {
  ...createProfile('shell', 'shell', { permissions: 'workspace', stdin: 'none' }),
  timeoutMs: 3_600_000,
}

function orderOf({ plan, store }: OpenStore, agent: Agent, now: number): LaunchOrder | null {
  const task = plan.tasks.get(agent.taskId)
  if (!task) return null
  const { conversation: resume, modelId } = agent
  return {
    agent,
    task,
    profile,
    dependencies: [],
    notes: [],
    graph: [],
    messages: messagesOf(plan, store, agent, now),
    resume,
    modelId,
    model: null,
    profileModel: null,
    answer: null,
    foreignKeys: [],
    isCapped: false,
  }
}
