/** What was said, beside the journal: kept, counted, and let go when it is old. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { KeptForecast } from '../../src/store/forecasts.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { judgement, recorderOf } from '../support/recorded-evaluations.ts'

let store: OpenStore
beforeEach(async () => {
  store = await openMemoryStore()
})
afterEach(() => store.close())

const said = (subject: string, more: Partial<KeptForecast> = {}): KeptForecast => ({
  subject,
  kind: 'try',
  at: 1,
  p05: 10,
  p25: 20,
  p50: 30,
  p75: 40,
  p95: 50,
  stretch: 1,
  realMs: 30,
  ...more,
})
function keep(...rows: readonly KeptForecast[]): void {
  store.writer.begin()
  store.forecasts.keep(rows)
  store.writer.commit()
}

it('tells how often bounds held, of tries and of graphs apart, and writes no journal', () => {
  const { seq } = store.store
  keep(said('agent-1'), said('agent-2', { realMs: 45 }), said('agent-3', { realMs: 51 }))
  keep(said('graph-9', { kind: 'graph', realMs: 20 }))
  expect(store.forecasts.trackRecord('try')).toEqual({ n: 3, held50: 1 / 3, held90: 2 / 3 })
  expect(store.forecasts.trackRecord('graph')).toEqual({ n: 1, held50: 1, held90: 1 })
  expect(store.forecasts.predictedTries()).toEqual(['agent-1', 'agent-2', 'agent-3'])
  expect(store.store.seq).toBe(seq)
})

it('knows nothing where nothing was said', () => {
  expect(store.forecasts.trackRecord('graph')).toEqual({ n: 0, held50: null, held90: null })
  expect(store.forecasts.judgementTimes(10)).toEqual([])
  expect(store.forecasts.rejectedAgents()).toEqual([])
})

it('tells what the newest judgements took that were really asked for', () => {
  const recorder = recorderOf(store)
  const ended = (number: number, ms: number, more: object = {}): void => {
    const { queuedAt } = judgement(number)
    const state = { kind: 'ended', outcome: 'answered', at: queuedAt + ms, reason: null, ...more }
    recorder.asked(judgement(number, { state } as Parameters<typeof judgement>[1]))
  }
  ended(1, 1000)
  ended(2, 2000)
  ended(3, 9000, { outcome: 'unanswered' })
  ended(4, 3000)
  // As soon as it is queued, whatever a judge would have taken.
  ended(5, 0, { kept: 'eval-1' })
  expect(store.forecasts.judgementTimes(10)).toEqual([3000, 2000, 1000])
  expect(store.forecasts.judgementTimes(2)).toEqual([3000, 2000])
})

it('keeps the newest, of each sort', () => {
  keep(said('graph-1', { kind: 'graph' }))
  keep(...Array.from({ length: 5010 }, (_, at) => said(`agent-${at + 1}`)))
  const left = store.forecasts.predictedTries()
  expect(left).toHaveLength(5000)
  expect(left).not.toContain('agent-10')
  expect(left).toContain('agent-11')
  expect(store.forecasts.graphs(5).map(({ subject }) => subject)).toEqual(['graph-1'])
})

it('is undone with its transaction', () => {
  store.writer.begin()
  store.forecasts.keep([said('agent-1')])
  store.writer.rollback()
  expect(store.forecasts.predictedTries()).toEqual([])
})
