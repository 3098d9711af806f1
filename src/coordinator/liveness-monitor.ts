/**
 * Monitors living agents: time limits, reports whose agent goes on, and silence. All are measured on the monotonic clock from
 * when this owner first saw the agent, so a machine that slept, or a clock that was set, ends no agent.
 */
import { utcText, type Clock } from '../base/clock.ts'
import { isEndedByWatch, keepsResult, type Agent } from '../domain/agent.ts'
import { isLaunched } from '../domain/routing/holder.ts'
import type { Command } from '../domain/command.ts'
import type { Runtime } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'
import { formatDuration } from '../domain/format.ts'
import { mayBeTriaged } from '../domain/judging/triage.ts'
import type { Plan } from '../domain/plan.ts'
import { reportsProgress } from '../domain/settings.ts'
import { trip } from './breakers.ts'
import type { Caps, JudgingPort } from './ports.ts'

export type LivenessMonitor = ReturnType<typeof createLivenessMonitor>

interface Watched {
  /** Run time when first seen by this owner, and the monotonic instant of that. */
  readonly ranMs: number
  readonly seenAt: number
  lastHeardAt: number
  /** Monotonic instant of the last sign of life. */
  aliveAt: number
  /** Monotonic instants at which its report, and the end of its program, were first seen. */
  reportedAt: number | null
  endedAt: number | null
}

interface LivenessParts {
  readonly plan: Plan
  readonly runtime: Pick<Runtime, 'facts'>
  readonly clock: Clock
  caps(): Pick<Caps, 'heartbeatTimeoutMs' | 'doneGraceMs' | 'endSilent'>
  readonly judging: Pick<JudgingPort, 'triage'>
}

/** An agent of an earlier owner has at least so long: where only the wall clock tells how long it ran, that may have been set. */
const ADOPTED_GRACE_MS = 60_000
/** What an agent left is collected and verified for at least so long, even if its limit passed while the owner did not run. */
const SETTLE_MS = 60_000

/** A silent agent is ended, where it is at all, after so many times the limit. */
const END_SILENT_AFTER = 3

export function createLivenessMonitor({ plan, runtime, clock, caps, judging }: LivenessParts) {
  const watched = new Map<AgentId, Watched>()
  const adopted = new Set<AgentId>()
  for (const agent of plan.agents.values()) if (agent.startedAt !== null) adopted.add(agent.id)

  const watch = (agent: Agent): Watched => {
    let known = watched.get(agent.id)
    if (!known) {
      known = firstSight(agent, runtime.facts(agent.id)?.ranMs ?? null, clock)
      watched.set(agent.id, known)
    }
    return known
  }
  const processes = (): Agent[] => {
    for (const id of watched.keys()) {
      if (plan.agents.has(id)) continue
      watched.delete(id)
      adopted.delete(id)
    }
    return [...plan.agents.values()].filter(
      (agent) => isLaunched(agent) && agent.startedAt !== null && isWatched(agent),
    )
  }
  /** Those that a watch has ended, while what they have left is collected and verified. */
  const settling = (): Agent[] =>
    [...plan.agents.values()].filter((agent) => isEndedByWatch(agent) && keepsWork(agent, judging))
  const settleLeftMs = (agent: Agent): number | null => {
    if (!runtime.facts(agent.id)?.hasEnded) return null
    const known = watch(agent)
    known.endedAt ??= clock.monotonic()
    return SETTLE_MS - (clock.monotonic() - known.endedAt)
  }
  const leftMs = (agent: Agent): number | null => {
    if (agent.timeoutMs === null) return null
    const known = watch(agent)
    if (runtime.facts(agent.id)?.hasEnded) known.endedAt ??= clock.monotonic()
    return limitLeftMs(known, agent.timeoutMs, clock.monotonic(), adopted.has(agent.id))
  }
  /** Until an agent that has reported its end is stopped; null for one that has not. */
  const graceLeftMs = (agent: Agent): number | null => {
    if (agent.report === null || agent.state.kind === 'stopping') return null
    if (runtime.facts(agent.id)?.hasEnded) return null
    const known = watch(agent)
    known.reportedAt ??= clock.monotonic()
    return caps().doneGraceMs - (clock.monotonic() - known.reportedAt)
  }
  const silentMs = (agent: Agent): number => {
    const known = watch(agent)
    const facts = runtime.facts(agent.id)
    const isKnownWait = (facts?.waitsForProviderUntil ?? 0) > clock.now()
    if (facts && (facts.lastHeardAt !== known.lastHeardAt || facts.isBusy || isKnownWait)) {
      known.lastHeardAt = facts.lastHeardAt
      known.aliveAt = clock.monotonic()
    }
    return clock.monotonic() - known.aliveAt
  }
  const endOfSilence = (agent: Agent, silent: number): number | null => {
    const { heartbeatTimeoutMs } = caps()
    const isEnded = endsIfSilent(agent)
    const waits = [leftMs(agent), isEnded ? END_SILENT_AFTER * heartbeatTimeoutMs - silent : null]
    const known = waits.filter((ms) => ms !== null)
    return known.length === 0 ? null : Math.max(0, Math.min(...known))
  }
  /** What a model wants left alone is. */
  const endsIfSilent = ({ triage }: Agent): boolean =>
    caps().endSilent && triage?.verdict !== 'wait'
  /** A model is asked, once, what becomes of its task. */
  const triage = (agent: Agent): Command[] => {
    const policy = judging.triage?.() ?? null
    const { id: agentId } = agent
    if (policy === null || agent.triage !== null || !mayBeTriaged(agent)) return []
    const isAsked = [...plan.judgements.values()].some(
      (each) => each.purpose === 'triage' && each.agentId === agentId,
    )
    return isAsked ? [] : [{ type: 'triage.request', agentId, agent: null, policy, isAgain: false }]
  }
  const judgeSilence = (agent: Agent): Command[] => {
    const { heartbeatTimeoutMs: limitMs } = caps()
    const key = `silence:${agent.id}`
    const silent = isAskedFor(agent) ? silentMs(agent) : 0
    if (endsIfSilent(agent) && silent > END_SILENT_AFTER * limitMs) return [stop(agent, 'silent')]
    const isTripped = plan.breakers.has(key)
    if (silent > limitMs && !isTripped) {
      const endsInMs = endOfSilence(agent, silent)
      const endsAt = endsInMs === null ? null : clock.now() + endsInMs
      return [trip('silence', agent.id, silenceText(agent, silent, endsAt)), ...triage(agent)]
    }
    if (silent > limitMs) return triage(agent)
    return silent <= limitMs && isTripped ? [{ type: 'breaker.clear', key }] : []
  }
  return {
    /** Time limits that have run out, and reports whose agent has gone on for too long. */
    timeouts: (): Command[] => [
      ...processes().flatMap((agent) => {
        if ((leftMs(agent) ?? 1) <= 0) return [stop(agent, 'timeout')]
        return (graceLeftMs(agent) ?? 1) <= 0 ? [stop(agent, 'reported')] : []
      }),
      ...settling().flatMap((agent) => ((settleLeftMs(agent) ?? 1) <= 0 ? giveUp(agent) : [])),
    ],
    /** Ms until the next of these; null without one. */
    nextTimeoutInMs(): number | null {
      const waits = processes().flatMap((agent) => [leftMs(agent), graceLeftMs(agent)])
      const known = [...waits, ...settling().map(settleLeftMs)].filter((ms) => ms !== null)
      return known.length === 0 ? null : Math.min(...known)
    },
    /** It lives and shows no sign of life now. */
    isSilent(id: AgentId): boolean {
      const agent = plan.agents.get(id)
      if (!agent || !isAskedFor(agent)) return false
      return silentMs(agent) > caps().heartbeatTimeoutMs
    },
    /** Agents that have been silent for too long; call at poll intervals. */
    silences: (): Command[] => processes().flatMap(judgeSilence),
    /** An agent spoke through the yard (a log line, a heartbeat). */
    heard(id: AgentId): void {
      const known = watched.get(id)
      if (known) known.aliveAt = clock.monotonic()
    },
    /** The loop was blocked for so long and could read no sign of life. */
    giveBack(stalledMs: number): void {
      for (const known of watched.values()) giveBackTo(known, stalledMs, clock.monotonic())
    },
  }
}

const firstSight = ({ startedAt }: Agent, ranMs: number | null, clock: Clock): Watched => ({
  ranMs: ranMs ?? Math.max(0, clock.now() - (startedAt ?? clock.now())),
  seenAt: clock.monotonic(),
  lastHeardAt: 0,
  aliveAt: clock.monotonic(),
  reportedAt: null,
  endedAt: null,
})

function limitLeftMs(known: Watched, limitMs: number, now: number, isAdopted: boolean): number {
  const watchedMs = now - known.seenAt
  const waits = [limitMs - (known.ranMs + watchedMs)]
  if (isAdopted) waits.push(ADOPTED_GRACE_MS - watchedMs)
  if (known.endedAt !== null) waits.push(SETTLE_MS - (now - known.endedAt))
  return Math.max(...waits)
}

function giveBackTo(known: Watched, stalledMs: number, now: number): void {
  known.aliveAt = Math.min(now, known.aliveAt + stalledMs)
  if (known.reportedAt !== null) known.reportedAt = Math.min(now, known.reportedAt + stalledMs)
}

const stop = (agent: Agent, reason: 'timeout' | 'silent' | 'reported'): Command => ({
  type: 'agent.stop',
  agentId: agent.id,
  reason,
  force: false,
})

/** Its verify line goes on for too long. */
const giveUp = ({ id: agentId, state }: Agent): Command[] =>
  state.kind === 'stopping'
    ? [{ type: 'agent.stop', agentId, reason: state.reason, force: true }]
    : []

/** It was stopped, and what it has left is verified before its end is told: it may count by a word of its own, or of a model. */
export const keepsWork = (agent: Agent, judging: Pick<JudgingPort, 'triage'>): boolean =>
  keepsResult(agent) ||
  (isEndedByWatch(agent) && mayBeTriaged(agent) && (judging.triage?.() ?? null) !== null)

/** One that is stopped for its result is still collected and verified, which its time limit ends. */
const isWatched = (agent: Agent): boolean => agent.state.kind !== 'stopping' || keepsResult(agent)

/** After its report no more signs of life are expected. */
const isAskedFor = (agent: Agent): boolean =>
  agent.report === null && reportsProgress(agent.executorType)

function silenceText({ id, taskId }: Agent, silentMs: number, endsAt: number | null): string {
  const end = endsAt === null ? 'nothing ends it by itself' : `it is ended at ${utcText(endsAt)}`
  return (
    `task ${taskId}: ${id} has shown no sign of life for ${formatDuration(Math.round(silentMs / 1000) * 1000)}; ${end}; ` +
    `\`yard output ${taskId}\` shows its last words, \`yard kill ${id} --redispatch\` starts it anew`
  )
}
