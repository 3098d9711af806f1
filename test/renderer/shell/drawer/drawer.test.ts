import { expect, test } from 'vitest'
import type { TimelineRow } from '../../../../src/contract/page.ts'
import {
  noRows,
  taskOf,
  withNews,
  withOlder,
} from '../../../../src/renderer/shell/drawer/journal-list.tsx'
import { problemLines } from '../../../../src/renderer/shell/drawer/problem-list.tsx'
import { cardOf } from '../../../support/scripted-host.ts'

const row = (seq: number): TimelineRow => ({
  seq,
  at: '2026-11-20T10:00:00Z',
  by: 'you',
  event: 'task-added',
  text: `Row ${seq}`,
  agent: null,
  state: null,
  until: null,
})
/** From the newest down to the oldest. */
const rows = (newest: number, oldest: number): TimelineRow[] =>
  Array.from({ length: newest - oldest + 1 }, (_, i) => row(newest - i))
const page = (newest: number, oldest: number, isEnd = false) => ({
  rows: rows(newest, oldest),
  isEnd,
})
const seqs = (held: { readonly rows: readonly TimelineRow[] } | null): number[] | undefined =>
  held?.rows.map(({ seq }) => seq)

test('news comes on top, each row once', () => {
  const held = page(5, 3)
  expect(seqs(withNews(held, page(7, 4)))).toEqual([7, 6, 5, 4, 3])
  expect(withNews(held, page(5, 4))).toBe(held)
  expect(seqs(withNews(noRows, page(2, 1, true)))).toEqual([2, 1])
})

test('news that does not reach down to what is held is told apart', () => {
  expect(withNews(page(5, 3), page(9, 7))).toBeNull()
  expect(seqs(withNews(page(5, 3), page(9, 5)))).toEqual([9, 8, 7, 6, 5, 4, 3])
})

test('older rows come below, and the end is known', () => {
  const held = withOlder(page(9, 7), page(8, 5, true))
  expect(seqs(held)).toEqual([9, 8, 7, 6, 5])
  expect(held.isEnd).toBe(true)
})

test('the rows that are kept are bounded; the oldest can be read again', () => {
  const held = withNews({ rows: rows(5000, 1), isEnd: true }, page(5100, 4990))
  expect(held?.rows).toHaveLength(5000)
  expect(held?.rows[0]?.seq).toBe(5100)
  expect(held?.isEnd).toBe(false)
})

test('a row leads to its task', () => {
  expect(taskOf({ entity: 'task', id: 'a', set: {} })).toBe('a')
  expect(taskOf({ entity: 'dependency', id: 'a>b', set: {} })).toBe('b')
  expect(taskOf({ entity: 'log', id: '7', set: { taskId: 'c' } })).toBe('c')
  expect(taskOf({ entity: 'fact', id: 'paused', set: {} })).toBeNull()
})

test('problems: what holds work back first, then errors, newest first', () => {
  const tasks = new Map([['a', cardOf('a', { stuck: 'no executor is called gone' })]])
  const lines = problemLines({
    tasks,
    breakers: [
      {
        key: 'respawn:a',
        kind: 'respawn',
        subject: 'a',
        reason: 'failed 5 times',
        since: '2026-11-20T10:00:00Z',
        until: null,
      },
    ],
    errors: [
      { at: '2026-11-20T09:00:00Z', text: 'old' },
      { at: '2026-11-20T10:00:00Z', text: 'new' },
    ],
  })
  expect(lines.map(({ word, text, task }) => [word, text, task])).toEqual([
    ['Held back', 'Task a: failed 5 times', 'a'],
    ['Stuck', 'Task a: no executor is called gone', 'a'],
    ['Error', 'new', null],
    ['Error', 'old', null],
  ])
})
