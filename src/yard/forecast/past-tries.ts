/** The ended tries that forecasts learn from: read once from the store, then kept from commit to commit. */
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import type { Agent } from '../../domain/agent.ts'
import { isLaunched } from '../../domain/routing/holder.ts'
import type { FailureClass } from '../../domain/failure.ts'
import { agentNumberOf } from '../../domain/ids.ts'
import type { EntityChange } from '../../domain/plan.ts'
import { EXECUTOR_KINDS } from '../../domain/settings.ts'
import type { EndedAgent, Forecasts } from '../../store/forecasts.ts'
import type { Pacer } from '../slices.ts'

/** A try that ended by its own doing. */
export interface KnownTry extends Pick<
  EndedAgent,
  'number' | 'taskId' | 'executor' | 'executorType' | 'model' | 'tags' | 'costUsd'
> {
  readonly startedAt: number
  readonly endedAt: number
  readonly isSuccess: boolean
}

export type PastTries = ReturnType<typeof createPastTries>

/** Older tries say little of today's work. */
const MOST_TRIES = 5000
const SLICE = 100

/** Ends that tell how work of this kind goes. What a provider, a person or this machine did to a try tells nothing of it. */
const OWN_FAILURES: readonly string[] = [
  'exit',
  'crash',
  'timeout',
  'no-work',
  'verify',
  'gate',
  'reported',
  'context-overflow',
] satisfies FailureClass[]

export function createPastTries(reads: Pick<Forecasts, 'endedAgents' | 'rejectedAgents'>) {
  /** Newest last. */
  let known: KnownTry[] | null = null
  /** What ended while the store was read. */
  let meanwhile: KnownTry[] = []
  let rejected = new Set<number>()
  let reading: Promise<void> | null = null

  const read = async (pacer: Pacer): Promise<void> => {
    rejected = new Set(reads.rejectedAgents())
    const found: KnownTry[] = []
    for (let before = Number.MAX_SAFE_INTEGER; found.length < MOST_TRIES;) {
      const rows = reads.endedAgents(before, SLICE)
      found.push(...rows.flatMap((row) => asTry(row) ?? []))
      const last = rows.at(-1)
      if (!last) break
      before = last.number
      const wait = pacer.check()
      if (wait) await wait
    }
    const numbers = new Set(found.map(({ number }) => number))
    known = [...found.toReversed(), ...meanwhile.filter(({ number }) => !numbers.has(number))]
    meanwhile = []
  }
  return {
    /** Oldest first. A result that did not pass its gate is no success. */
    async all(pacer: Pacer): Promise<readonly KnownTry[]> {
      if (!known) {
        reading ??= read(pacer).finally(() => (reading = null))
        await reading
      }
      return (known ?? []).map((one) =>
        one.isSuccess && rejected.has(one.number) ? { ...one, isSuccess: false } : one,
      )
    },
    note({ changes }: CommittedBatch): void {
      for (const change of changes) {
        if (change.entity === 'evaluation' && change.after.passed === false)
          rejected.add(agentNumberOf(change.after.agentId))
        const ended = endedNow(change)
        const one = ended && asTry(endedAgentOf(ended))
        // Nothing is kept of what the store will be read for.
        if (!one || (!known && !reading)) continue
        if (known) known.push(one)
        else meanwhile.push(one)
      }
      if (known && known.length > 1.2 * MOST_TRIES) known = known.slice(-MOST_TRIES)
    },
  }
}

/** The agent that this change has ended; null when it is another change. */
function endedNow(change: EntityChange): Agent | null {
  if (change.entity !== 'agent' || change.after?.state.kind !== 'ended') return null
  return change.before?.state.kind === 'ended' ? null : change.after
}

function endedAgentOf({ id, state, usage, ...agent }: Agent): EndedAgent {
  const isEnded = state.kind === 'ended'
  return {
    ...agent,
    number: agentNumberOf(id),
    outcome: isEnded ? state.outcome : null,
    failure: isEnded ? (state.failure?.class ?? null) : null,
    costUsd: usage?.costUsd ?? null,
  }
}

function asTry(agent: EndedAgent): KnownTry | null {
  const { startedAt, endedAt, outcome, failure } = agent
  // Another program may have known more types.
  if (!(agent.executorType in EXECUTOR_KINDS)) return null
  if (!isLaunched(agent) || startedAt === null || endedAt === null) return null
  const isSuccess = outcome === 'done'
  if (!isSuccess && !(failure !== null && OWN_FAILURES.includes(failure))) return null
  const { number, taskId, executor, executorType, model, tags, costUsd } = agent
  const facts = { number, taskId, executor, executorType, model, tags, costUsd }
  return { ...facts, startedAt, endedAt: Math.max(startedAt, endedAt), isSuccess }
}

/** Dollars a minute, as tries of the same executor and model cost, else of that executor, else of all; null = nobody knows. */
export type Price = (route: Pick<KnownTry, 'executor' | 'executorType' | 'model'>) => number | null

export function priceOf(tries: readonly KnownTry[]): Price {
  const sums = new Map<string, { usd: number; minutes: number }>()
  const add = (key: string, { costUsd, startedAt, endedAt }: KnownTry): void => {
    const sum = sums.get(key) ?? { usd: 0, minutes: 0 }
    sum.usd += costUsd ?? 0
    sum.minutes += (endedAt - startedAt) / 60_000
    sums.set(key, sum)
  }
  // No name of either holds a line end.
  const keysOf = ({ executor, model }: Pick<KnownTry, 'executor' | 'model'>): string[] => [
    `${executor}\n${model}`,
    executor,
    '\n',
  ]
  for (const one of tries)
    if (one.costUsd !== null && EXECUTOR_KINDS[one.executorType].tells !== 'free')
      for (const key of keysOf(one)) add(key, one)
  return (route) => {
    const { tells } = EXECUTOR_KINDS[route.executorType]
    if (tells === 'free') return 0
    if (tells === 'nothing') return null
    for (const key of keysOf(route)) {
      const sum = sums.get(key)
      if (sum && sum.minutes > 0) return sum.usd / sum.minutes
    }
    return null
  }
}
