import { expect, test } from 'vitest'
import { doneSummary } from '../../../../src/renderer/graph/gestures/done-bar.tsx'
import { cardOf } from '../../../support/scripted-host.ts'

const ended = (id: string, from: string, to: string, status: 'done' | 'failed' = 'done') =>
  cardOf(id, {
    status,
    state: status,
    startedAt: `2026-05-01T10:00:${from}.000Z`,
    completedAt: `2026-05-01T10:00:${to}.000Z`,
  })
const all = [ended('a', '00', '05'), ended('b', '03', '14'), ended('c', '05', '09')]

test('the end of a graph is summed up from its first start to its last end', () => {
  expect(doneSummary(all)).toMatchObject({
    text: 'Everything done: 3 tasks, 14s, nothing failed',
    ids: ['b', 'c', 'a'],
  })
  expect(doneSummary([...all, ended('d', '06', '20', 'failed')])?.text).toBe(
    'Everything has ended: 4 tasks, 20s, 1 failed',
  )
})

test('it is not said while something is to come', () => {
  expect(doneSummary([])).toBeNull()
  expect(doneSummary(all.slice(0, 1))).toBeNull()
  expect(doneSummary([...all, cardOf('d')])).toBeNull()
  expect(doneSummary([...all, { ...ended('d', '06', '07'), repeats: true }])).toBeNull()
})

test('another task that ends later is said anew', () => {
  expect(doneSummary(all)?.key).not.toBe(doneSummary([...all, ended('d', '06', '20')])?.key)
})
