import { expect, test } from 'vitest'
import type { AgendaItem } from '../../../../src/contract/page.ts'
import type { TaskCard } from '../../../../src/contract/view.ts'
import {
  entriesOf,
  isOverdue,
  missedCount,
  packRows,
} from '../../../../src/renderer/screens/schedule/agenda.ts'
import { standOf } from '../../../../src/renderer/screens/schedule/schedule-screen.tsx'
import { scheduleText } from '../../../../src/renderer/screens/schedule/schedule-text.ts'
import type { ShownState } from '../../../../src/domain/graph/shown-state.ts'
import { cardOf } from '../../../support/scripted-host.ts'

test.each([
  ['09:00', 'Every day at 09:00'],
  ['30 7 * * 1-5', 'Every weekday at 07:30'],
  ['*/15 * * * *', 'Every 15 minutes'],
  ['* * * * *', 'Every minute'],
  ['5 * * * *', 'Every hour at 5 past'],
  ['0 */2 * * *', 'Every 2 hours'],
  ['0 9,17 * * mon', 'Every Monday at 09:00 and 17:00'],
  ['0 3 1 * *', 'Every month on the 1st at 03:00'],
  ['0 3 22 dec *', 'Every year on the 22nd of December at 03:00'],
  ['@daily', 'Every day at 00:00'],
  ['0 3 1 * 1', null],
  ['*/7 1,2 * * *', null],
  ['nonsense', null],
])('%s is said as %s', (spec, words) => {
  expect(scheduleText(spec)).toBe(words)
})

const item = (task: string, minutes: number): AgendaItem => ({
  at: new Date(minutes * 60_000).toISOString(),
  kind: 'schedule',
  task,
  title: task,
  text: '',
})

test('times of one task are one entry; entries that overlap are stacked', () => {
  const entries = entriesOf([item('a', 10), item('b', 12), item('a', 20), item('c', 80)])
  expect(entries.map(({ times }) => times.length)).toEqual([2, 1, 1])
  const rows = packRows(entries, { from: 0, ms: 100 * 60_000 }, 0.25)
  expect(rows.map((row) => row.map(({ entry }) => entry.first.task))).toEqual([['a', 'c'], ['b']])
  expect(rows[0]?.[1]?.isLeft).toBe(true)
})

test('a start is as wide as its run will probably be, and what comes meanwhile stands below', () => {
  const lastsOf = (task: string): number | null => (task === 'a' ? 30 * 60_000 : null)
  const entries = entriesOf([item('a', 10), item('a', 40), item('b', 55), item('c', 80)], lastsOf)
  const rows = packRows(entries, { from: 0, ms: 100 * 60_000 }, 0.05)
  expect(rows.map((row) => row.map(({ entry }) => entry.first.task))).toEqual([['a', 'c'], ['b']])
  expect(rows.flat().map(({ width }) => width)).toEqual([0.3, 0, 0])
  const woken = entriesOf([{ ...item('a', 10), kind: 'wake' }], lastsOf)
  expect(woken[0]?.lastsMs).toBe(0)
})

test('whatever news there is of what has a time, it is asked for anew; other news asks nothing', () => {
  const repeating = cardOf('a', { repeats: true, state: 'delayed' })
  const standOfAll = (...cards: readonly TaskCard[]): string =>
    standOf({ tasks: new Map(cards.map((card) => [card.id, card])), summary: null, fetches: 1 })
  expect(standOfAll(repeating, cardOf('b'))).toBe(standOfAll(repeating, cardOf('b')))
  // A whole run between two frames: the card says the same as before.
  expect(standOfAll({ ...repeating })).not.toBe(standOfAll(repeating))
})

test('a time that has just passed is not missed yet', () => {
  const at = '2026-11-20T10:00:00.000Z'
  expect(isOverdue(at, Date.parse(at) + 59_000)).toBe(false)
  expect(isOverdue(at, Date.parse(at) + 61_000)).toBe(true)
  expect(isOverdue(null, Date.parse(at))).toBe(false)
})

test.each<readonly [number, ShownState, string, string | null]>([
  [0, 'delayed', 'once', null],
  [2, 'ready', 'once', '2 missed, starts when it can'],
  [2, 'in-progress', 'once', '2 missed, started once'],
  [2, 'in-progress', 'all', '2 missed, made up for one by one'],
  [100, 'ready', 'once', '100 or more missed, starts when it can'],
])('%i times missed of one that is %s, with the policy %s: %s', (missed, state, policy, text) => {
  expect(missedCount({ missed, state }, policy)).toBe(text)
})
