/**
 * What past tries tell about the next ones: the log of a duration is normal with unknown mean and variance (normal-inverse-gamma), a
 * success is Bernoulli with unknown chance (beta), and all tries of a day share a factor.
 */
import { mean, sum } from 'simple-statistics'
import { drawBeta, drawGamma, drawNormal, type Random } from '../sampling.ts'

/** One ended try. */
export interface PastTry {
  /** Of kind and executor: `docs on claude`. */
  readonly group: string
  readonly durationMs: number
  readonly isSuccess: boolean
  /** Any number that is the same for tries of one day. */
  readonly day: number
}

/** Groups that are guessed from each other while one is unknown: what agents do, what programs do. */
export interface Family {
  readonly name: string
  /** What a try takes where nothing at all is known. */
  readonly usualMs: number
}

/** The parameters of one run: drawn once, for what is unknown of a kind is the same for all of its tasks. */
export interface GroupParameters {
  /** Of the log of milliseconds. */
  readonly mean: number
  readonly sd: number
  /** That a try succeeds. */
  readonly chance: number
}

export interface History {
  /** Finished tries of that group. */
  tries(group: string): number
  draw(group: string, random: Random): GroupParameters
  /** Standard deviation of the factor that a day's tries share, in logs. */
  readonly daySd: number
}

/** One that goes on learning. */
export interface GrowingHistory extends History {
  add(ended: PastTry): void
}

const PRIOR = { kappa: 1, a: 2, b: 0.5 } as const
/** Of the share of tries that succeed, before any is known. */
const PRIOR_SUCCESS = { a: 4, b: 1 } as const

/** Sums over logs of durations. */
interface Sums {
  count: number
  sum: number
  squares: number
  successes: number
}
const noSums = (): Sums => ({ count: 0, sum: 0, squares: 0, successes: 0 })

export function createHistory(familyOf: (group: string) => Family): GrowingHistory {
  const groups = new Map<string, Sums>()
  const families = new Map<string, Sums>()
  const ended: PastTry[] = []
  let daySd: number | null = null
  const sumsOf = (of: Map<string, Sums>, name: string): Sums => {
    let found = of.get(name)
    if (!found) of.set(name, (found = noSums()))
    return found
  }
  const centerOf = (group: string): number => {
    const { name, usualMs } = familyOf(group)
    const sums = families.get(name)
    return sums ? sums.sum / sums.count : Math.log(usualMs)
  }
  return {
    add(one) {
      ended.push(one)
      daySd = null
      for (const sums of [sumsOf(groups, one.group), sumsOf(families, familyOf(one.group).name)]) {
        const log = logOf(one)
        sums.count += 1
        sums.sum += log
        sums.squares += log * log
        sums.successes += Number(one.isSuccess)
      }
    },
    tries: (group) => groups.get(group)?.count ?? 0,
    draw: (group, random) => drawFrom(groups.get(group) ?? noSums(), centerOf(group), random),
    get daySd() {
      return (daySd ??= daySdOf(ended))
    },
  }
}

export function readHistory(
  tries: readonly PastTry[],
  familyOf: (group: string) => Family,
): History {
  const history = createHistory(familyOf)
  for (const one of tries) history.add(one)
  return history
}

const logOf = ({ durationMs }: PastTry): number => Math.log(Math.max(1, durationMs))

function drawFrom({ count, sum: total, squares, successes }: Sums, center: number, random: Random) {
  const average = count === 0 ? center : total / count
  const within = Math.max(0, squares - count * average ** 2)
  const kappa = PRIOR.kappa + count
  const between = (PRIOR.kappa * count * (average - center) ** 2) / (2 * kappa)
  const variance = (PRIOR.b + within / 2 + between) / drawGamma(random, PRIOR.a + count / 2)
  const middle = (PRIOR.kappa * center + count * average) / kappa
  return {
    mean: middle + Math.sqrt(variance / kappa) * drawNormal(random),
    sd: Math.sqrt(variance),
    chance: drawBeta(random, PRIOR_SUCCESS.a + successes, PRIOR_SUCCESS.b + count - successes),
  }
}

/** What a day may differ from another before any has shown it, and how many days that is worth. */
const PRIOR_DAY = { variance: 0.05 ** 2, days: 2 } as const

/** The variance between the means of days, less what chance alone makes of it, shrunk to the prior. */
function daySdOf(tries: readonly PastTry[]): number {
  const groups = Map.groupBy(tries, ({ group }) => group)
  // What a group takes by itself is not what the day made of it.
  const residuals = [...groups.values()].flatMap((members) => {
    const logs = members.map(logOf)
    const average = mean(logs)
    return members.map(({ day }, at) => ({ day, value: (logs[at] ?? average) - average }))
  })
  const days = [...Map.groupBy(residuals, ({ day }) => day).values()].map((members) =>
    members.map(({ value }) => value),
  )
  const count = days.length
  if (count < 2) return Math.sqrt(PRIOR_DAY.variance)
  const means = days.map((values) => mean(values))
  const center = mean(means)
  const between = sum(means.map((each) => (each - center) ** 2)) / (count - 1)
  const freedom = residuals.length - count
  const within =
    freedom === 0
      ? 0
      : sum(days.flatMap((values, at) => values.map((each) => (each - (means[at] ?? 0)) ** 2))) /
        freedom
  const size = residuals.length / count
  const excess = Math.max(0, between - within / size)
  const { variance, days: weight } = PRIOR_DAY
  return Math.sqrt((weight * variance + (count - 1) * excess) / (weight + count - 1))
}
