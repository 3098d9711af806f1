/**
 * Keeps the graph moving. Level-triggered: after every commit and at every due time it compares what the plan wants with
 * what the world is, and closes the difference. Nothing is remembered outside the plan, so starting anew heals everything.
 */
import { createScope } from '../base/scope.ts'
import type { Agent } from '../domain/agent.ts'
import type { Claim, Command } from '../domain/command.ts'
import type { AgentId } from '../domain/ids.ts'
import { createBreakers } from './breakers.ts'
import type { CommittedBatch } from './committed.ts'
import { createReadySet } from './ready-set.ts'
import { createReporter } from './reports.ts'
import { missedRuns } from './schedules.ts'
import { countedAs, createTally, type Tally } from './tally.ts'
import { createVigil } from './vigil.ts'
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
  heard(id: AgentId): void
  lastTickAt(): number | null
  close(): Promise<void>
}

const BY = { kind: 'coordinator' } as const
/** Liveness is looked at so often per heartbeat timeout. */
const BEATS_PER_TIMEOUT = 4

export function createCoordinator(parts: CoordinatorParts): Coordinator {
  const { plan, dispatcher, runtime, clock, log } = parts
  const scope = createScope()
  const ready = createReadySet(parts)
  const breakers = createBreakers(plan)
  const vigil = createVigil({ plan, runtime, clock })
  const reporter = createReporter(parts)
  let isRunning = false
  let isDraining = !parts.startsAgents
  let isClaiming = false
  let isScheduled = false
  let cancelTimer: (() => void) | null = null
  let lastTickAt: number | null = null
  let mustWatch = true

  const send = async (command: Command): Promise<void> => {
    const reply = await dispatcher.dispatch(command, BY)
    if (!reply.ok && reply.error.kind !== 'read-only')
      log.warn('a command of the coordinator was refused', {
        type: command.type,
        why: reply.error.message,
      })
  }
  const sendAll = (commands: readonly Command[]): void => {
    for (const command of commands) void send(command)
  }

  const wake = (): void => {
    if (isScheduled || !isRunning) return
    isScheduled = true
    parts.defer(() => {
      isScheduled = false
      if (isRunning) reconcile()
    })
  }

  const onCommitted = (batch: CommittedBatch): void => {
    ready.note(batch)
    for (const change of batch.changes) {
      if (change.entity !== 'agent') continue
      mustWatch = true
      if (change.after?.state.kind === 'ended' && change.before?.state.kind !== 'ended')
        sendAll(breakers.onEnded(change.after, clock.now()))
    }
    wake()
  }

  const reconcile = (): void => {
    const now = clock.now()
    if (mustWatch) tendAgents()
    sendAll(vigil.timeouts())
    sendAll(breakers.due(now))
    ready.update(now)
    claim(now)
    setTimer(now)
  }

  /** Launches what is claimed, stops what must stop. Both are repeated until the runtime's reports say otherwise. */
  const tendAgents = (): void => {
    mustWatch = false
    for (const agent of plan.agents.values()) {
      if (agent.by !== 'process') continue
      if (agent.state.kind === 'stopping')
        runtime.stop(agent.id, { graceMs: parts.caps().stopGraceMs, force: agent.state.force })
      else if (agent.state.kind === 'claimed' && !runtime.isHolding(agent.id) && parts.startsAgents)
        launch(agent)
    }
  }
  const launch = (agent: Agent): void => {
    const order = parts.orderOf(agent)
    if (order) runtime.launch(order)
    else log.error('a claimed agent has no order', { agent: agent.id })
  }

  /** One claim command at a time: the next pick must see what this one has committed. */
  const claim = (now: number): void => {
    if (isClaiming || isDraining || plan.facts.paused || dispatcher.readOnly() !== null) return
    const claims = pick(now)
    if (claims.length === 0) return
    isClaiming = true
    void send({ type: 'agents.claim', claims }).then(() => {
      isClaiming = false
      // Those that were refused, or not committed, are looked at again.
      ready.note({ from: 0, seq: 0, changes: [], touched: new Set(claims.map((c) => c.taskId)) })
      wake()
    })
  }
  const pick = (now: number): Claim[] => {
    if (ready.size === 0) return []
    const tally = tallyLiving()
    const claims: Claim[] = []
    for (let next = ready.take(now, tally); next; next = ready.take(now, tally)) {
      const { exclusive, isForPeople: _, ...route } = next.route
      claims.push({ ...route, taskId: next.task.id, agentId: parts.nextAgentId() })
      tally.add({ executor: route.executor, model: route.model, tags: next.task.tags, exclusive })
    }
    return claims
  }
  const tallyLiving = (): Tally => {
    const tally = createTally()
    for (const agent of plan.agents.values())
      if (agent.by === 'process') tally.add(countedAs(agent, placeOf(agent)))
    return tally
  }
  const placeOf = (agent: Agent): string | null => {
    const task = plan.tasks.get(agent.taskId)
    const route = task && parts.route(task)
    return route?.ok ? route.value.exclusive : null
  }

  const setTimer = (now: number): void => {
    cancelTimer?.()
    const caps = parts.caps()
    const beat = Math.max(1000, caps.heartbeatTimeoutMs / BEATS_PER_TIMEOUT)
    const slow = plan.agents.size > 0 ? Math.min(beat, caps.pollIntervalMs) : caps.pollIntervalMs
    const waits = [slow, vigil.nextTimeoutInMs() ?? slow]
    for (const dueAt of [ready.nextDueAt(), breakers.nextDueAt()])
      if (dueAt !== null) waits.push(dueAt - now)
    const retry = reporter.pending() > 0 || dispatcher.readOnly() !== null
    const waitMs = Math.max(1, Math.min(...waits, retry ? 1000 : slow))
    const since = clock.monotonic()
    cancelTimer = clock.after(waitMs, () => void onTimer(clock.monotonic() - since >= slow - 1))
  }
  const onTimer = async (isBeat: boolean): Promise<void> => {
    if (!isRunning) return
    if (isBeat) await tick()
    else reconcileNow()
  }
  const reconcileNow = (): void => {
    reporter.retry()
    reconcile()
  }

  const tick = async (): Promise<void> => {
    lastTickAt = clock.now()
    mustWatch = true
    try {
      await runtime.look()
    } catch (error) {
      log.error('looking at the agents failed', { error: String(error) })
    }
    if (!isRunning) return
    sendAll(vigil.silences(parts.caps().heartbeatTimeoutMs))
    reconcileNow()
  }

  const recover = async (): Promise<void> => {
    const orders = [...plan.agents.values()]
      .filter((agent) => agent.by === 'process')
      .flatMap((agent) => parts.orderOf(agent) ?? [])
    if (orders.length > 0) await runtime.recover(orders)
  }

  return {
    async start() {
      scope.add(dispatcher.onCommitted(onCommitted))
      scope.add(runtime.onReport(reporter.onReport))
      ready.reset()
      await recover()
      await reporter.settled()
      isRunning = true
      if (parts.startsAgents) sendAll(missedRuns(plan, parts))
      lastTickAt = clock.now()
      reconcile()
    },
    onSettings() {
      ready.reset()
      mustWatch = true
      wake()
    },
    tick,
    drain: () => void (isDraining = true),
    heard: (id) => vigil.heard(id),
    lastTickAt: () => lastTickAt,
    async close() {
      isRunning = false
      cancelTimer?.()
      await scope.close()
    },
  }
}
