import { describe, expect, test } from 'vitest'
import type { History } from '../../../src/judging/forecast/history.ts'
import {
  type ForecastGraph,
  type ForecastTask,
  simulateRuns,
  Stopped,
} from '../../../src/judging/forecast/simulate.ts'
import { seededRandom } from '../../../src/judging/sampling.ts'

/** Every try takes a minute and succeeds. */
const certain: History = {
  tries: () => 100,
  daySd: 0,
  draw: () => ({ mean: Math.log(60_000), sd: 1e-9, chance: 1 }),
}

const lasting = (ms: number) => () => ({ mean: Math.log(ms), sd: 1e-9 })

const task = (more: Partial<ForecastTask> = {}): ForecastTask => ({
  after: [],
  group: 'docs claude',
  bucket: 0,
  rank: 0,
  notBeforeMs: 0,
  ageMs: null,
  usdPerMinute: null,
  needsJudgement: false,
  isJudged: false,
  ...more,
})

function play(
  tasks: readonly ForecastTask[],
  { judgeMs = 60_000, ...more }: Partial<ForecastGraph> & { readonly judgeMs?: number } = {},
  history = certain,
) {
  const { caps = [100] } = more
  const buckets = caps.map((_, at) => [at])
  const graph = { tasks, maxAgents: 100, caps, buckets, wanted: null, ...more }
  const runs = simulateRuns(graph, history, {
    count: 1,
    random: seededRandom(1),
    judgements: lasting(judgeMs),
  })
  const minutes = (values: Float32Array | Float64Array): number[] =>
    [...values].map((ms) => Math.round(ms / 6000) / 10)
  return {
    starts: minutes(runs.starts),
    ends: minutes(runs.ends),
    finish: minutes(runs.finish)[0],
    costUsd: runs.costUsd[0],
    critical: [...runs.critical],
  }
}

describe('a played run', () => {
  test('follows the dependencies, and knows what the end waited for', () => {
    const diamond = [
      task(),
      task({ after: [0] }),
      task({ after: [0], needsJudgement: true }),
      task({ after: [1, 2] }),
    ]
    expect(play(diamond)).toMatchObject({
      starts: [0, 1, 1, 3],
      ends: [1, 2, 3, 4],
      finish: 4,
      critical: [1, 0, 1, 1],
    })
  })

  test('starts no more than the caps allow, higher ranks first', () => {
    const four = [task(), task({ rank: 1 }), task({ rank: 2 }), task()]
    expect(play(four, { maxAgents: 1 }).starts).toEqual([2, 1, 0, 3])
    expect(play(four, { caps: [2] }).starts).toEqual([1, 0, 0, 1])
    const two = [task(), task(), task({ bucket: 1, rank: -1 })]
    expect(play(two, { caps: [1, 1] }).starts).toEqual([0, 1, 0])
  })

  test('a judgement holds up what waits for the task, and no agent', () => {
    const judged = [task({ needsJudgement: true }), task({ after: [0] }), task({ rank: -1 })]
    expect(play(judged, { maxAgents: 1, judgeMs: 120_000 })).toMatchObject({
      starts: [0, 3, 1],
      ends: [3, 4, 2],
    })
  })

  test('a task under several caps waits for all of them, and holds none of them meanwhile', () => {
    // An executor for two, a folder for one: the first two share the folder.
    const tasks = [task(), task(), task({ bucket: 1 }), task({ bucket: 1 })]
    const graph = { caps: [2, 1], buckets: [[0, 1], [0]] }
    expect(play(tasks, graph).starts).toEqual([0, 1, 0, 1])
  })

  test('of an agent that has ended well only the judgement is to come, and it takes no place', () => {
    const tasks = [task({ isJudged: true, needsJudgement: true }), task({ after: [0] }), task()]
    expect(play(tasks, { maxAgents: 1, judgeMs: 30_000 })).toMatchObject({
      starts: [0, 1, 0],
      ends: [0.5, 2, 1],
    })
  })

  test('of chosen tasks the end and the cost are theirs and of what they wait for; the others compete', () => {
    const priced = (more: Partial<ForecastTask> = {}) => task({ usdPerMinute: 1, ...more })
    const tasks = [priced({ rank: 9 }), priced(), priced({ after: [1] }), priced({ after: [2] })]
    const { finish, costUsd, critical } = play(tasks, { maxAgents: 1, wanted: [2] })
    expect(finish).toBe(3)
    expect(costUsd).toBeCloseTo(2, 6)
    expect(critical).toEqual([0, 1, 1, 0])
  })

  test('of which nobody waits any more stops', () => {
    const graph = { tasks: [task()], maxAgents: 1, caps: [1], buckets: [[0]], wanted: null }
    let asked = 0
    const isOver = (): boolean => (asked += 1) > 3
    expect(() =>
      simulateRuns(graph, certain, {
        count: 100,
        random: seededRandom(1),
        judgements: lasting(1),
        isOver,
      }),
    ).toThrow(Stopped)
    expect(asked).toBe(4)
  })

  test('waits for a time, and lets others go first', () => {
    const delayed = [task({ notBeforeMs: 300_000, rank: 9 }), task(), task({ after: [0] })]
    expect(play(delayed, { maxAgents: 1 }).starts).toEqual([5, 0, 6])
  })

  test('of what runs already only the rest is to come', () => {
    expect(play([task({ ageMs: 45_000 })]).ends).toEqual([0.3])
    // Longer than it ever takes: as long again at most.
    const [late = NaN] = play([task({ ageMs: 600_000 })]).ends
    expect(late).toBeLessThanOrEqual(10)
    expect(play([task({ ageMs: 45_000 }), task()], { maxAgents: 1 }).starts).toEqual([-0.7, 0.3])
  })

  test('costs what its minutes cost, failed tries too, back-offs not', () => {
    expect(play([task({ usdPerMinute: 0.5 }), task()]).costUsd).toBeCloseTo(0.5, 6)
    const unlucky: History = {
      ...certain,
      draw: () => ({ mean: Math.log(60_000), sd: 1e-9, chance: 0.5 }),
    }
    const many = Array.from({ length: 1000 }, () => task({ usdPerMinute: 1 }))
    const { costUsd = NaN } = play(many, { maxAgents: 1000, caps: [1000] }, unlucky)
    expect(costUsd).toBeGreaterThan(1800)
    expect(costUsd).toBeLessThan(2200)
  })

  test('that can never succeed ends all the same', () => {
    const never: History = { ...certain, draw: () => ({ mean: 0, sd: 1, chance: 0 }) }
    expect(play([task()], {}, never).finish).toBeGreaterThan(0)
  })

  test('of nothing is over at once', () => {
    expect(play([])).toMatchObject({ finish: 0, costUsd: 0, critical: [] })
  })

  test('is the same with the same seed', () => {
    const unsure: History = { ...certain, draw: () => ({ mean: 9, sd: 1, chance: 0.7 }) }
    const tasks = [task(), task({ after: [0] }), task()]
    expect(play(tasks, {}, unsure)).toEqual(play(tasks, {}, unsure))
  })
})
