import { describe, expect, test } from 'vitest'
import {
  type Arm,
  chooseRoute,
  createRouteMemory,
  estimateArm,
  type RouteQuestion,
} from '../../src/judging/route-choice.ts'
import { seededRandom } from '../../src/judging/sampling.ts'
import { meanRegret } from './route-workload.ts'

const arm = (name: string, more: Partial<Arm> = {}): Arm => ({
  name,
  tier: 'standard',
  listCostUsd: 0.1,
  listHours: 0.1,
  ...more,
})
const goals = { pointUsd: 0.02, hourUsd: 0, explore: 0.1 }
const [a, b] = [arm('claude/sonnet'), arm('claude/haiku', { tier: 'light', listCostUsd: 0.02 })]

function asked(more: Partial<RouteQuestion> = {}): RouteQuestion {
  return {
    memory: createRouteMemory(100),
    kind: 'docs',
    arms: [a, b],
    incumbent: a.name,
    goals,
    chosen: 0,
    explored: 0,
    random: seededRandom(1),
    ...more,
  }
}

/** `n` tries with that score each. */
function known(tries: readonly (readonly [Arm, number, number])[], halfLife = 1e9) {
  const memory = createRouteMemory(halfLife)
  for (const [{ name, listCostUsd: costUsd, listHours: hours }, score, n] of tries)
    for (let i = 0; i < n; i += 1)
      memory.add({ kind: 'docs', arm: name, end: 'scored', score, costUsd, hours })
  return memory
}

describe('an estimate', () => {
  test('of an arm that nothing is known of is that of its tier and its list price', () => {
    const { score, sd, costUsd, tries } = estimateArm(createRouteMemory(100), 'docs', b, goals)
    expect({ score, costUsd, tries }).toEqual({ score: 0.7, costUsd: 0.02, tries: 0 })
    expect(sd).toBeCloseTo(Math.sqrt(0.04 / 4), 12)
  })

  test('goes from the tier over the other kinds to what the kind itself has shown', () => {
    const memory = known([[a, 0.4, 1]])
    const first = estimateArm(memory, 'docs', a, goals).score
    const other = estimateArm(memory, 'bugfix', a, goals).score
    expect(other).toBeCloseTo((4 * 0.8 + 0.4) / 5, 12)
    expect(first).toBeLessThan(other)
    expect(estimateArm(known([[a, 0.4, 400]]), 'docs', a, goals).score).toBeCloseTo(0.4, 2)
  })

  test('is surer with more tries, and less sure where they differ', () => {
    const sd = (...tries: (readonly [Arm, number, number])[]): number =>
      estimateArm(known(tries), 'docs', a, goals).sd
    expect(sd([a, 0.8, 50])).toBeLessThan(sd([a, 0.8, 5]))
    expect(sd([a, 0.6, 25], [a, 1, 25])).toBeGreaterThan(sd([a, 0.8, 50]))
  })

  test('follows a drift: what is old counts for less', () => {
    const memory = known(
      [
        [a, 0.9, 100],
        [a, 0.3, 30],
      ],
      10,
    )
    expect(estimateArm(memory, 'docs', a, goals).score).toBeLessThan(0.5)
  })
})

describe('a choice', () => {
  const settled = { chosen: 100, explored: 50 }

  test('stays with the incumbent until a rival is likely better', () => {
    const close = known([
      [a, 0.8, 5],
      [b, 0.81, 5],
    ])
    expect(chooseRoute(asked({ ...settled, memory: close }))).toMatchObject({
      arm: a.name,
      isExplored: false,
      chance: 1,
    })
    const clear = known([
      [a, 0.5, 30],
      [b, 0.9, 30],
    ])
    expect(chooseRoute(asked({ ...settled, memory: clear }))).toMatchObject({
      arm: b.name,
      incumbent: b.name,
      isExplored: false,
    })
  })

  test('weighs a dollar and an hour as the person does', () => {
    const dear = arm(a.name, { listCostUsd: 1, listHours: 1 })
    const memory = known([
      [dear, 0.9, 50],
      [b, 0.8, 50],
    ])
    const choose = (pointUsd: number, hourUsd: number) =>
      chooseRoute(
        asked({ ...settled, memory, arms: [dear, b], goals: { ...goals, pointUsd, hourUsd } }),
      ).arm
    expect(choose(1, 0)).toBe(a.name)
    expect(choose(0.01, 0)).toBe(b.name)
    expect(choose(1, 20)).toBe(b.name)
  })

  test('takes an arm whose cost nobody knows for no cheaper than the others', () => {
    const unknown = arm('local/qwen', { listCostUsd: null })
    const memory = known([
      [a, 0.8, 30],
      [b, 0.75, 30],
    ])
    for (let i = 0; i < 30; i += 1)
      memory.add({
        kind: 'docs',
        arm: unknown.name,
        end: 'scored',
        score: 0.8,
        costUsd: null,
        hours: 0.1,
      })
    const { estimates } = chooseRoute(asked({ ...settled, memory, arms: [a, b, unknown] }))
    const told = estimates.flatMap(({ costUsd }) => costUsd ?? [])
    const untold = estimates[2]
    expect(untold).toMatchObject({ costUsd: null })
    const usual = told.reduce((sum, cost) => sum + cost, 0) / 2
    expect(untold?.utility).toBeCloseTo(100 * 0.02 * (untold?.score ?? 0) - usual, 12)
  })

  test('explores no more than its share, and never where that is 0', () => {
    const random = seededRandom(5)
    let explored = 0
    for (let chosen = 0; chosen < 300; chosen += 1) {
      const choice = chooseRoute(asked({ chosen, explored, random }))
      if (choice.isExplored) explored += 1
      expect(explored).toBeLessThanOrEqual(0.1 * chosen + 2)
      expect(choice.chance).toBeGreaterThan(0)
      expect(choice.chance).toBeLessThanOrEqual(1)
    }
    expect(explored).toBeGreaterThan(5)
    const never = asked({ goals: { ...goals, explore: 0 }, random })
    for (let i = 0; i < 50; i += 1) expect(chooseRoute(never).isExplored).toBe(false)
  })

  test('leaves an incumbent that cannot run now', () => {
    expect(chooseRoute(asked({ ...settled, arms: [b] })).arm).toBe(b.name)
  })

  test('with the same numbers is the same', () => {
    const choose = () => chooseRoute(asked({ random: seededRandom(9) }))
    expect(choose()).toEqual(choose())
  })
})

describe('over the shipped workload it loses, of what chance loses,', () => {
  const SEEDS = 12
  test.each([0.02, 0.1])('at $%d a point: at most a third over 600 tasks', (pointUsd) => {
    expect(meanRegret(SEEDS, { tasks: 600, inFlight: 0, pointUsd, drifts: false })).toBeLessThan(
      33.4,
    )
  })
  test.each([
    [0.02, { tasks: 200, inFlight: 50, drifts: false }],
    [0.1, { tasks: 200, inFlight: 50, drifts: false }],
    [0.02, { tasks: 600, inFlight: 0, drifts: true }],
    [0.1, { tasks: 600, inFlight: 0, drifts: true }],
  ])('at $%d a point: at most 45 %% with %j', (pointUsd, workload) => {
    expect(meanRegret(SEEDS, { ...workload, pointUsd })).toBeLessThan(45)
  })
})
