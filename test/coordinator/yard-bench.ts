/** A whole coordinator on a real store in memory, with a manual clock and a runtime that does what the test says. */
import { NO_LANDING } from '../../src/yard/git/landing-port.ts'
import { NO_JUDGING } from '../../src/yard/judging/judging-port.ts'
import { ROOMY } from '../../src/yard/machine/slots.ts'
import { createLeaseMemory } from '../support/lease-book.ts'
import { createProfile } from '../../src/config/models.ts'
import { silentLog } from '../../src/base/log.ts'
import { ok, type Result } from '../../src/base/result.ts'
import { createCoordinator, type Coordinator } from '../../src/coordinator/coordinator.ts'
import { createDispatcher, type Dispatcher } from '../../src/coordinator/dispatch.ts'
import type {
  LeaseBook,
  Caps,
  CoordinatorParts,
  JobPort,
  JudgingPort,
  LandingPort,
  MachinePort,
  MailPort,
  Route,
  RouteLearner,
} from '../../src/coordinator/ports.ts'
import type { Actor, Command, Reply } from '../../src/domain/command.ts'
import type { Evidence } from '../../src/domain/completion.ts'
import type {
  LaunchOrder,
  LiveFacts,
  Runtime,
  RuntimeReport,
  StopOptions,
} from '../../src/domain/executor.ts'
import type { Failure } from '../../src/domain/failure.ts'
import { agentIdOf, type AgentId } from '../../src/domain/ids.ts'
import type { NewTask, Task } from '../../src/domain/task.ts'
import type { Budget, Profile, Settings } from '../../src/domain/settings.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { messagesOf } from '../../src/yard/executors/launch-order.ts'
import { createMoney, createSpending } from '../../src/yard/spending.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'
import { createTurns, openMemoryStore, type Turns } from '../support/memory-store.ts'
import { PERSON, addCommand, evidenceOf, taskId } from '../support/plan-builder.ts'

export interface ScriptedRuntime extends Runtime {
  /** Agents in the order of their launches. */
  readonly launched: string[]
  readonly orders: LaunchOrder[]
  readonly stops: { readonly id: string; readonly force: boolean }[]
  /** As they were asked for. */
  readonly stopOptions: StopOptions[]
  readonly looks: { count: number }
  readonly recovered: string[]
  liveFacts: Map<AgentId, LiveFacts>
  /** What recovery finds; asked for each agent. */
  onRecover: (order: LaunchOrder) => RuntimeReport | null
  report(id: AgentId, generation: number, report: RuntimeReport): void
}

export const PROFILE: Profile = {
  ...createProfile('shell', 'shell', { permissions: 'workspace', stdin: 'none' }),
  timeoutMs: 14_400_000,
}

export const endedReport = (
  at: number,
  evidence: Partial<Evidence> = {},
): Extract<RuntimeReport, { kind: 'ended' }> => ({
  kind: 'ended',
  at,
  evidence: evidenceOf(evidence),
  usage: null,
  conversation: null,
  changes: null,
  artifacts: [],
})

function createScriptedRuntime(): ScriptedRuntime {
  const listeners = new Set<Parameters<Runtime['onReport']>[0]>()
  const holding = new Set<AgentId>()
  const runtime: ScriptedRuntime = {
    launched: [],
    orders: [],
    stops: [],
    stopOptions: [],
    looks: { count: 0 },
    recovered: [],
    liveFacts: new Map(),
    onRecover: () => null,
    launch(order) {
      if (holding.has(order.agent.id)) return
      holding.add(order.agent.id)
      runtime.launched.push(order.agent.id)
      runtime.orders.push(order)
    },
    async recover(orders) {
      for (const order of orders) {
        holding.add(order.agent.id)
        runtime.recovered.push(order.agent.id)
        const found = runtime.onRecover(order)
        if (found) runtime.report(order.agent.id, order.agent.generation, found)
      }
    },
    stop(id, how) {
      runtime.stops.push({ id, force: how.force })
      runtime.stopOptions.push(how)
    },
    endLeftovers: () => Promise.resolve([]),
    isHolding: (id) => holding.has(id),
    facts: (id) => runtime.liveFacts.get(id) ?? null,
    measure: () => Promise.resolve(new Map()),
    async look() {
      runtime.looks.count += 1
    },
    onReport(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    report(id, generation, report) {
      if (report.kind === 'ended') holding.delete(id)
      for (const listener of listeners) listener(id, generation, report)
    },
    close: async () => holding.clear(),
  }
  return runtime
}

export interface YardBench {
  readonly clock: ManualClock
  readonly turns: Turns
  readonly opened: OpenStore
  readonly dispatcher: Dispatcher
  readonly coordinator: Coordinator
  readonly runtime: ScriptedRuntime
  readonly staleOwners: { count: number }
  caps: Caps
  profile: Profile
  /** What may be spent, and what tokens cost. */
  economy: Pick<Settings, 'budget' | 'models'>
  route: (task: Task) => Result<Route, Failure>
  nextFireAt: CoordinatorParts['nextFireAt']
  canRun: NonNullable<CoordinatorParts['canRun']>
  /** Sends a command and lets everything come to rest. */
  send(command: Command, by?: Actor, commandId?: string): Promise<Result<Reply, Failure>>
  add(id: string, more?: Partial<NewTask>, nextFireAt?: number | null): Promise<void>
  /** Moves the clock from timer to timer, resting between. */
  pass(ms: number): Promise<void>
  start(): Promise<void>
  /** The living agent of a task. */
  agentOf(id: string): AgentId
  begin(id: string): Promise<void>
  end(id: string, evidence?: Partial<Evidence>): Promise<void>
  task(id: string): Task
  /** Ids of tasks that an agent holds. */
  running(): string[]
  close(): Promise<void>
}

export interface YardBenchOptions {
  readonly opened?: OpenStore
  readonly clock?: ManualClock
  readonly startsAgents?: boolean
  readonly leases?: LeaseBook
  readonly machine?: MachinePort
  readonly landing?: LandingPort
  readonly judging?: JudgingPort
  readonly assignmentOf?: CoordinatorParts['assignmentOf']
  readonly jobs?: (opened: OpenStore) => JobPort
  readonly mail?: (opened: OpenStore, clock: ManualClock) => MailPort
  readonly learner?: (opened: OpenStore, dispatcher: Dispatcher) => RouteLearner
  readonly wrap?: (opened: OpenStore) => OpenStore
  /** Tasks from which on a change is carried out in pieces. */
  readonly largeFrom?: number
}

export const ROUTE: Route = {
  executor: 'shell',
  executorType: 'shell',
  model: null,
  modelId: null,
  provider: null,
  provenance: { executor: 'test', model: 'test' },
  timeoutMs: 14_400_000,
  exclusive: null,
  isForPeople: false,
}

export const NO_BUDGET: Budget = {
  dayUsd: null,
  dayTokens: null,
  graphUsd: null,
  graphTokens: null,
  graphSince: null,
}

export const CAPS: Caps = {
  maxAgents: 4,
  executors: {},
  models: {},
  tags: {},
  pollIntervalMs: 60_000,
  heartbeatTimeoutMs: 300_000,
  stopGraceMs: 10_000,
  doneGraceMs: 120_000,
  endSilent: false,
  missed: 'once',
}

/** Takes executor and model of the task as they stand; everything named `manual` is for people. */
const plainRoute = (task: Task): Result<Route, Failure> =>
  ok({
    ...ROUTE,
    executor: task.executor ?? 'shell',
    executorType: task.executor === 'manual' ? 'manual' : task.executor ? 'claude' : 'shell',
    model: task.model,
    modelId: task.model,
    provider: task.executor && task.executor !== 'manual' ? `of-${task.executor}` : null,
    timeoutMs: task.timeoutMs ?? ROUTE.timeoutMs,
    exclusive: task.repo,
    isForPeople: task.executor === 'manual',
  })

const portsOf = ({
  landing = NO_LANDING,
  judging = NO_JUDGING,
  machine = ROOMY,
}: YardBenchOptions) => ({ landing, judging, machine })

const optionalPortsOf = (
  { learner, mail, assignmentOf, jobs }: YardBenchOptions,
  parts: { opened: OpenStore; dispatcher: Dispatcher; clock: ManualClock },
) => ({
  ...(learner && { learner: learner(parts.opened, parts.dispatcher) }),
  ...(mail && { mail: mail(parts.opened, parts.clock) }),
  ...(assignmentOf && { assignmentOf }),
  ...(jobs && { jobs: jobs(parts.opened) }),
})

export async function createYardBench(options: YardBenchOptions = {}): Promise<YardBench> {
  const base = options.opened ?? (await openMemoryStore())
  const opened = options.wrap?.(base) ?? base
  const clock = options.clock ?? createManualClock()
  const turns = createTurns()
  const runtime = createScriptedRuntime()
  const staleOwners = { count: 0 }
  const { plan, store, writer, ownerEpoch } = opened
  const { defer } = turns
  const dispatcher = createDispatcher({
    plan,
    store,
    writer,
    clock,
    log: silentLog,
    defer,
    ownerEpoch,
    onStale: () => (staleOwners.count += 1),
    ...(options.largeFrom !== undefined && { largeFrom: options.largeFrom }),
  })
  const spending = createSpending(store.spending)
  dispatcher.onCommitted(spending.note)
  let agents = Math.max(opened.lastAgentNumber, plan.lastAgentNumber)
  const coordinator = createCoordinator({
    plan,
    dispatcher,
    runtime,
    ...portsOf(options),
    clock,
    log: silentLog,
    caps: () => bench.caps,
    money: createMoney({ plan, store, runtime, spending, settings: () => bench.economy }),
    route: (task) => bench.route(task),
    ...optionalPortsOf(options, { opened, dispatcher, clock }),
    canRun: (route) => bench.canRun(route),
    orderOf: (agent) => orderOf(bench, agent.id),
    leases: options.leases ?? createLeaseMemory(),
    nextAgentId: () => agentIdOf((agents += 1)),
    nextFireAt: (schedule, from) => bench.nextFireAt(schedule, from),
    random: () => 0.5,
    startsAgents: options.startsAgents ?? true,
    defer,
  })
  const bench: YardBench = {
    clock,
    turns,
    opened,
    dispatcher,
    coordinator,
    runtime,
    staleOwners,
    caps: CAPS,
    profile: PROFILE,
    economy: { budget: NO_BUDGET, models: {} },
    route: plainRoute,
    canRun: () => true,
    /** The spec is a number of ms; it fires at each whole multiple. */
    nextFireAt: ({ spec }, from) => (Math.floor(from / Number(spec)) + 1) * Number(spec),
    async send(command, by = PERSON, commandId) {
      const sent = dispatcher.dispatch(command, by, commandId)
      await turns.idle()
      return sent
    },
    async add(id, more, nextFireAt) {
      const reply = await bench.send(addCommand(id, more, nextFireAt))
      if (!reply.ok) throw new Error(reply.error.message)
    },
    async pass(ms) {
      const end = clock.monotonic() + ms
      for (;;) {
        const next = clock.nextInMs()
        const left = end - clock.monotonic()
        if (next === null || next > left) {
          clock.advance(left)
          return turns.idle()
        }
        clock.advance(next)
        await turns.idle()
      }
    },
    async start() {
      const started = coordinator.start()
      await turns.idle()
      await started
      await turns.idle()
    },
    agentOf(id) {
      const agent = plan.agentOf(taskId(id))
      if (!agent) throw new Error(`nobody works on ${id}`)
      return agent.id
    },
    async begin(id) {
      const agent = plan.agents.get(bench.agentOf(id))
      if (!agent) return
      const at = clock.now()
      runtime.report(agent.id, agent.generation, {
        kind: 'started',
        at,
        pid: 99,
        pidStartTime: '1',
      })
      await turns.idle()
    },
    async end(id, evidence) {
      const agent = plan.agents.get(bench.agentOf(id))
      if (!agent) return
      runtime.report(agent.id, agent.generation, endedReport(clock.now(), evidence))
      await turns.idle()
    },
    task(id) {
      const task = plan.tasks.get(taskId(id))
      if (!task) throw new Error(`no task ${id}`)
      return task
    },
    running: () => [...plan.agents.values()].map((agent) => agent.taskId).toSorted(),
    async close() {
      await coordinator.close()
      await dispatcher.close()
      opened.close()
    },
  }
  return bench
}

function orderOf(
  { profile, clock, opened: { plan, store } }: YardBench,
  id: AgentId,
): LaunchOrder | null {
  const agent = plan.agents.get(id)
  const task = agent && plan.tasks.get(agent.taskId)
  if (!agent || !task) return null
  return {
    agent,
    task,
    profile,
    dependencies: [],
    notes: [],
    graph: [],
    messages: messagesOf(plan, store, agent, clock.now()),
    resume: agent.conversation,
    modelId: agent.modelId,
    model: null,
    profileModel: null,
    answer: null,
    foreignKeys: [],
    isCapped: false,
  }
}
