import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TaskCard } from '../../../../src/contract/view.ts'
import {
  createCloser,
  foldTasks,
  type FoldOptions,
} from '../../../../src/renderer/graph/scene/fold.ts'
import { cornersOf, GRIDS } from '../../../../src/renderer/graph/layout/grid.ts'
import { layOut } from '../../../../src/renderer/graph/layout/layout.ts'
import { createSceneMaker } from '../../../../src/renderer/graph/scene/scene.ts'
import { cardOf } from '../../../support/scripted-host.ts'
import { graphs } from '../graphs.ts'

const done = (id: string, after: string[] = [], more: Partial<TaskCard> = {}): TaskCard =>
  cardOf(id, { after, status: 'done', state: 'done', ...more })
const open = (id: string, after: string[] = [], more: Partial<TaskCard> = {}): TaskCard =>
  cardOf(id, { after, ...more })

function fold(cards: readonly TaskCard[], wish: Partial<FoldOptions>) {
  const tasks = new Map(cards.map((card) => [card.id, card]))
  const layout = layOut(cards)
  const place = { layout, positions: new Map(), direction: 'right' } as const
  const standing = { cornerOf: cornersOf(place), direction: 'right' } as const
  const full = { foldFinished: false, foldedTags: new Set<string>(), ...wish }
  const folding = foldTasks(tasks, full, standing)
  return { folding, scene: createSceneMaker()({ tasks, folding, ...place }), layout }
}

test('finished work that hangs together is one block at the place of its rightmost member', () => {
  const cards = [done('a'), done('b', ['a']), open('c', ['b'])]
  const { folding, scene, layout } = fold(cards, { foldFinished: true })
  expect([...folding.memberOf]).toEqual([
    ['a', 'fold:a'],
    ['b', 'fold:a'],
  ])
  const stack = scene.nodes.get('fold:a')
  expect(stack?.stack?.fact).toBe('2 done')
  expect(stack?.at.x).toBe((layout.get('b')?.column ?? -1) * GRIDS.right.columnPitch)
  expect([...scene.edges.values()].map(({ from, to }) => [from, to])).toEqual([['fold:a', 'c']])
})

test('a single finished task stays as it is', () => {
  expect(fold([done('a'), open('b', ['a'])], { foldFinished: true }).folding.stacks.size).toBe(0)
})

test('what was finished behind unfinished work stays in sight', () => {
  const cards = [done('a'), open('b', ['a']), done('c', ['b', 'a']), done('d', ['c'])]
  expect(fold(cards, { foldFinished: true }).folding.stacks.size).toBe(0)
})

test('no edge runs back from a block', () => {
  const cards = [
    done('a'),
    done('b', ['a']),
    open('c', ['b']),
    done('x', ['a']),
    done('y', ['x']),
    done('z', ['y']),
  ]
  const { scene } = fold(cards, { foldFinished: true })
  expect(scene.nodes.get('fold:a')?.stack?.members).toEqual(['a', 'b', 'x'])
  for (const { from, to } of scene.edges.values())
    expect(scene.nodes.get(from)?.at.x).toBeLessThan(scene.nodes.get(to)?.at.x ?? -1)
})

test('abandoned counts as finished, and the block says so', () => {
  const cards = [done('a'), cardOf('b', { after: ['a'], status: 'abandoned', state: 'abandoned' })]
  const [stack] = fold(cards, { foldFinished: true }).folding.stacks.values()
  expect(stack?.fact).toBe('1 done, 1 abandoned')
})

test('a group by tag folds, but never a failed or waiting task', () => {
  const tags = ['docs']
  const cards = [
    done('a', [], { tags }),
    open('b', ['a'], { tags }),
    open('c', ['a'], { tags, status: 'failed', state: 'failed' }),
    open('d', ['a'], { tags, status: 'waiting', state: 'waiting' }),
    open('e', ['b']),
  ]
  const { folding, scene } = fold(cards, { foldedTags: new Set(tags) })
  expect([...folding.memberOf.keys()]).toEqual(['a', 'b'])
  expect([...scene.nodes.keys()].toSorted()).toEqual(['c', 'd', 'e', 'fold:a'])
  expect(folding.stacks.get('fold:a')).toMatchObject({ title: 'docs', fact: '1 of 2 done' })
})

test('the edges of a block show the worst of what they stand for', () => {
  const tags = ['g']
  const cards = [done('a', [], { tags }), open('b', [], { tags }), open('x', ['a', 'b'])]
  const { scene } = fold(cards, { foldedTags: new Set(tags) })
  expect([...scene.edges.values()].map(({ state }) => state)).toEqual(['waiting'])
})

/** The scenes of these tasks, with and without groups folded and what that empties closed. */
function scenesOf(cards: readonly TaskCard[]) {
  const tasks = new Map(cards.map((card) => [card.id, card]))
  const layout = layOut(cards)
  const place = { layout, positions: new Map(), direction: 'right' } as const
  const standing = { cornerOf: cornersOf(place), direction: 'right' } as const
  const closeFor = createCloser()
  const sceneWith = (foldedTags: ReadonlySet<string>) => {
    const folding = foldTasks(tasks, { foldFinished: false, foldedTags }, standing)
    const closing = closeFor({ tasks, folding, ...place })
    return createSceneMaker()({ tasks, folding, closing, ...place })
  }
  return sceneWith
}
type FoldedScene = ReturnType<ReturnType<typeof scenesOf>>

/** The columns of the cards in each row, from top to bottom. */
const cardsByRow = ({ nodes }: FoldedScene): readonly (readonly [number, readonly number[]])[] =>
  [...Map.groupBy(nodes.values(), ({ at }) => at.y / GRIDS.right.rowPitch)]
    .map(([row, all]) => [row, all.map(({ at }) => at.x / GRIDS.right.columnPitch)] as const)
    .toSorted(([a], [b]) => a - b)

test('folding leaves no empty rows and columns; a place by hand comes back the same', () => {
  const sceneWith = scenesOf([
    open('root'),
    ...Array.from({ length: 8 }, (_, i) => open(`d${i}`, ['root'], { tags: ['docs'] })),
    ...Array.from({ length: 3 }, (_, i) => open(`e${i}`, ['root'])),
    open('end', ['d0', 'e2']),
  ])
  const plain = sceneWith(new Set())
  const folded = sceneWith(new Set(['docs']))
  expect(cardsByRow(plain).length).toBeGreaterThan(8)
  const rows = cardsByRow(folded).map(([row]) => row)
  expect(rows.slice(1).map((row, i) => row - (rows[i] ?? 0))).toEqual(rows.slice(1).map(() => 1))
  expect(rows.length).toBeLessThanOrEqual(5)
  for (const id of ['root', 'e0', 'e2', 'end']) {
    const at = folded.nodes.get(id)?.at
    expect(at && folded.unfolded(at)).toEqual(plain.nodes.get(id)?.at)
  }
})

test('groups that are scattered over the graph leave no rows of one card', () => {
  const cards = Array.from({ length: 8 }, (_, row) =>
    Array.from({ length: 8 }, (_, column) =>
      open(`t${row}-${column}`, column === 0 ? [] : [`t${row}-${column - 1}`], {
        tags: row === column ? [] : [`tag${(row * 3 + column) % 3}`],
      }),
    ),
  ).flat()
  const sceneWith = scenesOf(cards)
  const plain = sceneWith(new Set())
  const folded = sceneWith(new Set(['tag0', 'tag1', 'tag2']))
  expect(folded.nodes.size).toBe(8 + 3)
  const rows = cardsByRow(folded)
  expect(rows.length).toBeLessThanOrEqual(4)
  for (const [nth, [row, columns]] of rows.entries()) {
    expect(row).toBe(nth)
    expect(new Set(columns).size).toBe(columns.length)
  }
  for (let i = 0; i < 8; i += 1) {
    const at = folded.nodes.get(`t${i}-${i}`)?.at
    expect(at && folded.unfolded(at)).toEqual(plain.nodes.get(`t${i}-${i}`)?.at)
  }
})

test('between parts that folding has emptied one gap is left, and nothing overlaps', () => {
  const chain = (part: number, tags: string[]): TaskCard[] =>
    Array.from({ length: 16 }, (_, i) =>
      open(`p${part}-${i}`, i === 0 ? [] : [`p${part}-0`], { tags }),
    )
  const folded = scenesOf([...chain(0, []), ...chain(1, ['docs']), ...chain(2, [])])(
    new Set(['docs']),
  )
  const rows = cardsByRow(folded).map(([row]) => row)
  for (const [nth, row] of rows.slice(1).entries()) expect(row - (rows[nth] ?? 0)).toBeLessThan(3)
  const places = [...folded.nodes.values()].map(({ at }) => `${at.x} ${at.y}`)
  expect(new Set(places).size).toBe(places.length)
})

test('whatever is folded, no two cards share a place and each comes back to its own', () => {
  const bits = fc.array(fc.boolean(), { minLength: 24, maxLength: 24 })
  fc.assert(
    fc.property(graphs, bits, (tasks, isTagged) => {
      const sceneWith = scenesOf(
        tasks.map(({ id, after }, i) => open(id, [...after], { tags: isTagged[i] ? ['a'] : [] })),
      )
      const [plain, folded] = [sceneWith(new Set()), sceneWith(new Set(['a']))]
      const places = [...folded.nodes.values()].map(({ at }) => `${at.x} ${at.y}`)
      expect(new Set(places).size).toBe(places.length)
      for (const { at, card, stack } of folded.nodes.values())
        expect(folded.unfolded(at)).toEqual(plain.nodes.get(card?.id ?? stack?.at ?? '')?.at)
    }),
  )
})
