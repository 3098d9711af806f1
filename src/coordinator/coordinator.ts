/**
 * Keeps the graph moving. Level-triggered: after every commit and at every due time it compares what the plan wants with the
 * state of the world and closes the difference. It remembers nothing outside the plan, so a restart recovers everything.
 */
import type { Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import type { Result } from '../base/result.ts'
import { createScope } from '../base/scope.ts'
import type { Actor, Command, Reply } from '../domain/command.ts'
import type { Failure } from '../domain/failure.ts'
import type { AgentId, TaskId } from '../domain/ids.ts'
import { createAgentReconciler, createClaimer } from './claimer.ts'
import { createBreakers } from './breakers.ts'
import { createBudgets } from './budgets.ts'
import { createDeadlines, createLeases } from './leases.ts'
import type { CommittedBatch } from './dispatch.ts'
import { createChecks, createJudgements } from './judgements.ts'
import { createJobs } from './jobs.ts'
import { createLandings } from './landings.ts'
import { createMailUpkeep } from './mail.ts'
import { createLivenessMonitor } from './liveness-monitor.ts'
import type { CoordinatorParts } from './ports.ts'
import { createReadySet } from './ready-set.ts'
import { createReporter, type AgentStop } from './reports.ts'
import {
  falseBackOffs,
  falseMailTimes,
  falseTimes,
  missedRuns,
  MISSED_AFTER_MS,
} from './schedules.ts'

export type Coordinator = ReturnType<typeof createCoordinator>

/** Liveness is checked so often per heartbeat timeout. */
const CHECKS_PER_TIMEOUT = 4
const RETRY_MS = 1000
const BY = { kind: 'coordinator' } as const

export function createCoordinator(parts: CoordinatorParts) {
  const { plan, runtime, dispatcher, clock, log, caps, startsAgents } = parts
  const scope = createScope()
  let isRunning = false
  let isScheduled = false
  let wasReadOnly = false
  let lastTickAt: number | null = null

  const wake = (): void => {
    if (isScheduled || !isRunning) return
    isScheduled = true
    parts.defer(() => {
      isScheduled = false
      if (isRunning) run(false)
    })
  }
  /** False when it threw, which is logged: reads of the store can fail, and the rest of the loop must go on. */
  const attempt = (step: string, act: () => void): boolean => {
    try {
      act()
      return true
    } catch (error) {
      log.error('a step of the loop failed; it is tried again', { step, error: String(error) })
      return false
    }
  }
  const look = async (): Promise<void> => {
    try {
      await runtime.look()
    } catch (error) {
      log.error('looking at the agents failed', { error: String(error) })
    }
  }
  /** Refusals are logged, never thrown. */
  const send = async (command: Command): Promise<Result<Reply, Failure>> => {
    const reply = await dispatcher.dispatch(command, BY)
    if (!reply.ok && reply.error.kind !== 'read-only')
      log.warn('a command of the coordinator was refused', {
        type: command.type,
        why: reply.error.message,
      })
    return reply
  }
  const sendAll = (commands: readonly Command[]): Promise<unknown> =>
    Promise.all(
      commands.map(async (command) => {
        const reply = await send(command)
        // Time and money run on while nothing can be saved.
        if (command.type === 'agent.stop' && !reply.ok && reply.error.kind === 'read-only')
          stopUnsaved(command)
      }),
    )

  const budgets = createBudgets(parts)
  const ready = createReadySet(parts, budgets)
  const breakers = createBreakers(plan)
  const reporter = createReporter(parts, wake)
  const liveness = createLivenessMonitor(parts)
  const leases = createLeases(parts)
  const { defer } = parts
  const deadlines = createDeadlines({ liveness, leases, defer, log, sendAll, look })
  const landings = createLandings(parts, wake)
  const judgements = createJudgements(parts, wake, liveness)
  const checks = createChecks(parts)
  const jobs = createJobs(parts, send, wake)
  const mail = createMailUpkeep(parts)
  const reconciler = createAgentReconciler(parts, reporter)
  const claimer = createClaimer(parts, ready, send, wake)
  const heartbeat = createHeartbeat(clock, (error) =>
    log.error('a listener of heartbeats threw', { error: String(error) }),
  )
  const timer = createLoopTimer(clock, (isPoll) => {
    if (!isRunning) return
    retry()
    if (isPoll) void tick()
  })

  const stopUnsaved = (stop: AgentStop, by?: Actor): void => {
    reporter.keepStop(stop, by)
    const keepsResult = stop.reason === 'reported'
    runtime.stop(stop.agentId, { graceMs: caps().stopGraceMs, force: stop.force, keepsResult })
  }
  const lookAnew = (): void => {
    ready.reset()
    landings.reset()
    judgements.reset()
    checks.reset()
    jobs.reset()
    mail.reset()
    budgets.reset()
    reconciler.mark()
  }
  const note = (batch: CommittedBatch): void => {
    ready.note(batch)
    landings.note(batch)
    judgements.note(batch)
    checks.note(batch)
    jobs.note(batch)
    mail.note(batch)
    budgets.note(batch)
    breakers.note(batch)
    if (batch.changes.some(({ entity }) => entity === 'agent')) claimer.note()
    for (const change of batch.changes) {
      if (change.entity !== 'agent') continue
      reconciler.mark()
      if (change.after?.state.kind === 'ended' && change.before?.state.kind !== 'ended')
        void sendAll(breakers.onEnded(change.after, clock.now()))
    }
  }
  const onCommitted = (batch: CommittedBatch): void => {
    // A part that was not informed of a commit looks at everything instead.
    if (!attempt('commit', () => note(batch))) lookAnew()
    wake()
  }
  /** One round of the loop. `isRetry`: it also tries again what could not be saved. */
  const run = (isRetry: boolean): void => {
    heartbeat.show()
    // What it would ask for would wait for the end of that, and be asked for again and again meanwhile.
    if (dispatcher.isBusy()) return timer.set(RETRY_MS, caps().pollIntervalMs)
    const isReadOnly = dispatcher.readOnly() !== null
    // What the loop asked for while nothing could be saved was refused: it asks again for all that still holds.
    if (wasReadOnly && !isReadOnly) lookAnew()
    wasReadOnly = isReadOnly
    const now = clock.now()
    const sleptMs = timer.sleptMs()
    if (Math.abs(sleptMs) > MISSED_AFTER_MS) jobs.onAbsence(now)
    let isReady = true
    const upkeep: [string, () => void][] = [
      ['agents', reconciler.reconcile],
      ['schedules', () => sendAll(timesAfter(parts, sleptMs))],
      ['deadlines', () => deadlines.judge(timer.stalledMs())],
      ['breakers', () => sendAll(breakers.due(now))],
      ['budgets', () => sendAll(budgets.commands(now))],
      ['messages', () => sendAll(mail.commands(now))],
      ['ready tasks', () => (isReady = ready.update(now))],
      ['assignments', () => sendAll(ready.takeAssignments())],
    ]
    const failed = upkeep.filter(([step, act]) => !attempt(step, act))
    // No task starts while a cap or a breaker could not be checked, nor before one that was not looked at yet.
    const mayClaim = failed.length === 0 && isReady
    const hasClaimed = !mayClaim || attempt('claims', () => claimer.claim(now, isRetry))
    const isSound = failed.length === 0 && hasClaimed
    if (!isReady) wake()
    const hasLanded = attempt('landings', () => landings.update(isRetry))
    const hasFired = attempt('jobs', () => jobs.update(now))
    attempt('checks of judges', () => sendAll(checks.commands(now, isRetry)))
    const hasAsked = attempt('judgements', () => judgements.update(now, isRetry))
    setTimer(now, isSound && hasLanded && hasAsked && hasFired)
  }
  const setTimer = (now: number, isSound: boolean): void => {
    const { heartbeatTimeoutMs, pollIntervalMs } = caps()
    const checkMs = Math.max(1000, heartbeatTimeoutMs / CHECKS_PER_TIMEOUT)
    const everyMs = plan.agents.size > 0 ? Math.min(checkMs, pollIntervalMs) : pollIntervalMs
    // What is due cannot be done while nothing can be saved or read; the loop must not spin on it.
    if (!isSound || dispatcher.readOnly() !== null) return timer.set(RETRY_MS, everyMs)
    const waits = [everyMs, deadlines.nextInMs() ?? everyMs, heartbeat.nextInMs()]
    waits.push(parts.machine.retryInMs() ?? everyMs)
    const dueTimes = [ready, breakers, judgements, jobs, mail].map((part) => part.nextDueAt())
    for (const dueAt of dueTimes) if (dueAt !== null) waits.push(dueAt - now)
    if (reporter.pending() > 0) waits.push(RETRY_MS)
    timer.set(Math.min(...waits), everyMs)
  }
  const retry = (): void => {
    reporter.retry()
    dispatcher.retry()
    run(true)
  }
  const tick = async (): Promise<void> => {
    lastTickAt = clock.now()
    await look()
    if (!isRunning) return
    reconciler.mark()
    attempt('silence', () => sendAll(liveness.silences()))
    retry()
  }

  return {
    /** Looks at the agents of an earlier owner, then begins. Resolves when each of them is settled or adopted. */
    async start(): Promise<void> {
      scope.add(dispatcher.onCommitted(onCommitted))
      scope.add(runtime.onReport(reporter.onReport))
      scope.add(parts.machine.onRoom(wake))
      // Sets the timer by which it is tried again.
      scope.add(dispatcher.onReadOnly(wake))
      scope.add(dispatcher.onLargeEnded(wake))
      const orders = reconciler.inherited()
      if (orders.length > 0) await runtime.recover(orders)
      await reporter.settled()
      // Leases that ran out while no process owned the yard.
      if (!startsAgents) await sendAll(leases.expired())
      isRunning = true
      lookAnew()
      claimer.note()
      jobs.onAbsence(clock.now())
      // How long no process owned it is not known.
      if (startsAgents) void sendAll(timesAfter(parts, Infinity))
      else claimer.drain()
      lastTickAt = clock.now()
      run(false)
    },
    onSettings(): void {
      lookAnew()
      attempt('jobs', jobs.noteStarts)
      wake()
    },
    /** Looks at the whole world at once: the backstop, and what `dead-agents` asks for. */
    tick,
    /** No new agent from now on; living ones go on. */
    drain(): void {
      claimer.drain()
      landings.drain()
      judgements.drain()
      checks.drain()
    },
    /** Something outside the plan has changed, such as the programs of this machine. */
    wake,
    heard(id: AgentId): void {
      liveness.heard(id)
      leases.renew(id)
    },
    /** Ends the agent although that cannot be saved now; it is once it can be. */
    stopUnsaved,
    /** Somebody wants this landing now, which may be queued since another owner. */
    landingAsked: (id: TaskId) => landings.ask(id),
    /** When its lease runs out, ms since 1970; null for one without. */
    leaseUntil: (id: AgentId): number | null => leases.untilOf(id),
    lastTickAt: (): number | null => lastTickAt,
    /** Called by the loop itself now and every five seconds, with the time: who listens knows that it runs. */
    onHeartbeat(listener: (at: number) => void): () => void {
      const off = heartbeat.on(listener)
      wake()
      return off
    },
    /** Ms since the loop last ran. */
    heartbeatAgeMs: heartbeat.ageMs,
    async close(): Promise<void> {
      isRunning = false
      timer.stop()
      deadlines.stop()
      await scope.close()
    },
  }
}

/** Corrections of planned times, when the clock went on by `sleptMs` while the loop did not run, or was set back (< 0). */
function timesAfter(parts: CoordinatorParts, sleptMs: number): Command[] {
  if (Math.abs(sleptMs) <= MISSED_AFTER_MS || !parts.startsAgents) return []
  const setBackMs = Math.max(0, -sleptMs)
  return [
    ...missedRuns(parts.plan, parts),
    ...falseTimes(parts.plan, parts, setBackMs),
    ...falseBackOffs(parts.plan, parts, setBackMs),
    ...falseMailTimes(parts.plan, parts, setBackMs),
  ]
}

const HEARTBEAT_MS = 5000

/** Shown by rounds of the loop, so that one that stands still shows none. */
function createHeartbeat(clock: Clock, onError: (error: unknown) => void) {
  const news = createEmitter<number>(onError)
  let listeners = 0
  let ranAt = clock.monotonic()
  let shownAt = -Infinity
  return {
    on(listener: (at: number) => void): () => void {
      const off = news.on(listener)
      listeners += 1
      shownAt = -Infinity
      let isOn = true
      return () => {
        if (isOn) listeners -= 1
        isOn = false
        off()
      }
    },
    show(): void {
      ranAt = clock.monotonic()
      if (ranAt < shownAt + HEARTBEAT_MS) return
      shownAt = ranAt
      news.emit(clock.now())
    },
    /** Until a round is due for it. */
    nextInMs: (): number =>
      listeners === 0 ? Infinity : Math.max(0, shownAt + HEARTBEAT_MS - clock.monotonic()),
    ageMs: (): number => clock.monotonic() - ranAt,
  }
}

/** A timer that fires later than this shows that the loop was blocked. */
const STALLED_AFTER_MS = 2000

/** Fires at the earliest due time, and in any case at every poll interval, so that a busy yard never postpones its poll. */
function createLoopTimer(clock: Clock, onFire: (isPoll: boolean) => void) {
  let cancel: (() => void) | null = null
  let lastPollAt = clock.monotonic()
  let setAt = clock.monotonic()
  let dueAt = Infinity
  let seen = { wall: clock.now(), monotonic: clock.monotonic() }
  return {
    /** Sets the timer anew: `dueInMs` from now, or at the next poll if that is sooner. */
    set(dueInMs: number, everyMs: number): void {
      cancel?.()
      const pollInMs = lastPollAt + everyMs - clock.monotonic()
      const waitMs = Math.max(1, Math.min(dueInMs, pollInMs))
      setAt = clock.monotonic()
      dueAt = setAt + waitMs
      cancel = clock.after(waitMs, () => {
        const isPoll = clock.monotonic() >= lastPollAt + everyMs - 1
        if (isPoll) lastPollAt = clock.monotonic()
        onFire(isPoll)
      })
    },
    /** Ms of wall time that passed since the last call while the machine slept, or that the clock was set forward. */
    sleptMs(): number {
      const now = { wall: clock.now(), monotonic: clock.monotonic() }
      const slept = now.wall - seen.wall - (now.monotonic - seen.monotonic)
      seen = now
      return slept
    },
    /** Ms for which the loop stood still (this process was stopped, or the machine overloaded), measured by how late the timer fired; 0 if it did not. */
    stalledMs: () => (clock.monotonic() > dueAt + STALLED_AFTER_MS ? clock.monotonic() - setAt : 0),
    stop: () => cancel?.(),
  }
}
