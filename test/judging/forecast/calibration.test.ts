import { describe, expect, test } from 'vitest'
import {
  boundsOf,
  criticalShares,
  quartilesOf,
  stretchOf,
} from '../../../src/judging/forecast/bounds.ts'
import { type PastTry, readHistory } from '../../../src/judging/forecast/history.ts'
import { type ForecastTask, simulateRuns } from '../../../src/judging/forecast/simulate.ts'
import { drawNormal, seededRandom } from '../../../src/judging/sampling.ts'

const MINUTE = 60_000
const agents = () => ({ name: 'agent', usualMs: 10 * MINUTE })

/** None is to come. */
const judgements = () => ({ mean: 0, sd: 1 })

interface Kind {
  readonly name: string
  readonly mean: number
  readonly sd: number
  readonly chance: number
}

/** A world of three kinds, what is known of it, a graph of 40 tasks, and how that really went. */
function heldIn(
  seed: number,
  triesAKind: number,
): { readonly is50: boolean; readonly is90: boolean } {
  const random = seededRandom(seed)
  const kinds: readonly Kind[] = ['docs', 'test', 'feature'].map((name) => ({
    name,
    mean: Math.log(10 * MINUTE) + 0.6 * drawNormal(random),
    sd: 0.3 + 0.4 * random(),
    chance: 0.75 + 0.2 * random(),
  }))
  const tries: readonly PastTry[] = kinds.flatMap(({ name, mean, sd, chance }) =>
    Array.from({ length: triesAKind }, (_, at) => ({
      group: name,
      durationMs: Math.exp(mean + sd * drawNormal(random)),
      isSuccess: random() < chance,
      day: Math.floor(at / 3),
    })),
  )
  const tasks: readonly ForecastTask[] = Array.from({ length: 40 }, (_, at) => ({
    after: at < 4 ? [] : [Math.floor(random() * at), Math.floor(random() * at)],
    group: kinds[Math.floor(random() * kinds.length)]?.name ?? '',
    bucket: 0,
    rank: 0,
    notBeforeMs: 0,
    ageMs: null,
    usdPerMinute: null,
    needsJudgement: false,
    isJudged: false,
  })).map((task) => ({ ...task, after: [...new Set(task.after)] }))
  const graph = { tasks, maxAgents: 4, caps: [100], buckets: [[0]], wanted: null }
  const truth = {
    tries: () => 0,
    daySd: 0,
    draw: (group: string) =>
      kinds.find(({ name }) => name === group) ?? { mean: 0, sd: 1, chance: 1 },
  }
  const real =
    simulateRuns(graph, truth, { count: 1, random: seededRandom(seed + 1), judgements })
      .finish[0] ?? 0
  const runs = simulateRuns(graph, readHistory(tries, agents), {
    count: 200,
    random: seededRandom(seed + 2),
    judgements,
  })
  const { p05, p25, p75, p95 } = boundsOf(runs.finish, 1, false)
  return { is50: real >= p25 && real <= p75, is90: real >= (p05 ?? 0) && real <= (p95 ?? 0) }
}

describe('bounds of a forecast', () => {
  test.each([3, 8, 30])('hold as often as they say, after %d tries a kind', (triesAKind) => {
    const histories = 1000
    let [in50, in90] = [0, 0]
    for (let at = 1; at <= histories; at += 1) {
      const { is50, is90 } = heldIn(at * 7919, triesAKind)
      in50 += Number(is50)
      in90 += Number(is90)
    }
    expect(Math.abs((100 * in50) / histories - 50)).toBeLessThanOrEqual(8)
    expect(Math.abs((100 * in90) / histories - 90)).toBeLessThanOrEqual(5)
  })

  test('are widened by what they missed, never narrowed', () => {
    const forecast = (realMs: number) => ({ p05: 50, p50: 100, p95: 200, realMs })
    expect(stretchOf(Array.from({ length: 8 }, () => forecast(10_000)))).toBe(1)
    expect(stretchOf(Array.from({ length: 20 }, () => forecast(101)))).toBe(1)
    // Half of them four times as long as half of the width allows.
    const missed = Array.from({ length: 20 }, (_, at) => forecast(at % 2 === 0 ? 1600 : 100))
    expect(stretchOf(missed)).toBeCloseTo(4, 6)
    const values = new Float64Array([50, 75, 100, 150, 200])
    const [plain, wide] = [boundsOf(values, 1, false), boundsOf(values, 2, false)]
    expect(wide.p50).toBe(plain.p50)
    expect(wide.p95).toBeGreaterThan(plain.p95 ?? 0)
    expect(wide.p05).toBeLessThan(plain.p05 ?? 0)
  })

  test('claim no 90 % where too little is known', () => {
    expect(boundsOf(new Float64Array([1, 2, 3]), 1, true)).toMatchObject({
      p05: null,
      p50: 2,
      p95: null,
    })
  })
})

describe('a history', () => {
  const tryOf = (more: Partial<PastTry> = {}): PastTry => ({
    group: 'docs',
    durationMs: MINUTE,
    isSuccess: true,
    day: 1,
    ...more,
  })

  test('knows nothing of a kind but what the others take', () => {
    const history = readHistory([tryOf(), tryOf(), tryOf()], agents)
    const random = seededRandom(1)
    const means = Array.from({ length: 2000 }, () => history.draw('other', random).mean)
    expect(means.reduce((a, b) => a + b) / means.length).toBeCloseTo(Math.log(MINUTE), 1)
    expect(history.tries('other')).toBe(0)
  })

  test('takes programs and agents apart, and what nobody has ever done as it usually is', () => {
    const familyOf = (group: string) =>
      group === 'shell' ? { name: 'program', usualMs: 1000 } : { name: 'agent', usualMs: 60_000 }
    const history = readHistory([tryOf({ group: 'shell', durationMs: 50 })], familyOf)
    const random = seededRandom(2)
    const center = (group: string): number => {
      const means = Array.from({ length: 2000 }, () => history.draw(group, random).mean)
      return Math.exp(means.reduce((a, b) => a + b) / means.length)
    }
    expect(center('docs')).toBeGreaterThan(55_000)
    expect(center('shell')).toBeLessThan(55)
  })

  test('learns that days differ, and takes a calm past for calm', () => {
    const random = seededRandom(3)
    const tries = (factor: number): PastTry[] =>
      Array.from({ length: 400 }, (_, at) => {
        const day = Math.floor(at / 20)
        const shared = factor * (day % 2 === 0 ? 1 : -1)
        return tryOf({ day, durationMs: Math.exp(10 + shared + 0.2 * drawNormal(random)) })
      })
    expect(readHistory(tries(0.25), agents).daySd).toBeGreaterThan(0.2)
    expect(readHistory(tries(0), agents).daySd).toBeLessThan(0.06)
  })
})

test('a critical path has each task’s share of the runs, and a task its quartiles', () => {
  const runs = {
    count: 4,
    starts: new Float32Array(),
    ends: new Float32Array([1, 10, 2, 20, 3, 30, 4, 40]),
    finish: new Float64Array(4),
    costUsd: new Float64Array(4),
    critical: new Uint32Array([1, 4, 0]),
  }
  expect(criticalShares(runs)).toEqual([
    { task: 1, share: 1 },
    { task: 0, share: 0.25 },
  ])
  expect(quartilesOf(runs.ends, 1, 2).p50).toBe(25)
})
