import * as fc from 'fast-check'
import { getGraphView } from '../../../../src/renderer/graph/canvas/view-state.ts'
import { describe, expect, test } from 'vitest'
import type { TaskCard } from '../../../../src/contract/view.ts'
import {
  createDimming,
  foundIn,
  type DimInput,
} from '../../../../src/renderer/graph/scene/dimming.ts'
import { levelAt, titleSizeAt, type Level } from '../../../../src/renderer/graph/scene/viewport.ts'
import { criticalPath } from '../../../../src/renderer/model/forecast.ts'
import { cardOf } from '../../../support/scripted-host.ts'
import { graphs } from '../graphs.ts'

const mapOf = (list: readonly TaskCard[]) => new Map(list.map((card) => [card.id, card]))

describe('level', () => {
  test('changes at its borders, with 5 % of hysteresis', () => {
    const levels = (zooms: readonly number[]): Level[] => {
      let level: Level | null = null
      return zooms.map((zoom) => (level = levelAt(zoom, 10, level)))
    }
    expect(levels([0.44, 0.46, 0.48, 0.44, 0.42])).toEqual([
      'block',
      'block',
      'compact',
      'compact',
      'block',
    ])
    expect(levels([0.94, 0.98, 1.0, 0.92, 0.9])).toEqual([
      'compact',
      'compact',
      'full',
      'full',
      'compact',
    ])
  })

  test('above 150 nodes in sight it is blocks whatever the zoom', () => {
    expect(levelAt(1, 151, null)).toBe('block')
    expect(levelAt(1, 148, 'block')).toBe('block')
    expect(levelAt(1, 140, 'block')).toBe('full')
  })

  test('titles have about the same size on the screen while there is room', () => {
    expect(titleSizeAt(0.63) * 0.63).toBeCloseTo(11.5, 0)
    expect(titleSizeAt(1)).toBe(14)
    expect(titleSizeAt(0.1)).toBe(20)
  })
})

describe('light', () => {
  const tasks = mapOf([
    cardOf('a', { title: 'Alpha', tags: ['x'] }),
    cardOf('b', { title: 'Beta', after: ['a'] }),
    cardOf('c', { title: 'Gamma' }),
  ])
  const view: DimInput['view'] = {
    criticalPath: 'rails',
    focus: 'none',
    find: null,
    linking: null,
    refused: new Set(),
    cycle: null,
  }
  const lights = (change: Partial<DimInput>, look: Partial<DimInput['view']> = {}) => {
    const input = { tasks, query: '', selected: new Set<string>(), line: new Set<string>() }
    const dimming = createDimming({ ...input, ...change, view: { ...view, ...look } })
    return dimming && [...tasks.values()].map(dimming)
  }

  test('nothing narrows: everything is lit, at no cost', () => expect(lights({})).toBeNull())

  test('a search and a filter dim what they do not find', () => {
    expect(lights({}, { find: { query: 'alp', index: 0 } })).toEqual(['lit', 'dim', 'dim'])
    expect(lights({ query: 'tag:x' })).toEqual(['lit', 'dim', 'dim'])
    expect(foundIn(tasks, 'a')).toEqual(['a', 'b', 'c'])
    expect(foundIn(tasks, 'beta')).toEqual(['b'])
  })

  test('focus lights what the selection needs and what needs it', () => {
    const selected = new Set(['b'])
    expect(lights({ selected }, { focus: 'reach' })).toEqual(['lit', 'lit', 'dim'])
    expect(lights({ selected }, { focus: 'only' })).toEqual(['lit', 'lit', 'gone'])
    expect(lights({}, { focus: 'reach' })).toBeNull()
  })

  test('the critical path lights its tasks', () => {
    const line = new Set(['a'])
    const off = 'off-path'
    expect(lights({ line }, { criticalPath: 'lit' })).toEqual(['lit', off, off])
    expect(getGraphView().criticalPath).toBe('rails')
    expect(lights({ line }, { criticalPath: 'rails' })).toBeNull()
  })

  test('a refused cycle goes before all else', () => {
    const look = { cycle: ['b', 'c'], find: { query: 'alpha', index: 0 } }
    expect(lights({}, look)).toEqual(['dim', 'lit', 'lit'])
  })

  test('while an edge is drawn, targets that would be refused recede', () => {
    const linking = { from: 'a', direction: 'after', to: null } as const
    expect(lights({}, { linking, refused: new Set(['c']) })).toEqual(['lit', 'lit', 'dim'])
  })
})

describe('critical path', () => {
  const minutes = (count: number): Partial<TaskCard> => ({
    status: 'done',
    state: 'done',
    startedAt: '2026-11-20T10:00:00Z',
    completedAt: new Date(Date.parse('2026-11-20T10:00:00Z') + count * 60_000).toISOString(),
  })

  test('is a chain, and no chain has more left', () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        const cards = mapOf(tasks.map(({ id, after }) => cardOf(id, { after: [...after] })))
        const line = criticalPath(cards)
        line.slice(1).forEach((id, index) => expect(cards.get(id)?.after).toContain(line[index]))
        const depth = new Map<string, number>()
        for (const { id, after } of tasks)
          depth.set(id, 1 + Math.max(0, ...after.map((each) => depth.get(each) ?? 0)))
        expect(line.length).toBe(Math.max(...depth.values()))
      }),
    )
  })

  test('what is left decides, then what took longest', () => {
    const tasks = mapOf([
      cardOf('quick', minutes(1)),
      cardOf('slow', minutes(9)),
      cardOf('x', { after: ['quick', 'slow'] }),
      cardOf('long1', minutes(50)),
      cardOf('long2', { after: ['long1'], ...minutes(50) }),
    ])
    expect(criticalPath(tasks)).toEqual(['slow', 'x'])
  })

  test('an abandoned task is on no line', () => {
    const gone = { status: 'abandoned', state: 'abandoned' } as const
    const tasks = mapOf([cardOf('a', gone), cardOf('b', { after: ['a'] })])
    expect(criticalPath(tasks)).toEqual(['b'])
    expect(criticalPath(new Map())).toEqual([])
  })
})
