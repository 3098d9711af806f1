import { expect, test } from 'vitest'
import type { TaskCard } from '../../../../src/contract/view.ts'
import {
  boardColumns,
  moveTo,
  nextColumn,
} from '../../../../src/renderer/screens/tasks/board-moves.ts'
import { candidates } from '../../../../src/renderer/screens/tasks/dependency-editor.tsx'
import {
  COLUMNS,
  formatSort,
  heldOrder,
  moveColumn,
  nextSort,
  parseSort,
  readColumns,
  sortCards,
  toggleColumn,
  tookMs,
  writeColumns,
} from '../../../../src/renderer/screens/tasks/columns.ts'
import { outlineRows, sideStep } from '../../../../src/renderer/screens/tasks/outline-rows.ts'
import { stepOf } from '../../../../src/renderer/ui/virtual-rows.ts'
import { SHOWN_STATES } from '../../../../src/domain/graph/shown-state.ts'
import { cardOf } from '../../../support/scripted-host.ts'

const tasksOf = (...cards: readonly TaskCard[]): ReadonlyMap<string, TaskCard> =>
  new Map(cards.map((card) => [card.id, card]))
const ids = (columns: readonly { readonly id: string }[]): string[] => columns.map(({ id }) => id)

test('columns are read back as they were kept, and what is unknown or broken is left out', () => {
  const columns = readColumns(['title:340', 'nonsense', 'cost:abc', 'title:9', 'state'])
  expect(writeColumns(columns)).toEqual(['title:56', 'cost:120', 'state:128'])
  expect(readColumns(writeColumns(columns))).toEqual(columns)
  expect(ids(readColumns([]))).toEqual(ids(readColumns(null)))
})

test('a column that is shown again comes where it belongs, and the last one stays', () => {
  const usual = readColumns(null)
  const without = toggleColumn(usual, 'priority')
  expect(ids(without)).not.toContain('priority')
  expect(ids(toggleColumn(without, 'priority'))).toEqual(ids(usual))
  const one = readColumns(['title'])
  expect(toggleColumn(one, 'title')).toEqual(one)
  expect(ids(moveColumn(usual, 'title', -1)).slice(0, 2)).toEqual(['title', 'state'])
  expect(moveColumn(usual, 'state', -1)).toBe(usual)
})

test('a press on a head sorts up, then down, then as they were made', () => {
  const up = nextSort(null, 'cost')
  const down = nextSort(up, 'cost')
  expect([up, down].map(formatSort)).toEqual(['cost', '-cost'])
  expect(nextSort(down, 'cost')).toBeNull()
  expect(parseSort('-cost')).toEqual(down)
  expect(parseSort('constructor')).toBeNull()
  expect(parseSort(undefined)).toBeNull()
})

test('what is not known comes last, up and down; equals keep their order', () => {
  const cards = [
    cardOf('none', { costUsd: null }),
    cardOf('dear', { costUsd: 9 }),
    cardOf('cheap', { costUsd: 0.5 }),
    cardOf('too', { costUsd: 0.5 }),
  ]
  expect(sortCards(cards, parseSort('cost'))).toEqual(['cheap', 'too', 'dear', 'none'])
  expect(sortCards(cards, parseSort('-cost'))).toEqual(['dear', 'cheap', 'too', 'none'])
  expect(sortCards(cards, null)).toEqual(['none', 'dear', 'cheap', 'too'])
})

test('why a task is done is not how long it took, which has a column of its own', () => {
  const why = COLUMNS.find(({ id }) => id === 'fact')
  const because = (code: 'took' | 'person', fact: string) =>
    why?.textOf(cardOf('a', { fact, reason: { code, subject: null, until: null } }))
  expect(because('took', '39ms')).toBe('')
  expect(because('person', 'waits for a person')).toBe('Waits for a person')
})

test('titles sort as people count', () => {
  const cards = ['Part 10', 'part 9', 'Part 1'].map((title) => cardOf(title, { title }))
  expect(sortCards(cards, parseSort('title'))).toEqual(['Part 1', 'part 9', 'Part 10'])
})

test('the time of a task runs while it works, stands when it ended, and is unknown before', () => {
  const startedAt = '2026-11-20T10:00:00Z'
  const now = Date.parse('2026-11-20T10:01:00Z')
  expect(tookMs({ startedAt, completedAt: null, status: 'in-progress' }, now)).toBe(60_000)
  expect(tookMs({ startedAt, completedAt: null, status: 'open' }, now)).toBeNull()
  expect(tookMs({ startedAt: null, completedAt: null, status: 'open' }, now)).toBeNull()
  const completedAt = '2026-11-20T10:00:05Z'
  expect(tookMs({ startedAt, completedAt, status: 'done' }, now)).toBe(5000)
  expect(tookMs({ startedAt, completedAt, status: 'done', workedMs: 120 }, now)).toBe(120)
})

test('under the pointer rows stay; new ones come last and gone ones leave', () => {
  const tasks = tasksOf(cardOf('a'), cardOf('c'), cardOf('new'))
  expect(heldOrder(['c', 'b', 'a'], ['a', 'new', 'c'], tasks)).toEqual(['c', 'a', 'new'])
  const same = ['c', 'a', 'new']
  expect(heldOrder(same, ['a', 'c', 'new'], tasks)).toBe(same)
})

test('a row that no longer matches stays under the pointer', () => {
  expect(heldOrder(['a', 'b'], ['b'], tasksOf(cardOf('a'), cardOf('b')))).toEqual(['a', 'b'])
})

test('keys walk a list and stop at its ends', () => {
  expect(stepOf('ArrowDown', -1, 3)).toBe(0)
  expect(stepOf('ArrowUp', -1, 3)).toBe(2)
  expect(stepOf('ArrowDown', 2, 3)).toBe(2)
  expect(stepOf('End', 0, 3)).toBe(2)
  expect(stepOf('PageUp', 1, 30)).toBe(0)
  expect(stepOf('x', 1, 3)).toBeNull()
  expect(stepOf('ArrowDown', -1, 0)).toBeNull()
})

const diamond = tasksOf(
  cardOf('a'),
  cardOf('b', { after: ['a'] }),
  cardOf('d', { after: ['a', 'c'] }),
  cardOf('c', { after: ['b'] }),
  cardOf('lone', { after: ['gone'] }),
)

test('the outline has each task once, under the deepest of what it waits for', () => {
  const rows = outlineRows({ tasks: diamond, matches: null, closed: new Set() })
  expect(rows.map(({ id, level }) => `${level} ${id}`)).toEqual([
    '1 a',
    '2 b',
    '3 c',
    '4 d',
    '1 lone',
  ])
  expect(rows.find(({ id }) => id === 'd')?.others).toEqual(['a'])
  expect(rows.map(({ place, siblings }) => `${place}/${siblings}`)).toEqual([
    '1/2',
    '1/1',
    '1/1',
    '1/1',
    '2/2',
  ])
})

test('a folded branch hides what is below; a filter opens the way to what matches', () => {
  const closed = new Set(['b'])
  expect(ids(outlineRows({ tasks: diamond, matches: null, closed }))).toEqual(['a', 'b', 'lone'])
  const found = outlineRows({ tasks: diamond, matches: new Set(['c']), closed })
  expect(found.map(({ id, isMatch }) => [id, isMatch])).toEqual([
    ['a', false],
    ['b', false],
    ['c', true],
  ])
})

test('← and → fold, unfold and walk the tree', () => {
  const open = outlineRows({ tasks: diamond, matches: null, closed: new Set() })
  expect(sideStep(open, 0, 'ArrowRight')).toEqual({ go: 'b' })
  expect(sideStep(open, 0, 'ArrowLeft')).toEqual({ open: false })
  expect(sideStep(open, 3, 'ArrowLeft')).toEqual({ go: 'c' })
  expect(sideStep(open, 3, 'ArrowRight')).toBeNull()
  const shut = outlineRows({ tasks: diamond, matches: null, closed: new Set(['a']) })
  expect(sideStep(shut, 0, 'ArrowRight')).toEqual({ open: true })
})

test('a chain of ten thousand is an outline, too', () => {
  const cards = Array.from({ length: 10_000 }, (_, i) =>
    cardOf(`t${i}`, { after: i === 0 ? [] : [`t${i - 1}`] }),
  )
  const rows = outlineRows({ tasks: tasksOf(...cards), matches: null, closed: new Set() })
  expect(rows.at(-1)).toMatchObject({ id: 't9999', level: 10_000 })
})

test('a cycle in what the page holds loses nobody who stands outside of it', () => {
  const tasks = tasksOf(cardOf('x', { after: ['y'] }), cardOf('y', { after: ['x'] }), cardOf('z'))
  expect(ids(outlineRows({ tasks, matches: null, closed: new Set() }))).toContain('z')
})

const facts = { tasks: diamond, forPeople: new Set(['a']) }
const reach = (card: TaskCard, state: TaskCard['state']): string => {
  const way = moveTo(card, state, facts)
  if ('blocked' in way) return way.blocked
  return way.action.id
}

test('a card goes only where a command takes it', () => {
  const ready = cardOf('a')
  expect(reach(ready, 'paused')).toBe('task.pause')
  expect(reach(ready, 'done')).toBe('task.complete')
  expect(reach(ready, 'abandoned')).toBe('task.abandon')
  expect(reach(ready, 'in-progress')).toBe('task.take')
  expect(reach(cardOf('b'), 'in-progress')).toBe('Agents are started when it is ready')
  expect(reach(ready, 'failed')).toBe('Comes by itself')
  expect(reach(ready, 'ready')).toBe('It is there')
})

test('what is opened again comes where its dependencies say', () => {
  const failed = cardOf('f', { status: 'failed', state: 'failed' })
  expect(reach(failed, 'ready')).toBe('task.retry')
  expect(reach(failed, 'blocked')).toBe('It would be ready')
  const held = cardOf('h', { state: 'paused', after: ['a'] })
  expect(reach(held, 'blocked')).toBe('task.resume')
  expect(reach(held, 'ready')).toBe('It would be blocked')
  const done = cardOf('e', { status: 'done', state: 'done' })
  expect(reach(done, 'ready')).toBe('task.reopen')
})

test('a key carries a card to the next column that a command leads to', () => {
  const failed = cardOf('f', { status: 'failed', state: 'failed' })
  const columns = boardColumns([failed, cardOf('w', { status: 'waiting', state: 'waiting' })])
  expect(columns.map(({ state }) => state)).toEqual([
    'paused',
    'blocked',
    'ready',
    'in-progress',
    'waiting',
    'failed',
    'done',
    'abandoned',
  ])
  expect(nextColumn(failed, columns, -1, facts)).toBe('ready')
  expect(nextColumn(failed, columns, 1, facts)).toBe('done')
  const gone = cardOf('g', { status: 'abandoned', state: 'abandoned' })
  expect(nextColumn(gone, columns, 1, facts)).toBeNull()
})

test('every state has a column', () => {
  const columns = boardColumns(SHOWN_STATES.map((state) => cardOf(state, { state })))
  expect(columns.flatMap(({ ids }) => ids)).toHaveLength(SHOWN_STATES.length)
})

test('what would close a cycle is offered last, with the reason', () => {
  const found = candidates(diamond, 'b', '')
  expect(found.map(({ card, blocked }) => [card.id, blocked])).toEqual([
    ['lone', null],
    ['d', 'Would close a cycle'],
    ['c', 'Would close a cycle'],
  ])
  expect(candidates(diamond, 'b', 'task lone').map(({ card }) => card.id)).toEqual(['lone'])
})
