/** A choice of a route in one line for people. */
import { dollarsText } from '../domain/format.ts'
import type { ArmEstimate, RouteChoice, RouteGoals } from './route-choice.ts'

/** So many of the others are named, the best first. */
const NAMED_RIVALS = 2

/** `sonnet: 0.91 ± .03 over 24 docs tasks at $0.11; haiku 0.84 at $0.02; you value .01 at $0.02` */
export function routeReason(
  { arm, estimates }: Pick<RouteChoice, 'arm' | 'estimates'>,
  kind: string,
  { pointUsd, hourUsd }: RouteGoals,
): string {
  const names = shortNames(estimates.map((each) => each.arm.name))
  const nameOf = (each: ArmEstimate): string => names.get(each.arm.name) ?? each.arm.name
  const chosen = estimates.filter((each) => each.arm.name === arm)
  const rivals = estimates
    .filter((each) => each.arm.name !== arm)
    .toSorted((a, b) => b.utility - a.utility)
    .slice(0, NAMED_RIVALS)
  const hour = hourUsd > 0 ? ` and an hour at ${dollarsText(hourUsd)}` : ''
  return [
    ...chosen.map((each) => {
      const tasks = `${each.tries} ${kind} ${each.tries === 1 ? 'task' : 'tasks'}`
      return `${nameOf(each)}: ${scoreText(each)} over ${tasks}${costText(each)}`
    }),
    ...rivals.map((each) => `${nameOf(each)} ${each.score.toFixed(2)}${costText(each)}`),
    `you value .01 at ${dollarsText(pointUsd)}${hour}`,
  ].join('; ')
}

/** `0.91 ± .03` */
const scoreText = ({ score, sd }: Pick<ArmEstimate, 'score' | 'sd'>): string =>
  `${score.toFixed(2)} ± ${sd.toFixed(2).replace(/^0/, '')}`

const costText = ({ costUsd }: ArmEstimate): string =>
  costUsd === null ? '' : ` at ${centsText(costUsd)}`

/** An estimate needs no more than cents, or what is left of them below one. */
const centsText = (usd: number): string =>
  usd >= 0.01 || usd <= 0 ? `$${usd.toFixed(2)}` : dollarsText(Number(usd.toPrecision(1)))

/** The model alone where no other arm has that model. */
function shortNames(names: readonly string[]): ReadonlyMap<string, string> {
  const short = names.map((name) => name.slice(name.indexOf('/') + 1))
  return new Map(
    names.map((name, at) => {
      const own = short[at] ?? name
      return [name, short.filter((other) => other === own).length === 1 ? own : name]
    }),
  )
}
