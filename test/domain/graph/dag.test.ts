/** Orders, paths and cycles of graphs; properties over random ones are in properties.test.ts and the page's reach.test.ts. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dagOf,
  findCycle,
  layersOf,
  longestChain,
  pathBetween,
  reachable,
  topologicalOrder,
  type DagNode,
} from '../../../src/domain/graph/dag.ts'

const nodes = (all: Readonly<Record<string, string>>): DagNode[] =>
  Object.entries(all).map(([id, after]) => ({ id, after: [...after] }))

const diamond = dagOf(nodes({ d: 'bc', b: 'a', c: '', a: '', e: 'x' }))

describe('a graph without cycles', () => {
  it('has an order with blockers before dependents, and layers', () => {
    expect(topologicalOrder(diamond)).toEqual(['c', 'a', 'e', 'b', 'd'])
    expect(layersOf(diamond)).toEqual([['c', 'a', 'e'], ['b'], ['d']])
  })

  it('knows what can be reached, and the shortest path to it', () => {
    expect([...reachable(['a'], diamond.dependentsOf)]).toEqual(['b', 'd'])
    expect([...reachable(['d', 'b'], diamond.blockersOf)]).toEqual(['c', 'a'])
    expect(pathBetween('a', 'd', diamond.dependentsOf)).toEqual(['a', 'b', 'd'])
    expect(pathBetween('d', 'a', diamond.dependentsOf)).toBeNull()
    expect(pathBetween('a', 'a', diamond.dependentsOf)).toEqual(['a'])
  })

  it('has a longest chain by weight; what has no weight breaks it', () => {
    expect(longestChain(diamond, () => [1])).toEqual(['a', 'b', 'd'])
    expect(longestChain(diamond, (id) => (id === 'b' ? null : [1]))).toEqual(['c', 'd'])
    expect(longestChain(diamond, (id) => [id === 'c' ? 5 : 1])).toEqual(['c', 'd'])
    expect(longestChain(diamond, (id) => [0, id === 'e' ? 5 : 1])).toEqual(['e'])
    expect(longestChain(diamond, () => null)).toEqual([])
  })

  it('is walked without recursion', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => ({
      id: `t${index}`,
      after: index === 0 ? [] : [`t${index - 1}`],
    }))
    const dag = dagOf(chain)
    expect(longestChain(dag, () => [1])).toHaveLength(20_000)
    const closing = [{ blocker: 't19999', dependent: 't0' }]
    expect(findCycle(closing, dag.dependentsOf)).toHaveLength(20_001)
  })
})

describe('a cycle that new edges would close', () => {
  it('is given from its first node back to it', () => {
    expect(findCycle([{ blocker: 'd', dependent: 'a' }], diamond.dependentsOf)).toEqual(
      'dabd'.split(''),
    )
    expect(findCycle([{ blocker: 'a', dependent: 'a' }], diamond.dependentsOf)).toEqual(['a', 'a'])
    expect(findCycle([{ blocker: 'c', dependent: 'b' }], diamond.dependentsOf)).toBeNull()
  })

  it('is found exactly when the graph has no order with the edges', () => {
    const ends = fc.tuple(fc.nat(7), fc.nat(7))
    fc.assert(
      fc.property(
        fc.array(ends, { maxLength: 12 }),
        fc.array(ends, { maxLength: 4 }),
        (old, more) => {
          const forward = old.filter(([a, b]) => a < b)
          const keys = [...Array.from({ length: 8 }).keys()]
          const next = (edges: readonly (readonly [number, number])[]) => (key: number) =>
            edges.filter(([from]) => from === key).map(([, to]) => to)
          const all = [...forward, ...more]
          const order = topologicalOrder({
            keys,
            blockersOf: (key) => all.filter(([, to]) => to === key).map(([from]) => from),
            dependentsOf: next(all),
          })
          const cycle = findCycle(
            more.map(([blocker, dependent]) => ({ blocker, dependent })),
            next(forward),
          )
          expect(cycle !== null).toBe(order.length < keys.length)
          for (const [index, key] of (cycle ?? []).slice(1).entries())
            expect(next(all)(cycle?.[index] ?? -1)).toContain(key)
        },
      ),
    )
  })
})
