import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  dagOfTasks,
  downstreamOf,
  pathBetween,
  upstreamOf,
  wouldBecomeReady,
} from '../../../src/renderer/model/reach.ts'
import { card, cards } from './cards.ts'

const diamond = cards(
  card('a'),
  card('b', { after: ['a'] }),
  card('c', { after: ['a'] }),
  card('d', { after: ['b', 'c'] }),
)

describe('reach', () => {
  test('upstream and downstream, themselves left out', () => {
    expect(upstreamOf(diamond, ['d'])).toEqual(new Set(['b', 'c', 'a']))
    expect(downstreamOf(diamond, ['b'])).toEqual(new Set(['d']))
    expect(downstreamOf(diamond, ['d'])).toEqual(new Set())
  })

  test('the path that a dependency would close', () => {
    expect(pathBetween(diamond, 'a', 'd')).toEqual(['a', 'b', 'd'])
    expect(pathBetween(diamond, 'd', 'a')).toBeNull()
  })

  test('what could start once these let go: only what waits for nothing else', () => {
    expect(wouldBecomeReady(diamond, new Set(['a']))).toEqual(['b', 'c'])
    expect(wouldBecomeReady(diamond, new Set(['b']))).toEqual([])
    expect(wouldBecomeReady(diamond, new Set(['b', 'c']))).toEqual(['d'])
    const held = cards(card('a'), card('b', { after: ['a'], state: 'paused' }))
    expect(wouldBecomeReady(held, new Set(['a']))).toEqual([])
  })

  test('the graph is kept while tasks change and their dependencies do not', () => {
    const dag = dagOfTasks(diamond)
    const renamed = new Map([...diamond, ['b', card('b', { after: ['a'], title: 'New' })]])
    expect(dagOfTasks(renamed)).toBe(dag)
    const freed = new Map([...renamed, ['d', card('d', { after: ['b'] })]])
    expect(downstreamOf(freed, ['c'])).toEqual(new Set())
    expect(downstreamOf(diamond, ['c'])).toEqual(new Set(['d']))
  })

  test('x is upstream of y exactly when y is downstream of x', () => {
    const graph = fc
      .array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 2, maxLength: 30 })
      .map((rows) =>
        cards(
          ...rows.map((after, index) =>
            card(`t${index}`, {
              after: [...new Set(after.filter((n) => n < index).map((n) => `t${n}`))],
            }),
          ),
        ),
      )
    fc.assert(
      fc.property(graph, fc.nat(29), fc.nat(29), (tasks, x, y) => {
        const [a, b] = [`t${x}`, `t${y}`]
        const isDown = downstreamOf(tasks, [a]).has(b)
        expect(upstreamOf(tasks, [b]).has(a)).toBe(isDown && tasks.has(b))
        expect(pathBetween(tasks, a, b) !== null).toBe(isDown || a === b)
      }),
    )
  })
})
