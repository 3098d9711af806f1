/** What is said of tasks of which only the judgement is to come. */
import { expect, test } from 'vitest'
import { computeForecast, type ForecastOrder } from '../../../src/judging/forecast/compute.ts'

const MINUTE = 60_000

/** One task whose agent has ended well. */
const waiting = (...judgementMs: readonly number[]): ForecastOrder => ({
  seed: 1,
  groups: [{ name: 'docs on claude', family: { name: 'agent', usualMs: 10 * MINUTE } }],
  tasks: {
    group: Int32Array.of(0),
    bucket: Int32Array.of(0),
    priority: Float64Array.of(1),
    notBeforeMs: Float64Array.of(0),
    ageMs: Float64Array.of(Number.NaN),
    usdPerMinute: Float64Array.of(Number.NaN),
    needsJudgement: Uint8Array.of(1),
    isJudged: Uint8Array.of(1),
  },
  edges: new Int32Array(),
  maxAgents: 1,
  caps: [],
  buckets: [[]],
  wanted: null,
  tries: {
    id: new Float64Array(),
    group: new Int32Array(),
    startedAt: new Float64Array(),
    endedAt: new Float64Array(),
    isSuccess: new Uint8Array(),
    day: new Int32Array(),
    isNew: new Uint8Array(),
  },
  judgementMs: Float64Array.from(judgementMs),
  past: [],
})

test('where no judgement is known no 90 % is claimed, and half of the time is a range', () => {
  const { finish, fewTries } = computeForecast(waiting())
  expect(fewTries).toEqual(['judgements'])
  expect(finish).toMatchObject({ p05: null, p95: null })
  expect(finish?.p75).toBeGreaterThan(1.2 * (finish?.p25 ?? Infinity))
  expect(finish?.p50).toBeGreaterThan(MINUTE / 2)
  expect(finish?.p50).toBeLessThan(2 * MINUTE)
})

test('it is spread as judgements were, whatever tries there were', () => {
  const times = Array.from({ length: 60 }, (_, at) => MINUTE * 2 ** ((at % 5) - 2))
  const { finish, fewTries } = computeForecast(waiting(...times))
  expect(fewTries).toEqual([])
  expect(finish?.p50).toBeGreaterThan(0.7 * MINUTE)
  expect(finish?.p50).toBeLessThan(1.4 * MINUTE)
  expect(finish?.p05).toBeLessThan(MINUTE / 3)
  expect(finish?.p95).toBeGreaterThan(3 * MINUTE)
})

test('of tasks that nobody asked for the judgements need not be known', () => {
  const { fewTries, finish } = computeForecast({ ...waiting(), wanted: [] })
  expect([fewTries, finish]).toEqual([[], null])
})
