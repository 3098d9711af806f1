/**
 * What past tries tell about the next ones: the log of a duration is normal with unknown mean and variance (normal-inverse-gamma), a
 * success is Bernoulli with unknown chance (beta), and all tries of a day share a factor.
 */
import { mean, sum } from 'simple-statistics'
import { drawBeta, drawGamma, drawNormal, type Random } from '../sampling.ts'

/** One ended try. */
export interface PastTry {
  /** Of task and executor: `docs claude`. */
  readonly group: string
  readonly durationMs: number
  readonly isSuccess: boolean
  /** Any number that is the same for tries of one day. */
  readonly day: number
}

interface Posterior {
  readonly mean: number
  readonly kappa: number
  readonly a: number
  readonly b: number
  readonly successes: number
  readonly failures: number
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

const PRIOR = { kappa: 1, a: 2, b: 0.5 } as const
/** Of the share of tries that succeed, before any is known. */
const PRIOR_SUCCESS = { a: 4, b: 1 } as const

/** `usualMs`: what a try takes where nothing at all is known. */
export function readHistory(tries: readonly PastTry[], usualMs: number): History {
  const logs = tries.map(({ durationMs }) => Math.log(Math.max(1, durationMs)))
  const center = logs.length === 0 ? Math.log(usualMs) : mean(logs)
  const groups = Map.groupBy(tries, ({ group }) => group)
  const known = new Map(
    [...groups].map(([name, members]) => [name, posteriorOf(members, center)] as const),
  )
  const nothing = posteriorOf([], center)
  return {
    tries: (group) => groups.get(group)?.length ?? 0,
    draw: (group, random) => drawFrom(known.get(group) ?? nothing, random),
    daySd: daySdOf(tries),
  }
}

function posteriorOf(tries: readonly PastTry[], center: number): Posterior {
  const logs = tries.map(({ durationMs }) => Math.log(Math.max(1, durationMs)))
  const n = logs.length
  const average = n === 0 ? center : mean(logs)
  const kappa = PRIOR.kappa + n
  const within = sum(logs.map((each) => (each - average) ** 2))
  const successes = tries.filter(({ isSuccess }) => isSuccess).length
  return {
    mean: (PRIOR.kappa * center + n * average) / kappa,
    kappa,
    a: PRIOR.a + n / 2,
    b: PRIOR.b + within / 2 + (PRIOR.kappa * n * (average - center) ** 2) / (2 * kappa),
    successes,
    failures: n - successes,
  }
}

function drawFrom(posterior: Posterior, random: Random): GroupParameters {
  const variance = posterior.b / drawGamma(random, posterior.a)
  return {
    mean: posterior.mean + Math.sqrt(variance / posterior.kappa) * drawNormal(random),
    sd: Math.sqrt(variance),
    chance: drawBeta(
      random,
      PRIOR_SUCCESS.a + posterior.successes,
      PRIOR_SUCCESS.b + posterior.failures,
    ),
  }
}

/** What a day may differ from another before any has shown it, and how many days that is worth. */
const PRIOR_DAY = { variance: 0.05 ** 2, days: 2 } as const

/** The variance between the means of days, less what chance alone makes of it, shrunk to the prior. */
function daySdOf(tries: readonly PastTry[]): number {
  const groups = Map.groupBy(tries, ({ group }) => group)
  // What a group takes by itself is not what the day made of it.
  const residuals = [...groups.values()].flatMap((members) => {
    const logs = members.map(({ durationMs }) => Math.log(Math.max(1, durationMs)))
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
