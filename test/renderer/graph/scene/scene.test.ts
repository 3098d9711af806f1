import * as fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { TaskCard } from '../../../../src/contract/view.ts'
import { UNFOLDED } from '../../../../src/renderer/graph/scene/fold.ts'
import { createNodeMapper, type Shown } from '../../../../src/renderer/graph/canvas/flow-nodes.ts'
import { headingsOf } from '../../../../src/renderer/graph/layout/headings.ts'
import { nodeAt, edgeAt } from '../../../../src/renderer/graph/scene/hit.ts'
import { nodesInSight } from '../../../../src/renderer/graph/scene/in-sight.ts'
import { layOut } from '../../../../src/renderer/graph/layout/layout.ts'
import { nodeName } from '../../../../src/renderer/graph/scene/node-name.ts'
import {
  createSceneMaker,
  type Scene,
  type SceneInput,
} from '../../../../src/renderer/graph/scene/scene.ts'
import { cardOf } from '../../../support/scripted-host.ts'
import { graphs } from '../graphs.ts'

const cards = [cardOf('a'), cardOf('b', { after: ['a'] }), cardOf('c', { after: ['a'] })]
const mapOf = (list: readonly TaskCard[]) => new Map(list.map((card) => [card.id, card]))
const inputOf = (list: readonly TaskCard[], more: Partial<SceneInput> = {}): SceneInput => ({
  tasks: mapOf(list),
  layout: layOut(cards),
  positions: new Map(),
  folding: UNFOLDED,
  direction: 'right',
  ...more,
})

describe('scene', () => {
  let make: ReturnType<typeof createSceneMaker>
  let first: Scene
  beforeEach(() => {
    make = createSceneMaker()
    first = make(inputOf(cards))
  })

  test('the same input gives the same objects', () => {
    const again = make(inputOf(cards))
    for (const [id, node] of again.nodes) expect(node).toBe(first.nodes.get(id))
    for (const [id, edge] of again.edges) expect(edge).toBe(first.edges.get(id))
    expect(again.shape).toBe(first.shape)
  })

  test('a change of one task makes a new node for it alone', () => {
    const running = cardOf('b', { after: ['a'], state: 'in-progress', status: 'in-progress' })
    const next = make(inputOf(cards.with(1, running)))
    const kept = [...next.nodes.values()].filter((node) => first.nodes.get(node.id) === node)
    expect(kept.map(({ id }) => id)).toEqual(['a', 'c'])
    expect(next.shape).toBe(first.shape)
  })

  test.each([
    ['done', 'satisfied'],
    ['abandoned', 'satisfied'],
    ['failed', 'upstream-failed'],
  ] as const)('a blocker that is %s changes its edges, not their way', (status, state) => {
    const next = make(inputOf([cardOf('a', { status, state: status }), ...cards.slice(1)]))
    for (const [id, edge] of next.edges) {
      expect(edge.state).toBe(state)
      expect(edge.points).toBe(first.edges.get(id)?.points)
    }
  })

  test('a graph that has followed edits is the graph made of them anew', () => {
    const statuses = ['open', 'in-progress', 'done', 'failed', 'abandoned'] as const
    const edits = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...statuses), fc.nat(9)))
    fc.assert(
      fc.property(graphs, edits, (tasks, steps) => {
        let list = tasks.map(({ id, after }) => cardOf(id, { after: [...after] }))
        const layout = layOut(tasks)
        const positions = new Map<string, { x: number; y: number }>()
        const following = createSceneMaker()
        const sceneOf = (maker: typeof following): Scene =>
          maker(inputOf(list, { layout, positions }))
        sceneOf(following)
        for (const [nth, status, kind] of steps) {
          const index = nth % list.length
          const card = list[index] ?? cardOf('none')
          // Mostly what news says of a task; now and then its blockers, or its place among the others.
          const after = kind === 0 ? card.after.slice(1) : [...card.after]
          list = list.with(index, {
            ...card,
            status,
            state: status === 'open' ? 'ready' : status,
            after,
          })
          if (kind === 1) list = [...list.slice(1), ...list.slice(0, 1)]
          const { shape, ...followed } = sceneOf(following)
          const { shape: fresh, ...anew } = sceneOf(createSceneMaker())
          expect(shape).toBe(fresh)
          expect([...followed.nodes]).toEqual([...anew.nodes])
          expect(followed.edges).toEqual(anew.edges)
          expect(followed.bounds).toEqual(anew.bounds)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('a place chosen by hand goes before the layout, and edges follow it', () => {
    const next = make(inputOf(cards, { positions: new Map([['b', { x: 1000, y: 500 }]]) }))
    expect(next.nodes.get('b')?.at).toEqual({ x: 1000, y: 500 })
    expect(next.edges.get('a\nb')?.points.slice(-2)).toEqual([1006, 546])
    expect(next.shape).not.toBe(first.shape)
    expect(next.bounds?.right).toBe(1216)
  })

  test('a task without a place yet is not drawn, nor its edges', () => {
    const next = make(inputOf([...cards, cardOf('new', { after: ['a'] })]))
    expect([...next.nodes.keys()]).toEqual(['a', 'b', 'c'])
    expect(next.edges.size).toBe(2)
  })

  test('a point finds the node or the edge under it', () => {
    const at = first.nodes.get('b')?.at ?? { x: 0, y: 0 }
    expect(nodeAt(first, { x: at.x + 5, y: at.y + 5 })).toBe('b')
    expect(nodeAt(first, { x: at.x - 30, y: at.y - 30 })).toBeNull()
    const [x = 0, y = 0] = first.edges.get('a\nb')?.points ?? []
    expect(edgeAt(first, { x: x + 4, y: y + 3 }, 7)?.from).toBe('a')
    expect(edgeAt(first, { x: x + 4, y: y + 300 }, 7)).toBeNull()
  })

  test('a drawn node changes only when something of it does', () => {
    const map = createNodeMapper()
    const shown = (id: string): Shown => ({
      light: 'lit',
      isSelected: id === chosen,
      isFocused: false,
      isEnd: false,
      isOnLine: false,
      isDraggable: true,
    })
    let chosen = 'b'
    const ids = ['a', 'b', 'c']
    const nameOf = ({ id }: { id: string }): string => id
    const before = map({ scene: first, ids, shownOf: shown, nameOf })
    chosen = 'c'
    const after = map({ scene: first, ids, shownOf: shown, nameOf })
    expect(after.map((node, index) => node === before[index])).toEqual([true, false, false])
    for (const node of after) {
      expect(node.measured).toEqual({ width: 216, height: 92 })
      expect(node.handles?.map((handle) => handle.type)).toEqual(['target', 'source'])
    }
  })
})

describe('in sight', () => {
  const many = Array.from({ length: 2000 }, (_, index) =>
    cardOf(`t${index}`, { after: index < 40 ? [] : [`t${index - 40}`] }),
  )
  const scene = createSceneMaker()({ ...inputOf(many), layout: layOut(many) })
  const look = (zoom: number, wanted: readonly string[] = [], x = 0) =>
    nodesInSight({
      scene,
      viewport: { x, y: 0, zoom, width: 1400, height: 800 },
      before: null,
      wanted,
      isGone: () => false,
    })

  test('a small graph is in the page whole, wherever the camera is', () => {
    const small = createSceneMaker()({ ...inputOf(cards), layout: layOut(cards) })
    const { ids } = nodesInSight({
      scene: small,
      viewport: { x: -90_000, y: 0, zoom: 1, width: 1400, height: 800 },
      before: null,
      wanted: [],
      isGone: () => false,
    })
    expect(ids).toHaveLength(3)
  })

  test('no zoom and no selection puts more than 150 nodes into the page', () => {
    const all = many.map(({ id }) => id)
    for (let zoom = 0.1; zoom <= 2; zoom += 0.05)
      for (const wanted of [[], all]) expect(look(zoom, wanted).ids.length).toBeLessThanOrEqual(150)
  })

  test('far away only the wanted ones are in the page', () => {
    expect(look(0.2, ['t3', 'gone']).ids).toEqual(['t3'])
    expect(look(0.2).level).toBe('block')
  })

  test('near by those in sight are, and wanted ones out of sight too', () => {
    const { ids, level } = look(1, ['t1999'])
    expect(level).toBe('full')
    expect(ids).toContain('t0')
    expect(ids).toContain('t1999')
    expect(ids.length).toBeLessThan(100)
  })
})

describe('headings', () => {
  const tagged = [
    cardOf('a', { tags: ['prepare'], status: 'done', state: 'done' }),
    cardOf('b', { after: ['a'], tags: ['build', 'x'] }),
    cardOf('c', { after: ['a'], tags: ['build'] }),
  ]
  const headings = (list: readonly TaskCard[], positions = new Map<string, unknown>()) =>
    headingsOf({ tasks: mapOf(list), layout: layOut(list), positions, direction: 'right' })

  test('a column whose tasks share a tag has its name and count', () => {
    expect(headings(tagged)).toEqual([
      { name: 'prepare', done: 1, total: 1, from: 0, to: 216 },
      { name: 'build', done: 0, total: 2, from: 304, to: 520 },
    ])
  })

  test('none where the tag is elsewhere too, nor where a hand has moved tasks', () => {
    const elsewhere = [
      ...tagged,
      cardOf('d', { after: ['c'], tags: ['build', 'late'] }),
      cardOf('e', { after: ['c'] }),
    ]
    expect(headings(elsewhere).map(({ name }) => name)).toEqual(['prepare'])
    expect(headings(tagged, new Map([['a', {}]]))).toEqual([])
  })
})

test('a node says in words all that it shows', () => {
  const now = Date.parse('2026-11-20T10:12:30Z')
  const card = cardOf('a', {
    title: 'Fix flaky restore test',
    state: 'in-progress',
    status: 'in-progress',
    startedAt: '2026-11-20T10:00:00Z',
    agent: 'agent-31',
    attempts: 2,
    executor: 'claude',
    model: 'opus',
    after: ['b'],
  })
  const blocker = cardOf('b', { status: 'done', state: 'done' })
  const tasks = mapOf([card, blocker, cardOf('c', { after: ['a'] })])
  expect(nodeName({ card, tasks, isOnCriticalPath: true, isSelected: false, now })).toBe(
    'Fix flaky restore test. In progress, 12 minutes. agent-31, 2nd try, claude opus. Its 1 dependency is satisfied. 1 task waits for it. On the critical path.',
  )
})
