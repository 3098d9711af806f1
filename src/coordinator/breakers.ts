/** Breakers: what holds agents back for a while when starting more would only do harm. Each with its reason and its wake time. */
import type { CommittedBatch } from './dispatch.ts'
import type { Command } from '../domain/command.ts'
import type { Agent } from '../domain/agent.ts'
import { isLaunched } from '../domain/routing/holder.ts'
import type { FailureClass } from '../domain/failure.ts'
import type { AgentId, TaskId } from '../domain/ids.ts'
import { isStanding } from '../domain/messages/standing.ts'
import { signedOutOf } from '../domain/decide/decide-open.ts'
import type { Breaker, EntityChange, Plan } from '../domain/plan.ts'

/** More agents of one task than this within the window, and the task rests. */
const RESPAWN = { agents: 5, windowMs: 60_000, restMs: 5 * 60_000 }
/** Those that were lost are tried again only after a while, so they are counted for longer. */
const LOST_WINDOW_MS = 15 * 60_000
/** So many failed launches of one profile in a row, and the profile rests, longer each time. */
const UNLAUNCHED: ReadonlySet<FailureClass> = new Set(['launch', 'machine-busy', 'missing-program'])
/** Less is a clock that was put right. */
const FALSE_CLOCK_MS = 60_000
const LAUNCH = { failures: 3, restMs: 30_000, maxRestMs: 10 * 60_000 }

/** Holds the subject back until then, ms; null = until it is cleared. */
export const trip = (
  kind: Breaker['kind'],
  subject: string,
  reason: string,
  until: number | null = null,
): Command => ({ type: 'breaker.trip', key: `${kind}:${subject}`, kind, subject, reason, until })

export function createBreakers(plan: Plan) {
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
    note(batch: CommittedBatch): void {
      signIns.note(batch)
      outages.note(batch)
    },
    /** An agent has ended: gives the commands that trip or clear breakers because of it. */
    onEnded: (agent: Agent, now: number): Command[] =>
      !isLaunched(agent)
        ? []
        : [
            ...respawn(plan, starts, agent, now),
            ...launch(launches, agent, now),
            ...outages.onEnded(agent, now),
          ],
    /** Breakers whose time is over, and those of single agents that have ended. */
    due(now: number): Command[] {
      const over = [...plan.breakers.values()].filter((breaker) => isOver(breaker, now))
      return over.map((b) => ({ type: 'breaker.clear', key: b.id }))
    },
    nextDueAt(): number | null {
      let next: number | null = null
      for (const { until } of plan.breakers.values())
        if (until !== null && (next === null || until < next)) next = until
      return next
    },
  }
}

const hasDone = ({ state }: Agent): boolean => state.kind === 'ended' && state.outcome === 'done'

function respawn(plan: Plan, starts: Map<TaskId, number[]>, agent: Agent, now: number): Command[] {
  const isLost = agent.state.kind === 'ended' && agent.state.outcome === 'lost'
  const windowMs = isLost ? LOST_WINDOW_MS : RESPAWN.windowMs
  const recent = (starts.get(agent.taskId) ?? []).filter((at) => at > now - windowMs)
  recent.push(agent.claimedAt)
  const task = plan.tasks.get(agent.taskId)
  // A member with a backlog takes one good turn after the other.
  const isGoodTurn = isStanding(agent.taskId) && hasDone(agent)
  if (task?.state.kind !== 'open' || task.schedule || isGoodTurn) {
    starts.delete(agent.taskId)
    return []
  }
  starts.set(agent.taskId, recent)
  if (recent.length < RESPAWN.agents) return []
  starts.delete(agent.taskId)
  const reason = `${recent.length} agents within ${windowMs / 1000} s ended without an outcome`
  return [trip('respawn', agent.taskId, reason, now + RESPAWN.restMs)]
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
  return [trip('launch', agent.executor, reason, now + restMs)]
}

/** So many agents in a row, of any task, and it rests. */
const OUTAGE = { agents: 3, restMs: 30_000, maxRestMs: 5 * 60_000 }

/** Ends by which it is sure that the provider was asked and is unwell. */
const SENT_AWAY: ReadonlySet<FailureClass> = new Set(['rate-limit', 'overload'])

/** Ends after which it is sure that the provider had answered. */
const HAS_ANSWERED: ReadonlySet<FailureClass> = new Set([
  ...(['exit', 'no-work', 'verify', 'reported', 'question', 'context-overflow'] as const),
])

interface ProviderRecord {
  /** Agents in a row that it sent away. */
  refused: number
  /** Rests in a row. */
  rests: number
  /** No agent starts on it until then: what ends meanwhile had begun before. */
  restsUntil: number
}

const providerIn = (key: string): string => key.replace(/^provider:/, '')

/** Providers that are down: after several refusals in a row a provider rests, longer each time. */
function createOutages(plan: Plan) {
  const records = new Map<string, ProviderRecord>()
  /** Its rest begins now, unless another word holds it back for longer already. */
  const rest = (provider: string, record: ProviderRecord, now: number, why: string): Command[] => {
    const restMs = Math.min(OUTAGE.restMs * 2 ** record.rests, OUTAGE.maxRestMs)
    const until = now + restMs
    const known = plan.breakers.get(`provider:${provider}`)
    if (known && (known.until === null || known.until >= until)) return []
    record.rests += 1
    record.restsUntil = until
    const reason = `${record.refused} agents in a row were sent away: ${why}`
    return [trip('provider', provider, reason, until)]
  }
  return {
    /** A rest that is over, or that a person has ended, has no effect any more. */
    note({ changes }: CommittedBatch): void {
      for (const { entity, id, after } of changes) {
        const record = entity === 'breaker' && !after ? records.get(providerIn(id)) : undefined
        if (record) record.restsUntil = 0
      }
    },
    onEnded({ provider, state }: Agent, now: number): Command[] {
      if (provider === null || state.kind !== 'ended') return []
      const { failure, outcome } = state
      if (failure === null || !SENT_AWAY.has(failure.class)) {
        // An end that says nothing of the provider, such as a kill, forgives nothing.
        if (outcome === 'done' || (failure && HAS_ANSWERED.has(failure.class)))
          records.delete(provider)
        return []
      }
      const record = records.get(provider) ?? { refused: 0, rests: 0, restsUntil: 0 }
      records.set(provider, record)
      record.refused += 1
      const isEnough = record.refused >= OUTAGE.agents && now >= record.restsUntil
      return isEnough ? rest(provider, record, now, failure.reason) : []
    },
  }
}

/** Providers that wait for a person to sign in. When no task waits for one any more, its breaker is obsolete. */
function createSignIns(plan: Plan) {
  /** Providers for which somebody was seen to wait; looked at anew when a task has left that state. */
  const known = new Map<string, boolean>()
  const leaves = (change: EntityChange): boolean =>
    change.entity === 'task' &&
    change.before?.state.kind === 'waiting' &&
    change.after?.state.kind !== 'waiting'
  return {
    note({ changes }: CommittedBatch): void {
      if (changes.some(leaves)) known.clear()
    },
    /** The breaker of a provider that no task waits for. */
    isForNobody({ kind, subject }: Breaker): boolean {
      if (kind !== 'provider') return false
      let isWaitedFor = known.get(subject)
      if (isWaitedFor === undefined)
        known.set(subject, (isWaitedFor = signedOutOf(plan, subject).length > 0))
      return !isWaitedFor
    },
  }
}
