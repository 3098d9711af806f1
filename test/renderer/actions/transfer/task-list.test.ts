import { describe, expect, test } from 'vitest'
import {
  hasSeveralLines,
  listIssue,
  MOST_LISTED,
  readList,
  toGraphLines,
} from '../../../../src/renderer/actions/transfer/task-list.ts'
import type { ListRequest } from '../../../../src/renderer/actions/quick-add.ts'
import { echoesOf } from '../../../../src/renderer/actions/add/quick-add-card.tsx'
import { cardOf } from '../../../support/scripted-host.ts'

const tasks = new Map(
  [cardOf('plan', { title: 'Plan the release' }), cardOf('build', { title: 'Build' })].map(
    (card) => [card.id, card] as const,
  ),
)
const PLAIN: ListRequest = {
  text: '',
  after: [],
  before: [],
  executor: null,
  model: null,
  judged: {},
}
const shape = (text: string) => readList(text).map(({ title, parent }) => [title, parent])
const graph = (text: string, wish = PLAIN) =>
  toGraphLines(readList(text), wish, tasks)
    .split('\n')
    .map((line) => JSON.parse(line))

describe('a list of lines', () => {
  test('bullets, numbers, boxes and headings are no part of a title', () => {
    expect(
      shape('# Ship\n- Draw\n* Test\r\n3. Pack\n4) Sign\n• Send\n- [ ] Tell\n\n---\n'),
    ).toEqual(
      ['Ship', 'Draw', 'Test', 'Pack', 'Sign', 'Send', 'Tell'].map((title) => [title, null]),
    )
    expect(shape('-5 degrees\n2024 report')).toEqual([
      ['-5 degrees', null],
      ['2024 report', null],
    ])
  })

  test('a line further in stands under the one above it, by spaces or tabs', () => {
    expect(shape('A\n  B\n    C\n  D\nE\n\tF\n    G')).toEqual([
      ['A', null],
      ['B', 0],
      ['C', 1],
      ['D', 0],
      ['E', null],
      ['F', 4],
      ['G', 4],
    ])
  })

  test('a list that is wholly indented begins at its own margin', () => {
    expect(shape('    A\n      B\n    C\n  D')).toEqual([
      ['A', null],
      ['B', 0],
      ['C', null],
      ['D', null],
    ])
  })

  test('what is ticked off is left out, and what stands under it moves up', () => {
    expect(shape('- Root\n  - [x] Done\n    - Left\n  - [X] Also done')).toEqual([
      ['Root', null],
      ['Left', 0],
    ])
  })

  test('one line, however many empty ones surround it, is no list', () => {
    expect(hasSeveralLines('\nShip it\n\n')).toBe(false)
    expect(hasSeveralLines('Ship\rPack')).toBe(true)
  })
})

describe('the graph of a list', () => {
  test('ids are free, links run along the indentation and the names', () => {
    expect(graph('Build\n  Test #night !high\nBuild\nShip >test >plan @codex')).toEqual([
      { id: 'build-2', title: 'Build', after: [], paused: true },
      {
        id: 'test',
        title: 'Test',
        after: ['build-2'],
        before: [],
        tags: ['night'],
        priority: 'high',
        paused: true,
      },
      { id: 'build-3', title: 'Build', after: [], before: [], paused: true },
      {
        id: 'ship',
        title: 'Ship',
        after: ['test', 'plan'],
        before: [],
        executor: 'codex',
        paused: true,
      },
    ])
  })

  test('the card’s own links hold at the ends, its executor where a line names none', () => {
    const wish = { ...PLAIN, after: ['plan'], before: ['build'], executor: 'shell', model: 'opus' }
    const [top, end] = graph('One\n  Two @codex', wish)
    expect(top).toMatchObject({ after: ['plan'], executor: 'shell', model: 'opus' })
    expect(top.before).toBeUndefined()
    expect(end).toMatchObject({ after: ['one'], before: ['build'], executor: 'codex' })
  })

  test('faults are said before anything is sent', () => {
    const issue = (text: string) => listIssue(readList(text), tasks)
    expect(issue('One\nTwo >one')).toBeNull()
    expect(issue('One\nTwo >nowhere')).toContain('No task is named “nowhere”')
    expect(issue(`One\n${'y'.repeat(501)}`)).toContain('500')
    expect(issue('x\n'.repeat(MOST_LISTED + 1))).toContain('Import a file')
  })
})

test('what a title was understood as is told word for word', () => {
  expect(echoesOf('Ship >plan >nobody @codex !high #docs', tasks)).toEqual([
    { word: 'After', name: 'Plan the release' },
    { word: 'After', name: 'nobody', isUnknown: true },
    { word: 'Executor', name: 'codex' },
    { word: 'Priority', name: 'high' },
    { word: 'Tag', name: 'docs' },
  ])
  expect(echoesOf('Fix #12 in C#', tasks)).toEqual([])
})
