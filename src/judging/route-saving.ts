/**
 * What choosing has saved against sending every task where the settings send it, by inverse chance: a try of that arm stands for as
 * many tasks as its chance was small (Hájek). In dollars of what the person values: a score's worth less cost and time.
 */
import { sum } from 'simple-statistics'
import type { ChosenTry } from './route-book.ts'
import type { RouteGoals, RouteOutcome } from './route-choice.ts'

export interface RouteSaving {
  /** The arm that it is measured against. */
  readonly against: string
  /** Tasks that were chosen for, and how many of them went to that arm. */
  readonly tries: number
  readonly triesAgainst: number
  /** Over all of these tasks; low and high hold it with 90 %. */
  readonly usd: number
  readonly low: number
  readonly high: number
}

/** Of 90 % on both sides of a normal. */
const Z90 = 1.645
/** Of either side, before anything is said. */
const ENOUGH = 3

/** Null while too little is known of either side. */
export function savingOf(
  tries: readonly ChosenTry[],
  against: string,
  goals: RouteGoals,
): RouteSaving | null {
  const worths = tries.map(({ outcome }) => worthOf(outcome, goals))
  const weights = tries.map(({ choice }) => (choice.arm === against ? 1 / choice.chance : 0))
  const triesAgainst = weights.filter((weight) => weight > 0).length
  if (triesAgainst < ENOUGH || tries.length - triesAgainst < ENOUGH) return null
  const [total, count] = [sum(weights), tries.length]
  const ours = sum(worths) / count
  const theirs = sum(worths.map((worth, at) => worth * (weights[at] ?? 0))) / total
  // Each try moves both means; what it moves their difference by, squared.
  const influence = worths.map(
    (worth, at) => (worth - ours) / count - ((weights[at] ?? 0) * (worth - theirs)) / total,
  )
  const sd = Math.sqrt(sum(influence.map((each) => each ** 2)))
  const each = ours - theirs
  return {
    against,
    tries: count,
    triesAgainst,
    usd: count * each,
    low: count * (each - Z90 * sd),
    high: count * (each + Z90 * sd),
  }
}

/** In dollars. */
const worthOf = (
  { score, costUsd, hours }: RouteOutcome,
  { pointUsd, hourUsd }: RouteGoals,
): number => 100 * pointUsd * score - (costUsd ?? 0) - hourUsd * hours
