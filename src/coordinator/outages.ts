/** Providers that are unwell: when several agents in a row were sent away, the provider is left alone, longer each time, by all. */
import type { Agent } from '../domain/agent.ts'
import type { Command } from '../domain/command.ts'
import type { FailureClass } from '../domain/failure.ts'
import type { Plan } from '../domain/plan.ts'
import type { CommittedBatch } from './committed.ts'

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
  /** Nobody has asked it since: what ends meanwhile had begun before. */
  restsUntil: number
}

export interface Outages {
  /** A rest that is over, or that a person has ended, protects nobody any more. */
  note(batch: CommittedBatch): void
  onEnded(agent: Agent, now: number): Command[]
}

const providerIn = (key: string): string => key.replace(/^provider:/, '')

export function createOutages(plan: Plan): Outages {
  const records = new Map<string, ProviderRecord>()
  /** Its rest begins now, unless another word holds it back for longer already. */
  const rest = (provider: string, record: ProviderRecord, now: number, why: string): Command[] => {
    const restMs = Math.min(OUTAGE.restMs * 2 ** record.rests, OUTAGE.maxRestMs)
    const until = now + restMs
    const key = `provider:${provider}`
    const known = plan.breakers.get(key)
    if (known && (known.until === null || known.until >= until)) return []
    record.rests += 1
    record.restsUntil = until
    const reason = `${record.refused} agents in a row were sent away: ${why}`
    return [{ type: 'breaker.trip', key, kind: 'provider', subject: provider, reason, until }]
  }
  return {
    note({ changes }) {
      for (const { entity, id, after } of changes) {
        const record = entity === 'breaker' && !after ? records.get(providerIn(id)) : undefined
        if (record) record.restsUntil = 0
      }
    },
    onEnded({ provider, state }, now) {
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
