/**
 * Which executor and model the next task of a kind goes to: hierarchical Thompson sampling over score, cost and time. The incumbent stays
 * until a rival is likely better; a bounded share of tasks explores. Pure: random numbers come in.
 */
import { cumulativeStdNormalProbability } from 'simple-statistics'
import { drawNormal, type Random, seededRandom } from './sampling.ts'

/** One finished try. Every end that is the arm's own counts, not only what was scored: survivors flatter. */
export interface RouteOutcome {
  readonly kind: string
  readonly arm: string
  /** In [0, 1]; 0 for a failure of the arm's own. */
  readonly score: number
  readonly costUsd: number
  readonly hours: number
}

export interface Arm {
  /** `claude/sonnet` */
  readonly name: string
  readonly tier: 'strong' | 'standard' | 'light' | null
  /** What a try costs and takes by the price list and the type of work, before any is known. */
  readonly listCostUsd: number
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
  /** Tries of the kind, older ones discounted. */
  readonly n: number
  readonly score: number
  /** Standard deviation of `score` as an estimate. */
  readonly sd: number
  readonly costUsd: number
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

interface Sums {
  n: number
  score: number
  squares: number
  cost: number
  hours: number
}

const NONE: Readonly<Sums> = { n: 0, score: 0, squares: 0, cost: 0, hours: 0 }

/** Sums of what was seen, by kind and arm; the tries of a kind lose half of their weight with each `halfLife` later ones of it. */
export interface RouteMemory {
  add(outcome: RouteOutcome): void
  of(kind: string, arm: string): Readonly<Sums>
  /** Over all kinds. */
  ofArm(arm: string): Readonly<Sums>
}

export function createRouteMemory(halfLife: number): RouteMemory {
  const decay = 2 ** (-1 / halfLife)
  const kinds = new Map<string, Map<string, Sums>>()
  return {
    add({ kind, arm, score, costUsd, hours }) {
      const arms = kinds.get(kind) ?? new Map<string, Sums>()
      kinds.set(kind, arms)
      for (const sums of arms.values()) for (const key of SUM_KEYS) sums[key] *= decay
      const sums = arms.get(arm) ?? { ...NONE }
      arms.set(arm, sums)
      sums.n += 1
      sums.score += score
      sums.squares += score ** 2
      sums.cost += costUsd
      sums.hours += hours
    },
    of: (kind, arm) => kinds.get(kind)?.get(arm) ?? NONE,
    ofArm(arm) {
      const total = { ...NONE }
      for (const arms of kinds.values())
        for (const key of SUM_KEYS) total[key] += arms.get(arm)?.[key] ?? 0
      return total
    },
  }
}

const SUM_KEYS = Object.keys(NONE) as readonly (keyof Sums)[]

/** Mean score of a tier before anything is known; an unknown tier is taken for a standard one. */
const TIER_SCORE = { strong: 0.85, standard: 0.8, light: 0.7 } as const
/** The prior weighs as much as so many tries; its variance is that of scores of one kind. */
const PRIOR_TRIES = 4
const PRIOR_VARIANCE = 0.04
const PRIOR_COST_TRIES = 2

/** A kind borrows from the arm's other kinds, an arm from its tier. */
export function estimateArm(
  memory: RouteMemory,
  kind: string,
  arm: Arm,
  { pointUsd, hourUsd }: RouteGoals,
): ArmEstimate {
  const [own, all] = [memory.of(kind, arm.name), memory.ofArm(arm.name)]
  const tierScore = TIER_SCORE[arm.tier ?? 'standard']
  const prior = (PRIOR_TRIES * tierScore + all.score) / (PRIOR_TRIES + all.n)
  const weight = PRIOR_TRIES + own.n
  const score = (PRIOR_TRIES * prior + own.score) / weight
  const mean = own.n === 0 ? prior : own.score / own.n
  // Never below 0 by rounding.
  const within = Math.max(0, own.squares - own.n * mean ** 2)
  const between = (PRIOR_TRIES * own.n * (mean - prior) ** 2) / weight
  const variance = (PRIOR_TRIES * PRIOR_VARIANCE + within + between) / weight
  const shrunk = (key: 'cost' | 'hours', list: number): number => {
    const ofArm = (all[key] + PRIOR_COST_TRIES * list) / (all.n + PRIOR_COST_TRIES)
    return (own[key] + PRIOR_COST_TRIES * ofArm) / (own.n + PRIOR_COST_TRIES)
  }
  const costUsd = shrunk('cost', arm.listCostUsd)
  const hours = shrunk('hours', arm.listHours)
  const utility = 100 * pointUsd * score - costUsd - hourUsd * hours
  return { arm, n: own.n, score, sd: Math.sqrt(variance / weight), costUsd, hours, utility }
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
  const { memory, kind, arms, goals, chosen, explored, random } = question
  const estimates = arms.map((arm) => estimateArm(memory, kind, arm, goals))
  const incumbent = incumbentOf(estimates, question)
  const mayExplore = explored < goals.explore * chosen + 1 && goals.explore > 0 && arms.length > 1
  if (!mayExplore) return { arm: incumbent, isExplored: false, chance: 1, incumbent, estimates }
  const arm = drawBest(estimates, goals, random)
  const redraw = seededRandom(Math.floor(random() * 2 ** 32))
  let same = 0
  for (let i = 0; i < REDRAWS; i += 1) if (drawBest(estimates, goals, redraw) === arm) same += 1
  // What was drawn once had some chance, however small.
  const chance = Math.max(1, same) / REDRAWS
  return { arm, isExplored: arm !== incumbent, chance, incumbent, estimates }
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
