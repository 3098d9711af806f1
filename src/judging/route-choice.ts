/**
 * Which executor and model the next task of a kind goes to: hierarchical Thompson sampling over score, cost and time. The incumbent stays
 * until a rival is likely better; a bounded share of tasks explores. Pure: random numbers come in.
 */
import { cumulativeStdNormalProbability, mean } from 'simple-statistics'
import { drawNormal, type Random, seededRandom } from './sampling.ts'

/** One finished try. Every end that is the arm's own counts, not only what was scored: survivors flatter. */
export interface RouteOutcome {
  readonly kind: string
  readonly arm: string
  /** failed: by a failure of the arm's own. assumed: it is done and nobody has scored it; `score` is what such a try has come to so far. */
  readonly end: 'scored' | 'assumed' | 'failed'
  /** In [0, 1]. */
  readonly score: number
  /** Null = unknown. */
  readonly costUsd: number | null
  readonly hours: number
}

export interface Arm {
  /** `claude/sonnet` */
  readonly name: string
  readonly tier: 'strong' | 'standard' | 'light' | null
  /** What a try costs by the price list before any is known; null where no price is known. */
  readonly listCostUsd: number | null
  readonly listHours: number
}

export interface RouteGoals {
  /** Dollars that .01 of score is worth. */
  readonly pointUsd: number
  /** Dollars that an hour is worth. */
  readonly hourUsd: number
  /** Share of a kind's tasks that may explore, 0 to 1. */
  readonly explore: number
}

export interface ArmEstimate {
  readonly arm: Arm
  /** Tries of the kind, each counted as one. */
  readonly tries: number
  readonly score: number
  /** Standard deviation of `score` as an estimate. */
  readonly sd: number
  /** Null while no cost is known. */
  readonly costUsd: number | null
  readonly hours: number
  /** In dollars: what a try is worth less what it costs. */
  readonly utility: number
}

export interface RouteChoice {
  readonly arm: string
  /** It is not the incumbent, and was drawn to learn about it. */
  readonly isExplored: boolean
  /** How often this arm would have been chosen in such a moment; for estimates by inverse chance. */
  readonly chance: number
  /** The arm that is best as far as known; it replaced the one before where that was likely worse. */
  readonly incumbent: string
  readonly estimates: readonly ArmEstimate[]
}

/** All are discounted but `tries`. */
interface Sums {
  n: number
  score: number
  squares: number
  /** Of the tries whose cost is known, and how many these are. */
  cost: number
  priced: number
  hours: number
  /** Of the tries that were scored and did not fail. */
  ratedScore: number
  rated: number
  tries: number
}

const NONE: Readonly<Sums> = {
  n: 0,
  score: 0,
  squares: 0,
  cost: 0,
  priced: 0,
  hours: 0,
  ratedScore: 0,
  rated: 0,
  tries: 0,
}
const DISCOUNTED = [
  'n',
  'score',
  'squares',
  'cost',
  'priced',
  'hours',
  'ratedScore',
  'rated',
] as const satisfies readonly (keyof Sums)[]

/** Sums of what was seen, by kind and arm; the tries of a kind lose half of their weight with each `halfLife` later ones of it. */
export interface RouteMemory {
  /** Gives the place of the try among those of its kind, by which it is changed or taken out again. */
  add(outcome: RouteOutcome): number
  /** The same try, of which more is known now. */
  change(before: RouteOutcome, after: RouteOutcome, place: number): void
  remove(outcome: RouteOutcome, place: number): void
  of(kind: string, arm: string): Readonly<Sums>
  /** Over all kinds. */
  ofArm(arm: string): Readonly<Sums>
  /** Kinds of which a try was seen. */
  kinds(): readonly string[]
}

export function createRouteMemory(halfLife: number): RouteMemory {
  const decay = 2 ** (-1 / halfLife)
  const kinds = new Map<string, { count: number; readonly arms: Map<string, Sums> }>()
  const kindOf = (kind: string) => {
    const known = kinds.get(kind) ?? { count: 0, arms: new Map<string, Sums>() }
    kinds.set(kind, known)
    return known
  }
  const put = (outcome: RouteOutcome, weight: number, tries: number): void => {
    const { arms } = kindOf(outcome.kind)
    const sums = arms.get(outcome.arm) ?? { ...NONE }
    arms.set(outcome.arm, sums)
    const single = sumsOf(outcome)
    for (const key of DISCOUNTED) sums[key] += weight * single[key]
    sums.tries += tries
  }
  const weightOf = (kind: string, place: number): number =>
    decay ** (kindOf(kind).count - 1 - place)
  return {
    add(outcome) {
      const known = kindOf(outcome.kind)
      for (const sums of known.arms.values()) for (const key of DISCOUNTED) sums[key] *= decay
      put(outcome, 1, 1)
      known.count += 1
      return known.count - 1
    },
    change(before, after, place) {
      const weight = weightOf(before.kind, place)
      put(before, -weight, 0)
      put(after, weight, 0)
    },
    remove: (outcome, place) => put(outcome, -weightOf(outcome.kind, place), -1),
    of: (kind, arm) => kinds.get(kind)?.arms.get(arm) ?? NONE,
    ofArm(arm) {
      const total = { ...NONE }
      for (const { arms } of kinds.values()) {
        const sums = arms.get(arm) ?? NONE
        for (const key of [...DISCOUNTED, 'tries'] as const) total[key] += sums[key]
      }
      return total
    },
    kinds: () => [...kinds.keys()],
  }
}

function sumsOf({ end, score, costUsd, hours }: RouteOutcome): Omit<Sums, 'tries'> {
  const rated = end === 'scored' ? 1 : 0
  return {
    n: 1,
    score,
    // What is only assumed must not look as if every try came to the same.
    squares: score ** 2 + (end === 'assumed' ? PRIOR_VARIANCE : 0),
    cost: costUsd ?? 0,
    priced: costUsd === null ? 0 : 1,
    hours,
    ratedScore: rated * score,
    rated,
  }
}

/** Mean score of a tier before anything is known; an unknown tier is taken for a standard one. */
const TIER_SCORE = { strong: 0.85, standard: 0.8, light: 0.7 } as const
/** The prior weighs as much as so many tries; its variance is that of scores of one kind. */
const PRIOR_TRIES = 4
const PRIOR_VARIANCE = 0.04
const PRIOR_COST_TRIES = 2
/** Less than that is what rounding leaves of sums that were taken out again. */
const NOTHING = 1e-9

const tierScore = ({ tier }: Pick<Arm, 'tier'>): number => TIER_SCORE[tier ?? 'standard']

/** What a try of this arm that is done and was not scored counts: as those that were scored, else as those of its other kinds, of its tier. */
export function assumedScore(
  memory: RouteMemory,
  kind: string,
  arm: Pick<Arm, 'name' | 'tier'>,
): number {
  const [own, all] = [memory.of(kind, arm.name), memory.ofArm(arm.name)]
  const ofArm = (PRIOR_TRIES * tierScore(arm) + all.ratedScore) / (PRIOR_TRIES + all.rated)
  return (PRIOR_TRIES * ofArm + own.ratedScore) / (PRIOR_TRIES + own.rated)
}

/** A kind borrows from the arm's other kinds, an arm from its tier. */
export function estimateArm(
  memory: RouteMemory,
  kind: string,
  arm: Arm,
  { pointUsd, hourUsd }: RouteGoals,
): ArmEstimate {
  const [own, all] = [memory.of(kind, arm.name), memory.ofArm(arm.name)]
  const prior = (PRIOR_TRIES * tierScore(arm) + all.score) / (PRIOR_TRIES + all.n)
  const weight = PRIOR_TRIES + own.n
  const score = (PRIOR_TRIES * prior + own.score) / weight
  const average = own.n < NOTHING ? prior : own.score / own.n
  // Never below 0 by rounding.
  const within = Math.max(0, own.squares - own.n * average ** 2)
  const between = (PRIOR_TRIES * own.n * (average - prior) ** 2) / weight
  const variance = (PRIOR_TRIES * PRIOR_VARIANCE + within + between) / weight
  const costUsd = costOf(own, all, arm.listCostUsd)
  const hours = shrunk(own.hours, own.n, shrunk(all.hours, all.n, arm.listHours))
  const utility = 100 * pointUsd * score - (costUsd ?? 0) - hourUsd * hours
  const sd = Math.sqrt(variance / weight)
  return { arm, tries: own.tries, score, sd, costUsd, hours, utility }
}

const shrunk = (sum: number, n: number, toward: number): number =>
  (sum + PRIOR_COST_TRIES * toward) / (n + PRIOR_COST_TRIES)

function costOf(own: Readonly<Sums>, all: Readonly<Sums>, list: number | null): number | null {
  if (list !== null) return shrunk(own.cost, own.priced, shrunk(all.cost, all.priced, list))
  return all.priced < NOTHING ? null : shrunk(own.cost, own.priced, all.cost / all.priced)
}

export interface RouteQuestion {
  readonly memory: RouteMemory
  readonly kind: string
  /** Those that can run now; not empty. */
  readonly arms: readonly [Arm, ...Arm[]]
  /** Where tasks of the kind go today; one that cannot run now gives way without having to be worse. */
  readonly incumbent: string
  readonly goals: RouteGoals
  /** Choices for the kind so far, and those that explored: with what is still running, or many in flight would all explore. */
  readonly chosen: number
  readonly explored: number
  readonly random: Random
}

/** A rival has to be better with that chance. */
const SURE_ENOUGH = 0.7
const REDRAWS = 1000

export function chooseRoute(question: RouteQuestion): RouteChoice {
  const { goals, random } = question
  const estimates = estimatesOf(question)
  const incumbent = incumbentOf(estimates, question)
  if (!mayExplore(question))
    return { arm: incumbent, isExplored: false, chance: 1, incumbent, estimates }
  const arm = drawBest(estimates, goals, random)
  const share = drawShares(estimates, goals, random).get(arm) ?? 0
  // What was drawn once had some chance, however small.
  const chance = Math.max(1 / REDRAWS, share)
  return { arm, isExplored: arm !== incumbent, chance, incumbent, estimates }
}

/** How likely each arm would be chosen now, and what is known of it. */
export function chancesOf(question: RouteQuestion): {
  readonly incumbent: string
  readonly arms: readonly (ArmEstimate & { readonly chance: number })[]
} {
  const estimates = estimatesOf(question)
  const incumbent = incumbentOf(estimates, question)
  const shares = mayExplore(question)
    ? drawShares(estimates, question.goals, question.random)
    : new Map([[incumbent, 1]])
  const arms = estimates.map((each) => ({ ...each, chance: shares.get(each.arm.name) ?? 0 }))
  return { incumbent, arms }
}

/** An arm whose cost nobody knows is taken to cost what the others do: not knowing must not make it cheap. */
function estimatesOf({ memory, kind, arms, goals }: RouteQuestion): ArmEstimate[] {
  const estimates = arms.map((arm) => estimateArm(memory, kind, arm, goals))
  const known = estimates.flatMap(({ costUsd }) => costUsd ?? [])
  const usual = known.length === 0 ? 0 : mean(known)
  return estimates.map((each) =>
    each.costUsd === null ? { ...each, utility: each.utility - usual } : each,
  )
}

const mayExplore = ({ explored, chosen, goals, arms }: RouteQuestion): boolean =>
  explored < goals.explore * chosen + 1 && goals.explore > 0 && arms.length > 1

/** The share of redraws in which each arm is the best. */
function drawShares(
  estimates: readonly ArmEstimate[],
  goals: RouteGoals,
  random: Random,
): ReadonlyMap<string, number> {
  const redraw = seededRandom(Math.floor(random() * 2 ** 32))
  const counts = new Map<string, number>()
  for (let i = 0; i < REDRAWS; i += 1) {
    const best = drawBest(estimates, goals, redraw)
    counts.set(best, (counts.get(best) ?? 0) + 1)
  }
  return new Map([...counts].map(([arm, count]) => [arm, count / REDRAWS]))
}

function incumbentOf(
  estimates: readonly ArmEstimate[],
  { incumbent, goals }: RouteQuestion,
): string {
  const best = estimates.reduce((a, b) => (b.utility > a.utility ? b : a))
  const today = estimates.find(({ arm }) => arm.name === incumbent)
  if (today === undefined || best === today) return best.arm.name
  const spread = 100 * goals.pointUsd * Math.hypot(best.sd, today.sd)
  const lead = best.utility - today.utility
  const chance = spread === 0 ? 1 : cumulativeStdNormalProbability(lead / spread)
  return (chance >= SURE_ENOUGH ? best : today).arm.name
}

/** Thompson: the best of one draw each. */
function drawBest(
  estimates: readonly ArmEstimate[],
  { pointUsd }: RouteGoals,
  random: Random,
): string {
  let best = { name: '', utility: -Infinity }
  for (const { arm, sd, utility } of estimates) {
    const drawn = utility + 100 * pointUsd * sd * drawNormal(random)
    if (drawn > best.utility) best = { name: arm.name, utility: drawn }
  }
  return best.name
}
