/** How often bounds have held: of tries against what would have been said as each began, of graphs against what was said. Pure. */
import { quantileSorted } from 'simple-statistics'
import { drawNormal, seededRandom } from '../sampling.ts'
import { createHistory, type Family, type GrowingHistory, type PastTry } from './history.ts'

/** ms. */
export interface Quantiles {
  readonly p05: number
  readonly p25: number
  readonly p50: number
  readonly p75: number
  readonly p95: number
}

/** Fewer finished tries of a kind are too few to claim 90 % of anything. */
export const LEAST_TRIES = 3

export interface EndedTry extends PastTry {
  /** Tells it from all others, and is the seed of its prediction. */
  readonly id: number
  readonly startedAt: number
  readonly endedAt: number
}

export interface PredictedTry extends Quantiles {
  readonly id: number
}

/**
 * What would have been said of each chosen try as it began, from those that had ended by then. Nothing is said of one whose kind had
 * too few.
 */
export function predictTries(
  tries: readonly EndedTry[],
  familyOf: (group: string) => Family,
  isChosen: (id: number) => boolean,
): PredictedTry[] {
  const ended = tries.toSorted((a, b) => a.endedAt - b.endedAt)
  const history = createHistory(familyOf)
  const predicted: PredictedTry[] = []
  let known = 0
  // A day's factor changes little within a day, and is dear to work out.
  let daySd = { day: Number.NaN, value: 0 }
  for (const one of tries.toSorted((a, b) => a.startedAt - b.startedAt)) {
    if (!isChosen(one.id)) continue
    for (let next = ended[known]; next && next.endedAt <= one.startedAt; next = ended[known]) {
      history.add(next)
      known += 1
    }
    if (history.tries(one.group) < LEAST_TRIES) continue
    if (daySd.day !== one.day) daySd = { day: one.day, value: history.daySd }
    predicted.push({ id: one.id, ...durationOf(history, one, daySd.value) })
  }
  return predicted
}

const DRAWS = 400

function durationOf(history: GrowingHistory, { id, group }: EndedTry, daySd: number): Quantiles {
  const random = seededRandom(id)
  const logs = new Float64Array(DRAWS)
  for (let at = 0; at < DRAWS; at += 1) {
    const { mean, sd } = history.draw(group, random)
    logs[at] = mean + daySd * drawNormal(random) + sd * drawNormal(random)
  }
  const sorted = [...logs.toSorted()]
  const at = (share: number): number => Math.exp(quantileSorted(sorted, share))
  return { p05: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) }
}
