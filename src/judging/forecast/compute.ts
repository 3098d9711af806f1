/** One forecast, whole: from columns that cross a thread's boundary without being copied, back to columns. Pure. */
import { seededRandom } from '../sampling.ts'
import {
  type Bounds,
  boundsOf,
  criticalShares,
  type PastForecast,
  quartilesOf,
  stretchOf,
} from './bounds.ts'
import { type Family, type PastTry, readHistory } from './history.ts'
import { type ForecastTask, needed, simulateRuns } from './simulate.ts'
import {
  type EndedTry,
  LEAST_TRIES,
  type PredictedTry,
  predictTries,
  type Quantiles,
} from './track-record.ts'

/** Unfinished tasks, a value each; NaN = null. Groups and buckets are indexes. */
export interface TaskColumns {
  readonly group: Int32Array
  readonly bucket: Int32Array
  /** Higher starts first; among equals the one with the longer chain behind it, then the earlier. */
  readonly priority: Float64Array
  readonly notBeforeMs: Float64Array
  readonly ageMs: Float64Array
  readonly usdPerMinute: Float64Array
  readonly needsJudgement: Uint8Array
  readonly isJudged: Uint8Array
}

export interface TryColumns {
  readonly id: Float64Array
  readonly group: Int32Array
  readonly startedAt: Float64Array
  readonly endedAt: Float64Array
  readonly isSuccess: Uint8Array
  readonly day: Int32Array
  /** 1 = what would have been said of it is not known yet. */
  readonly isNew: Uint8Array
}

export interface ForecastOrder {
  readonly seed: number
  readonly groups: readonly { readonly name: string; readonly family: Family }[]
  readonly tasks: TaskColumns
  /** Pairs of indexes: blocker, dependent. */
  readonly edges: Int32Array
  readonly maxAgents: number
  readonly caps: readonly number[]
  readonly buckets: readonly (readonly number[])[]
  readonly wanted: readonly number[] | null
  readonly tries: TryColumns
  /** How long judgements have taken, ms. */
  readonly judgementMs: Float64Array
  readonly past: readonly PastForecast[]
}

export interface Forecast {
  /** ms from now; null = nothing is left. */
  readonly finish: Bounds | null
  /** Dollars; null = nothing is left, or no price is known. */
  readonly costUsd: Bounds | null
  /** By how much the bounds were widened for what they missed before, 1 = not at all. */
  readonly stretch: number
  /** Of the finish, as played: neither widened nor withheld. */
  readonly played: Quantiles | null
  /** Groups, of tasks that count, with too few tries to claim 90 %; `judgements` where too few of those are known. */
  readonly fewTries: readonly string[]
  readonly critical: readonly { readonly task: number; readonly share: number }[]
  /** Three values a task, ms from now: p25, p50, p75. */
  readonly starts: Float64Array<ArrayBuffer>
  readonly ends: Float64Array<ArrayBuffer>
  readonly predicted: readonly PredictedTry[]
}

/** Tasks are played so often altogether; more would tell no more. */
const PLAYS = 2_500_000
const RUNS = { most: 500, least: 60 }
/** A task that is on the critical path more rarely decides nothing. */
const LEAST_SHARE = 0.05

export function computeForecast(order: ForecastOrder, isOver?: () => boolean): Forecast {
  const familyOf = familiesOf(order)
  const tries = triesOf(order)
  const tasks = tasksOf(order)
  const { wanted, past } = order
  const predicted = predictTries(tries, familyOf, newOnes(order))
  const stretch = stretchOf(past)
  const counts = needed({ tasks, wanted })
  if (!counts.includes(1)) return { ...nothingLeft(), stretch, predicted }
  const history = readHistory(tries, familyOf)
  const played = tasks.filter(({ isJudged }, at) => counts[at] === 1 && !isJudged)
  const few = new Set(played.map(({ group }) => group))
  const judgements = readHistory(judgementsOf(order), () => JUDGEMENTS)
  const isFew = judgements.tries(JUDGEMENTS.name) < LEAST_TRIES
  const isUnknown =
    isFew && tasks.some(({ needsJudgement }, at) => counts[at] === 1 && needsJudgement)
  const fewTries = [
    ...[...few].filter((group) => history.tries(group) < LEAST_TRIES).toSorted(),
    ...(isUnknown ? [JUDGEMENTS.name] : []),
  ]
  const count = Math.round(Math.min(RUNS.most, Math.max(RUNS.least, PLAYS / tasks.length)))
  const random = seededRandom(order.seed)
  const runs = simulateRuns({ ...order, tasks }, history, {
    count,
    random,
    judgements: (of) => judgements.draw(JUDGEMENTS.name, of),
    isOver,
  })
  const isRough = fewTries.length > 0
  const { p05, p95, ...rest } = boundsOf(runs.finish, 1, false)
  const hasPrice = played.some(({ usdPerMinute }) => usdPerMinute !== null)
  return {
    finish: boundsOf(runs.finish, stretch, isRough),
    costUsd: hasPrice ? boundsOf(runs.costUsd, stretch, isRough) : null,
    stretch,
    played: { p05: p05 ?? 0, ...rest, p95: p95 ?? 0 },
    fewTries,
    critical: criticalShares(runs).filter(({ share }) => share >= LEAST_SHARE),
    starts: quartileColumn(runs.starts, counts),
    ends: quartileColumn(runs.ends, counts),
    predicted,
  }
}

/** Made anew each time: whoever receives a forecast owns its buffers and may hand them on. */
const nothingLeft = () => ({
  finish: null,
  costUsd: null,
  played: null,
  fewTries: [],
  critical: [],
  starts: new Float64Array(),
  ends: new Float64Array(),
})

function quartileColumn(values: Float32Array, counts: Uint8Array): Float64Array<ArrayBuffer> {
  const size = counts.length
  const column = new Float64Array(3 * size)
  for (let task = 0; task < size; task += 1) {
    if (counts[task] === 0) continue
    const { p25, p50, p75 } = quartilesOf(values, task, size)
    column.set([p25, p50, p75], 3 * task)
  }
  return column
}

function familiesOf({ groups }: ForecastOrder): (group: string) => Family {
  const families = new Map(groups.map(({ name, family }) => [name, family]))
  return (group) => families.get(group) ?? { name: group, usualMs: 1 }
}

/** Learned as tries are; apart from them, for no agent's work is told by it. */
const JUDGEMENTS: Family = { name: 'judgements', usualMs: 60_000 }

const judgementsOf = ({ judgementMs }: ForecastOrder): PastTry[] =>
  Array.from(judgementMs, (durationMs) => ({
    group: JUDGEMENTS.name,
    durationMs,
    isSuccess: true,
    day: 0,
  }))

function newOnes({ tries }: ForecastOrder): (id: number) => boolean {
  const isNew = new Set(tries.id.filter((_, at) => tries.isNew[at] === 1))
  return (id) => isNew.has(id)
}

const triesOf = ({ groups, tries }: ForecastOrder): EndedTry[] =>
  Array.from(tries.id, (id, at) => {
    const [startedAt = 0, endedAt = 0] = [tries.startedAt[at], tries.endedAt[at]]
    return {
      id,
      group: groups[tries.group[at] ?? 0]?.name ?? '',
      startedAt,
      endedAt,
      durationMs: endedAt - startedAt,
      isSuccess: tries.isSuccess[at] === 1,
      day: tries.day[at] ?? 0,
    }
  })

function tasksOf({ groups, tasks, edges }: ForecastOrder): ForecastTask[] {
  const size = tasks.group.length
  const after: number[][] = Array.from({ length: size }, () => [])
  for (let at = 0; at < edges.length; at += 2) after[edges[at + 1] ?? 0]?.push(edges[at] ?? 0)
  const lengths = pathLengths(after)
  return after.map((own, at) => ({
    after: own,
    group: groups[tasks.group[at] ?? 0]?.name ?? '',
    bucket: tasks.bucket[at] ?? 0,
    // No chain is as long as that.
    rank: (tasks.priority[at] ?? 0) * 1e9 + (lengths[at] ?? 0),
    notBeforeMs: tasks.notBeforeMs[at] ?? 0,
    ageMs: numberOrNull(tasks.ageMs[at]),
    usdPerMinute: numberOrNull(tasks.usdPerMinute[at]),
    needsJudgement: tasks.needsJudgement[at] === 1,
    isJudged: tasks.isJudged[at] === 1,
  }))
}

const numberOrNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value

/** How many tasks the longest chain from each on has, itself included. */
function pathLengths(after: readonly (readonly number[])[]): Int32Array {
  const lengths = new Int32Array(after.length).fill(1)
  const unmet = new Int32Array(after.length)
  for (const blockers of after)
    for (const blocker of blockers) unmet[blocker] = (unmet[blocker] ?? 0) + 1
  // From the last ones back: a blocker is done when all its dependents are.
  const open = [...after.keys()].filter((at) => unmet[at] === 0)
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const blocker of after[at] ?? []) {
      lengths[blocker] = Math.max(lengths[blocker] ?? 1, (lengths[at] ?? 1) + 1)
      unmet[blocker] = (unmet[blocker] ?? 0) - 1
      if (unmet[blocker] === 0) open.push(blocker)
    }
  return lengths
}
