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
  expect([...scene.tracks.values()].map(({ from, to }) => [from, to])).toEqual([['fold:a', 'c']])
})

test('a single finished task stays as it is', () => {
  expect(fold([done('a'), open('b', ['a'])], { foldFinished: true }).folding.stacks.size).toBe(0)
})

test('what was finished behind unfinished work stays in sight', () => {
  const cards = [done('a'), open('b', ['a']), done('c', ['b', 'a']), done('d', ['c'])]
  expect(fold(cards, { foldFinished: true }).folding.stacks.size).toBe(0)
})

test('no track runs back from a block', () => {
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
  for (const { from, to } of scene.tracks.values())
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

test('the tracks of a block show the worst of what they stand for', () => {
  const tags = ['g']
  const cards = [done('a', [], { tags }), open('b', [], { tags }), open('x', ['a', 'b'])]
  const { scene } = fold(cards, { foldedTags: new Set(tags) })
  expect([...scene.tracks.values()].map(({ state }) => state)).toEqual(['waiting'])
})

test('folding leaves no empty rows and columns; a place by hand comes back the same', () => {
  const tag = { tags: ['docs'] }
  const cards = [
    open('root'),
    ...Array.from({ length: 8 }, (_, i) => open(`d${i}`, ['root'], tag)),
    ...Array.from({ length: 3 }, (_, i) => open(`e${i}`, ['root'])),
    open('end', ['d0', 'e2']),
  ]
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
  const plain = sceneWith(new Set())
  const folded = sceneWith(new Set(['docs']))
  const rowsOf = ({ nodes }: typeof plain): readonly number[] =>
    [...new Set([...nodes.values()].map(({ at }) => at.y / GRIDS.right.rowPitch))].toSorted(
      (a, b) => a - b,
    )
  expect(rowsOf(plain).length).toBeGreaterThan(8)
  const rows = rowsOf(folded)
  expect(rows.slice(1).map((row, i) => row - (rows[i] ?? 0))).toEqual(rows.slice(1).map(() => 1))
  expect(rows.length).toBeLessThanOrEqual(5)
  for (const id of ['root', 'e0', 'e2', 'end']) {
    const at = folded.nodes.get(id)?.at
    expect(at && folded.unfolded(at)).toEqual(plain.nodes.get(id)?.at)
  }
})
