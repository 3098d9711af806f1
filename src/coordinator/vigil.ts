/**
 * Watches over living agents: time limits and silence. Both are measured on the monotonic clock from when this owner first
 * saw the agent, so a machine that slept, or a clock that was set, ends nobody.
 */
import type { Clock } from '../base/clock.ts'
import type { Agent } from '../domain/agent.ts'
import type { Command } from '../domain/command.ts'
import type { Runtime } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'

export interface Vigil {
  /** Time limits that have run out. */
  timeouts(): Command[]
  /** Ms until the next time limit; null without one. */
  nextTimeoutInMs(): number | null
  /** Who has been silent for too long; call at a slow beat. */
  silences(heartbeatTimeoutMs: number): Command[]
  /** An agent spoke through the yard (a log line, a heartbeat). */
  heard(id: AgentId): void
}

interface Watched {
  /** Run time when first seen by this owner, and the monotonic instant of that. */
  readonly ranMs: number
  readonly seenAt: number
  lastHeardAt: number
  /** Monotonic instant of the last sign of life. */
  aliveAt: number
}

interface VigilParts {
  readonly plan: Plan
  readonly runtime: Pick<Runtime, 'facts'>
  readonly clock: Clock
}

/** What is known of each agent that is watched, in ms. */
interface WatchBook {
  processes(): Agent[]
  leftMs(agent: Agent): number | null
  silentMs(agent: Agent): number
  heard(id: AgentId): void
}

/** An agent of an earlier owner has at least so long: how long it ran is told by the wall clock alone, which may have been set. */
const ADOPTED_GRACE_MS = 60_000

function createWatchBook({ plan, runtime, clock }: VigilParts): WatchBook {
  const watched = new Map<AgentId, Watched>()
  const adopted = new Set<AgentId>()
  for (const agent of plan.agents.values()) if (agent.startedAt !== null) adopted.add(agent.id)

  const watch = (agent: Agent): Watched => {
    let known = watched.get(agent.id)
    if (!known) {
      const mono = clock.monotonic()
      const ranMs = Math.max(0, clock.now() - (agent.startedAt ?? clock.now()))
      known = { ranMs, seenAt: mono, lastHeardAt: 0, aliveAt: mono }
      watched.set(agent.id, known)
    }
    return known
  }
  const forget = (id: AgentId): void => {
    watched.delete(id)
    adopted.delete(id)
  }
  return {
    processes() {
      for (const id of watched.keys()) if (!plan.agents.has(id)) forget(id)
      return [...plan.agents.values()].filter(
        (agent) =>
          agent.by === 'process' && agent.startedAt !== null && agent.state.kind !== 'stopping',
      )
    },
    leftMs(agent) {
      if (agent.timeoutMs === null) return null
      const { ranMs, seenAt } = watch(agent)
      const watchedMs = clock.monotonic() - seenAt
      const leftMs = agent.timeoutMs - (ranMs + watchedMs)
      return adopted.has(agent.id) ? Math.max(leftMs, ADOPTED_GRACE_MS - watchedMs) : leftMs
    },
    silentMs(agent) {
      const known = watch(agent)
      const facts = runtime.facts(agent.id)
      const isKnownWait = (facts?.waitsForProviderUntil ?? 0) > clock.now()
      if (facts && (facts.lastHeardAt !== known.lastHeardAt || facts.isBusy || isKnownWait)) {
        known.lastHeardAt = facts.lastHeardAt
        known.aliveAt = clock.monotonic()
      }
      return clock.monotonic() - known.aliveAt
    },
    heard(id) {
      const known = watched.get(id)
      if (known) known.aliveAt = clock.monotonic()
    },
  }
}

export function createVigil(parts: VigilParts): Vigil {
  const { plan } = parts
  const { processes, leftMs, silentMs, heard } = createWatchBook(parts)
  return {
    timeouts: () =>
      processes()
        .filter((agent) => (leftMs(agent) ?? 1) <= 0)
        .map((agent) => ({
          type: 'agent.stop',
          agentId: agent.id,
          reason: 'timeout',
          force: false,
        })),
    nextTimeoutInMs() {
      let next: number | null = null
      for (const agent of processes()) {
        const left = leftMs(agent)
        if (left !== null && (next === null || left < next)) next = left
      }
      return next
    },
    silences(limitMs) {
      const commands: Command[] = []
      for (const agent of processes()) {
        const silent = silentMs(agent)
        const key = `silence:${agent.id}`
        if (silent > 3 * limitMs)
          commands.push({ type: 'agent.stop', agentId: agent.id, reason: 'silent', force: false })
        else if (silent > limitMs && !plan.breakers.has(key))
          commands.push({
            type: 'breaker.trip',
            key,
            kind: 'silence',
            subject: agent.id,
            reason: `${agent.id} has said nothing for ${Math.round(silent / 1000)} s`,
            until: null,
          })
        else if (silent <= limitMs && plan.breakers.has(key))
          commands.push({ type: 'breaker.clear', key })
      }
      return commands
    },
    heard,
  }
}
