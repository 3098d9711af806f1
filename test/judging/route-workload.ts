/**
 * The shipped workload of routing: four kinds of task, five arms, the noise of work and of a judge. Regret is what the choices lost
 * against the best arm of each kind, in percent of what choosing at random loses.
 */
import {
  type Arm,
  chooseRoute,
  createRouteMemory,
  type RouteGoals,
  type RouteOutcome,
} from '../../src/judging/route-choice.ts'
import { drawNormal, type Random, seededRandom } from '../../src/judging/sampling.ts'

export interface Workload {
  readonly tasks: number
  /** Tasks that run at once: a choice sees the outcomes of those that ended before. */
  readonly inFlight: number
  readonly pointUsd: number
  /** At half of the tasks the arms trade their true scores. */
  readonly drifts: boolean
}

type ListedArm = Arm & { readonly listCostUsd: number }

const KINDS = ['docs', 'test', 'bugfix', 'feature']
const ARMS: readonly [ListedArm, ...ListedArm[]] = [
  armOf('claude/opus', 'strong', 0.9),
  armOf('claude/sonnet', 'standard', 0.3),
  armOf('claude/haiku', 'light', 0.05),
  armOf('codex/gpt', 'strong', 0.6),
  armOf('opencode/local', 'light', 0.01),
]

function armOf(name: string, tier: Arm['tier'], listCostUsd: number): ListedArm {
  return { name, tier, listCostUsd, listHours: 0.2 }
}

/** Where tasks go before anything is known. */
const INCUMBENT = 'claude/sonnet'

/** True mean score over all kinds. */
const TRUE_SCORE: Readonly<Record<string, number>> = {
  'claude/opus': 0.87,
  'claude/sonnet': 0.81,
  'claude/haiku': 0.66,
  'codex/gpt': 0.79,
  'opencode/local': 0.45,
}
/** Standard deviation of an arm's true score between kinds. */
const SPREAD = 0.08
const NOISE = { work: 0.1, judge: 0.125, cost: 0.5, failure: 0.06 } as const

/** True mean score and cost of each arm at each kind, drawn by the seed. */
type World = ReadonlyMap<string, { readonly score: number; readonly cost: number }>

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

function drawWorld(random: Random): World {
  const cells = KINDS.flatMap((kind) =>
    ARMS.map((arm) => {
      const score = clamp((TRUE_SCORE[arm.name] ?? 0) + SPREAD * drawNormal(random))
      const cost = arm.listCostUsd * Math.exp(0.4 * drawNormal(random))
      return [`${kind} ${arm.name}`, { score, cost }] as const
    }),
  )
  return new Map(cells)
}

/** Chooses an arm; called once a task, in order. */
export type Policy = (
  kind: string,
  random: Random,
) => { readonly arm: string; note(outcome: RouteOutcome): void }

export function ourPolicy(goals: RouteGoals): Policy {
  const memory = createRouteMemory(100)
  const incumbents = new Map<string, string>()
  const counts = new Map<string, { chosen: number; explored: number }>()
  return (kind, random) => {
    const count = counts.get(kind) ?? { chosen: 0, explored: 0 }
    counts.set(kind, count)
    const incumbent = incumbents.get(kind) ?? INCUMBENT
    const choice = chooseRoute({ memory, kind, arms: ARMS, incumbent, goals, ...count, random })
    incumbents.set(kind, choice.incumbent)
    count.chosen += 1
    if (choice.isExplored) count.explored += 1
    return { arm: choice.arm, note: (outcome) => memory.add(outcome) }
  }
}

export const randomPolicy: Policy = (_kind, random) => ({
  arm: ARMS[Math.floor(random() * ARMS.length)]?.name ?? '',
  note: () => {},
})

/** Every task to one arm: where tasks go that name nobody. */
export const fixedPolicy: Policy = () => ({ arm: INCUMBENT, note: () => {} })

/** What was lost against the best arm of each kind, in dollars. */
export const regretOf = (seed: number, workload: Workload, policy: Policy): number =>
  regretsOf(seed, workload, policy).at(-1) ?? 0

/** The same, summed up to each task. */
export function regretsOf(seed: number, workload: Workload, policy: Policy): readonly number[] {
  const random = seededRandom(seed)
  const worlds = [drawWorld(random), drawWorld(random)] as const
  const noise = seededRandom(seed + 1)
  const waiting: (() => void)[] = []
  let regret = 0
  const regrets: number[] = []
  for (let task = 0; task < workload.tasks; task += 1) {
    const world = workload.drifts && task >= workload.tasks / 2 ? worlds[1] : worlds[0]
    const kind = KINDS[Math.floor(noise() * KINDS.length)] ?? ''
    const utility = (arm: string): number => {
      const { score = 0, cost = 0 } = world.get(`${kind} ${arm}`) ?? {}
      return 100 * workload.pointUsd * (1 - NOISE.failure) * score - cost
    }
    const { arm, note } = policy(kind, noise)
    regret += Math.max(...ARMS.map(({ name }) => utility(name))) - utility(arm)
    regrets.push(regret)
    const { score, cost } = world.get(`${kind} ${arm}`) ?? { score: 0, cost: 0 }
    const seen = score + NOISE.work * drawNormal(noise) + NOISE.judge * drawNormal(noise)
    const isFailed = noise() < NOISE.failure
    const outcome: RouteOutcome = {
      kind,
      arm,
      end: isFailed ? 'failed' : 'scored',
      score: isFailed ? 0 : clamp(seen),
      costUsd: cost * Math.exp(NOISE.cost * drawNormal(noise) - NOISE.cost ** 2 / 2),
      hours: 0.2,
    }
    waiting.push(() => note(outcome))
    if (waiting.length > workload.inFlight) waiting.shift()?.()
  }
  return regrets
}

/** Over seeds: ours in percent of random's. */
export function meanRegret(seeds: number, workload: Workload): number {
  const goals: RouteGoals = { pointUsd: workload.pointUsd, hourUsd: 0, explore: 0.1 }
  let [ours, random] = [0, 0]
  for (let seed = 1; seed <= seeds; seed += 1) {
    ours += regretOf(seed * 1000, workload, ourPolicy(goals))
    random += regretOf(seed * 1000, workload, randomPolicy)
  }
  return (100 * ours) / random
}
