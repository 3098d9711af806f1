/**
 * Keeps the graph moving. Level-triggered: after every commit and at every due time it compares what the plan wants with
 * what the world is, and closes the difference. Nothing is remembered outside the plan, so starting anew heals everything.
 */
import { createScope } from '../base/scope.ts'
import type { Actor, Command } from '../domain/command.ts'
import type { AgentId, TaskId } from '../domain/ids.ts'
import { createLoopTimer, type LoopTimer } from './loop-timer.ts'
import { createBreakers, type Breakers } from './breakers.ts'
import { createBudgets, type Budgets } from './budgets.ts'
import { createClaimer, type Claimer } from './claimer.ts'
import type { CommittedBatch } from './committed.ts'
import { createDeadlines, type Deadlines } from './deadlines.ts'
import { createLeases, type Leases } from './leases.ts'
import { createLandings, type Landings } from './landings.ts'
import { createReadySet, type ReadySet } from './ready-set.ts'
import { createReporter, type AgentStop, type Reporter } from './reports.ts'
import { falseBackOffs, falseTimes, missedRuns, MISSED_AFTER_MS } from './schedules.ts'
import { createSend } from './send.ts'
import { createAgentReconciler, type AgentReconciler } from './agent-reconciler.ts'
import { createLivenessMonitor, type LivenessMonitor } from './liveness-monitor.ts'
import type { CoordinatorParts } from './ports.ts'

export interface Coordinator {
  /** Looks at the agents of an earlier owner, then begins. Resolves when each of them is settled or adopted. */
  start(): Promise<void>
  /** Settings have changed. */
  onSettings(): void
  /** Looks at the whole world at once: the backstop, and what `dead-agents` asks for. */
  tick(): Promise<void>
  /** No new agent from now on; living ones go on. */
  drain(): void
  /** Something outside the plan has changed, such as the programs of this machine. */
  wake(): void
  heard(id: AgentId): void
  /** Ends the agent although that cannot be saved now; it is once it can be. */
  stopUnsaved(stop: AgentStop, by: Actor): void
  /** Somebody wants this landing now, which may be queued since another owner. */
  landingAsked(id: TaskId): void
  /** When its lease runs out, ms since 1970; null for one without. */
  leaseUntil(id: AgentId): number | null
  lastTickAt(): number | null
  close(): Promise<void>
}

/** Liveness is looked at so often per heartbeat timeout. */
const BEATS_PER_TIMEOUT = 4
/** How long to wait before saving is tried again. */
const RETRY_MS = 1000

export function createCoordinator(parts: CoordinatorParts): Coordinator {
  const scope = createScope()
  const loop = createLoop(parts)
  const recover = async (): Promise<void> => {
    const orders = [...parts.plan.agents.values()]
      .filter((agent) => agent.by !== 'person')
      .flatMap((agent) => parts.orderOf(agent) ?? [])
    if (orders.length > 0) await parts.runtime.recover(orders)
  }
  return {
    async start() {
      scope.add(parts.dispatcher.onCommitted(loop.onCommitted))
      scope.add(parts.runtime.onReport(loop.reporter.onReport))
      scope.add(parts.machine.onRoom(loop.wake))
      // Sets the timer by which it is tried again.
      scope.add(parts.dispatcher.onReadOnly(loop.wake))
      await recover()
      await loop.reporter.settled()
      if (!parts.startsAgents) await loop.endLeases()
      loop.begin()
    },
    onSettings: loop.onSettings,
    tick: loop.tick,
    drain: loop.drain,
    wake: loop.wake,
    heard: loop.heard,
    stopUnsaved: loop.stopUnsaved,
    landingAsked: loop.landingAsked,
    leaseUntil: loop.leaseUntil,
    lastTickAt: loop.lastTickAt,
    async close() {
      loop.end()
      await scope.close()
    },
  }
}

interface Loop extends Omit<Coordinator, 'start' | 'close'> {
  readonly reporter: Reporter
  onCommitted(batch: CommittedBatch): void
  /** Ends the leases that ran out while nobody owned the yard. */
  endLeases(): Promise<void>
  begin(): void
  end(): void
}

/** What the loop works with; each part is told and asked, none knows another. */
interface Workings {
  readonly ready: ReadySet
  readonly breakers: Breakers
  readonly budgets: Budgets
  readonly liveness: LivenessMonitor
  readonly leases: Leases
  readonly deadlines: Deadlines
  readonly landings: Landings
  readonly reporter: Reporter
  readonly reconciler: AgentReconciler
  readonly claimer: Claimer
  readonly timer: LoopTimer
  sendAll(commands: readonly Command[]): Promise<unknown>
}

function createLoop(parts: CoordinatorParts): Loop {
  let isRunning = false
  let isScheduled = false
  let lastTickAt: number | null = null
  const { run, retry } = createRounds(parts, () => workings)
  const wake = (): void => {
    if (isScheduled || !isRunning) return
    isScheduled = true
    parts.defer(() => {
      isScheduled = false
      if (isRunning) run(false)
    })
  }
  const workings = createWorkings(parts, wake, (isBeat) => {
    if (!isRunning) return
    retry()
    if (isBeat) void tick()
  })
  const tick = async (): Promise<void> => {
    lastTickAt = parts.clock.now()
    await look(parts)
    if (!isRunning) return
    workings.reconciler.mark()
    lookForSilence(parts, workings)
    retry()
  }
  return {
    reporter: workings.reporter,
    onCommitted(batch) {
      noteSafely(parts, workings, batch)
      wake()
    },
    wake,
    endLeases: async () => void (await workings.sendAll(workings.leases.expired())),
    begin() {
      isRunning = true
      beginWork(parts, workings)
      lastTickAt = parts.clock.now()
      run(false)
    },
    end() {
      isRunning = false
      endWork(workings)
    },
    onSettings() {
      lookAnew(workings)
      wake()
    },
    tick,
    drain: () => drainAll(workings),
    heard(id) {
      workings.liveness.heard(id)
      workings.leases.renew(id)
    },
    stopUnsaved: (stop, by) => stopUnsaved(parts, workings.reporter, stop, by),
    landingAsked: (id) => workings.landings.ask(id),
    leaseUntil: (id) => workings.leases.untilOf(id),
    lastTickAt: () => lastTickAt,
  }
}

function resetAll({ ready, landings, budgets }: Workings): void {
  ready.reset()
  landings.reset()
  budgets.reset()
}

/** One round of the loop, and one that also tries again what could not be saved. */
function createRounds(parts: CoordinatorParts, workingsOf: () => Workings) {
  let wasReadOnly = false
  const run = (isRetry: boolean): void => {
    const isReadOnly = parts.dispatcher.readOnly() !== null
    // What the loop asked for while nothing could be saved was refused: it asks again for all that still holds.
    if (wasReadOnly && !isReadOnly) lookAnew(workingsOf())
    wasReadOnly = isReadOnly
    reconcile(parts, workingsOf(), isRetry)
  }
  const retry = (): void => {
    workingsOf().reporter.retry()
    parts.dispatcher.retry()
    run(true)
  }
  return { run, retry }
}

function lookForSilence(parts: CoordinatorParts, { sendAll, liveness }: Workings): void {
  attempt(parts, 'silence', () => sendAll(liveness.silences()))
}

/** Whoever was not informed of a commit looks at everything instead. */
function noteSafely(parts: CoordinatorParts, workings: Workings, batch: CommittedBatch): void {
  const isNoted = attempt(parts, 'commit', () => note(batch, workings, parts.clock.now()))
  if (!isNoted) lookAnew(workings)
}

function lookAnew(workings: Workings): void {
  resetAll(workings)
  workings.reconciler.mark()
}

/** What becomes of planned times when the clock has gone on by so much with nobody there, or was set back (< 0). */
function timesAfter(parts: CoordinatorParts, sleptMs: number): Command[] {
  if (Math.abs(sleptMs) <= MISSED_AFTER_MS || !parts.startsAgents) return []
  const setBackMs = Math.max(0, -sleptMs)
  return [
    ...missedRuns(parts.plan, parts),
    ...falseTimes(parts.plan, parts, setBackMs),
    ...falseBackOffs(parts.plan, parts, setBackMs),
  ]
}

function endWork({ timer, deadlines }: Workings): void {
  timer.stop()
  deadlines.stop()
}

function drainAll({ claimer, landings }: Workings): void {
  claimer.drain()
  landings.drain()
}

function beginWork(parts: CoordinatorParts, workings: Workings): void {
  const { claimer, sendAll } = workings
  resetAll(workings)
  claimer.note()
  // How long nobody was there is not known.
  if (parts.startsAgents) sendAll(timesAfter(parts, Infinity))
  else claimer.drain()
}

function createWorkings(
  parts: CoordinatorParts,
  wake: () => void,
  onRing: (isBeat: boolean) => void,
): Workings {
  const { plan, clock } = parts
  const budgets = createBudgets(parts)
  const ready = createReadySet(parts, budgets)
  const send = createSend(parts)
  const reporter = createReporter(parts, wake)
  const liveness = createLivenessMonitor(parts)
  const leases = createLeases(parts)
  const sendOne = async (command: Command): Promise<void> => {
    const reply = await send(command)
    // Time and money run on while nothing can be saved.
    if (command.type === 'agent.stop' && !reply.ok && reply.error.kind === 'read-only')
      stopUnsaved(parts, reporter, command)
  }
  const sendAll = (commands: readonly Command[]) => Promise.all(commands.map(sendOne))
  const { defer, log } = parts
  return {
    ready,
    breakers: createBreakers(plan),
    budgets,
    liveness,
    leases,
    deadlines: createDeadlines({ liveness, leases, defer, log, sendAll, look: () => look(parts) }),
    landings: createLandings(parts, wake),
    reporter,
    reconciler: createAgentReconciler(parts, reporter),
    claimer: createClaimer(parts, ready, send, wake),
    timer: createLoopTimer(clock, onRing),
    sendAll,
  }
}

function stopUnsaved(
  { runtime, caps }: CoordinatorParts,
  reporter: Reporter,
  stop: AgentStop,
  by?: Actor,
): void {
  reporter.keepStop(stop, by)
  const keepsResult = stop.reason === 'reported'
  runtime.stop(stop.agentId, { graceMs: caps().stopGraceMs, force: stop.force, keepsResult })
}

async function look({ runtime, log }: CoordinatorParts): Promise<void> {
  try {
    await runtime.look()
  } catch (error) {
    log.error('looking at the agents failed', { error: String(error) })
  }
}

function note(batch: CommittedBatch, workings: Workings, now: number): void {
  const { ready, landings, reconciler, breakers, budgets, claimer, sendAll } = workings
  ready.note(batch)
  landings.note(batch)
  budgets.note(batch)
  breakers.note(batch)
  if (batch.changes.some(({ entity }) => entity === 'agent')) claimer.note()
  for (const change of batch.changes) {
    if (change.entity !== 'agent') continue
    reconciler.mark()
    if (change.after?.state.kind === 'ended' && change.before?.state.kind !== 'ended')
      sendAll(breakers.onEnded(change.after, now))
  }
}

/** False when it threw, which is logged: reads of the store can fail, and the rest of the loop must go on. */
function attempt({ log }: CoordinatorParts, step: string, run: () => void): boolean {
  try {
    run()
    return true
  } catch (error) {
    log.error('a step of the loop failed; it is tried again', { step, error: String(error) })
    return false
  }
}

function reconcile(parts: CoordinatorParts, workings: Workings, isRetry: boolean): void {
  const { ready, deadlines, breakers, budgets, reconciler, claimer, landings, timer, sendAll } =
    workings
  const now = parts.clock.now()
  const upkeep: [string, () => void][] = [
    ['agents', reconciler.reconcile],
    ['schedules', () => sendAll(timesAfter(parts, timer.sleptMs()))],
    ['deadlines', () => deadlines.judge(timer.stalledMs())],
    ['breakers', () => sendAll(breakers.due(now))],
    ['budgets', () => sendAll(budgets.commands(now))],
    ['ready tasks', () => ready.update(now)],
  ]
  const failed = upkeep.filter(([step, run]) => !attempt(parts, step, run))
  // Nobody starts while a cap or a breaker could not be looked at.
  const isSound = failed.length === 0 && attempt(parts, 'claims', () => claimer.claim(now, isRetry))
  const hasLanded = attempt(parts, 'landings', () => landings.update(isRetry))
  setTimer(parts, workings, now, isSound && hasLanded)
}

function setTimer(
  parts: CoordinatorParts,
  workings: Workings,
  now: number,
  isSound: boolean,
): void {
  const { ready, deadlines, breakers, reporter, timer } = workings
  const { heartbeatTimeoutMs, pollIntervalMs } = parts.caps()
  const pulseMs = Math.max(1000, heartbeatTimeoutMs / BEATS_PER_TIMEOUT)
  const everyMs = parts.plan.agents.size > 0 ? Math.min(pulseMs, pollIntervalMs) : pollIntervalMs
  // What is due cannot be done while nothing can be saved or read; the loop must not spin on it.
  if (!isSound || parts.dispatcher.readOnly() !== null) return timer.set(RETRY_MS, everyMs)
  const waits = [everyMs, deadlines.nextInMs() ?? everyMs]
  waits.push(parts.machine.retryInMs() ?? everyMs)
  for (const dueAt of [ready.nextDueAt(), breakers.nextDueAt()])
    if (dueAt !== null) waits.push(dueAt - now)
  if (reporter.pending() > 0) waits.push(RETRY_MS)
  timer.set(Math.min(...waits), everyMs)
}
