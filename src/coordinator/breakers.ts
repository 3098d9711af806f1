/** Breakers: what holds agents back for a while when starting more would only do harm. Each with its reason and its wake time. */
import type { CommittedBatch } from './committed.ts'
import { createOutages } from './outages.ts'
import { createSignIns } from './sign-ins.ts'
import type { Command } from '../domain/command.ts'
import { isLaunched, type Agent } from '../domain/agent.ts'
import type { FailureClass } from '../domain/failure.ts'
import type { AgentId, TaskId } from '../domain/ids.ts'
import type { Breaker, Plan } from '../domain/plan.ts'

export interface Breakers {
  note(batch: CommittedBatch): void
  /** An agent has ended: gives the commands that trip or clear breakers because of it. */
  onEnded(agent: Agent, now: number): Command[]
  /** Breakers whose time is over, and those of single agents that have ended. */
  due(now: number): Command[]
  nextDueAt(): number | null
}

/** More agents of one task than this within the window, and the task rests. */
const RESPAWN = { agents: 5, windowMs: 60_000, restMs: 5 * 60_000 }
/** Those that were lost are tried again only after a while, so they are counted for longer. */
const LOST_WINDOW_MS = 15 * 60_000
/** So many failed launches of one profile in a row, and the profile rests, longer each time. */
const UNLAUNCHED: ReadonlySet<FailureClass> = new Set(['launch', 'machine-busy', 'missing-program'])
/** Less is a clock that was put right. */
const FALSE_CLOCK_MS = 60_000
const LAUNCH = { failures: 3, restMs: 30_000, maxRestMs: 10 * 60_000 }

export function createBreakers(plan: Plan): Breakers {
  const starts = new Map<TaskId, number[]>()
  const launches = new Map<string, number>()
  const outages = createOutages(plan)
  const signIns = createSignIns(plan)
  const isOver = (breaker: Breaker, now: number): boolean => {
    const { kind, subject, since, until } = breaker
    if (kind === 'silence' || kind === 'unreachable') return !plan.agents.has(subject as AgentId)
    if (until === null) return signIns.isForNobody(breaker)
    // One that began later than now was set by a clock that was ahead.
    return until <= now || since > now + FALSE_CLOCK_MS
  }

  return {
    note(batch) {
      signIns.note(batch)
      outages.note(batch)
    },
    onEnded: (agent, now) =>
      !isLaunched(agent)
        ? []
        : [
            ...respawn(plan, starts, agent, now),
            ...launch(launches, agent, now),
            ...outages.onEnded(agent, now),
          ],
    due(now) {
      const over = [...plan.breakers.values()].filter((breaker) => isOver(breaker, now))
      return over.map((b) => ({ type: 'breaker.clear', key: b.id }))
    },
    nextDueAt() {
      let next: number | null = null
      for (const { until } of plan.breakers.values())
        if (until !== null && (next === null || until < next)) next = until
      return next
    },
  }
}

function respawn(plan: Plan, starts: Map<TaskId, number[]>, agent: Agent, now: number): Command[] {
  const isLost = agent.state.kind === 'ended' && agent.state.outcome === 'lost'
  const windowMs = isLost ? LOST_WINDOW_MS : RESPAWN.windowMs
  const recent = (starts.get(agent.taskId) ?? []).filter((at) => at > now - windowMs)
  recent.push(agent.claimedAt)
  const task = plan.tasks.get(agent.taskId)
  if (task?.state.kind !== 'open' || task.schedule) {
    starts.delete(agent.taskId)
    return []
  }
  starts.set(agent.taskId, recent)
  if (recent.length < RESPAWN.agents) return []
  starts.delete(agent.taskId)
  const reason = `${recent.length} agents within ${windowMs / 1000} s ended without an outcome`
  return [
    {
      type: 'breaker.trip',
      key: `respawn:${agent.taskId}`,
      kind: 'respawn',
      subject: agent.taskId,
      reason,
      until: now + RESPAWN.restMs,
    },
  ]
}

function launch(launches: Map<string, number>, agent: Agent, now: number): Command[] {
  const bad = agent.state.kind === 'ended' ? agent.state.failure : null
  if (bad === null || !UNLAUNCHED.has(bad.class)) {
    launches.delete(agent.executor)
    return []
  }
  const count = (launches.get(agent.executor) ?? 0) + 1
  launches.set(agent.executor, count)
  if (count < LAUNCH.failures) return []
  const restMs = Math.min(LAUNCH.restMs * 2 ** (count - LAUNCH.failures), LAUNCH.maxRestMs)
  const reason = `${count} launches in a row failed: ${bad.reason}`
  return [
    {
      type: 'breaker.trip',
      key: `launch:${agent.executor}`,
      kind: 'launch',
      subject: agent.executor,
      reason,
      until: now + restMs,
    },
  ]
}
