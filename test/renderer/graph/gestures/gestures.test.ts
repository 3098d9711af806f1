import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TaskCard } from '../../../../src/contract/view.ts'
import { freeSpot, tasksWithin } from '../../../../src/renderer/graph/scene/hit.ts'
import { dependencyCandidates } from '../../../../src/renderer/graph/gestures/dependency-card.tsx'
import {
  cycleText,
  endsOf,
  refusalOf,
  refusedTo,
} from '../../../../src/renderer/graph/gestures/dependency-rules.ts'
import {
  clip,
  toPicture,
  wrap,
  type Shape,
} from '../../../../src/renderer/graph/gestures/picture.ts'
import { escaped, scaleFor, toSvg } from '../../../../src/renderer/graph/gestures/picture-png.ts'
import { stepOfKey, walk } from '../../../../src/renderer/graph/gestures/use-canvas-keys.ts'
import type { Colours } from '../../../../src/renderer/graph/paint/drawing.ts'
import { UNFOLDED } from '../../../../src/renderer/graph/scene/fold.ts'
import { createSceneMaker, type Scene } from '../../../../src/renderer/graph/scene/scene.ts'
import { cardOf } from '../../../support/scripted-host.ts'

const mapOf = (cards: readonly TaskCard[]) => new Map(cards.map((card) => [card.id, card]))

/** a → b → c, and d alone below b. */
const cards = [
  cardOf('a', { title: 'A' }),
  cardOf('b', { title: 'B', after: ['a'] }),
  cardOf('c', { title: 'C', after: ['b'] }),
  cardOf('d', { title: 'D' }),
]
const tasks = mapOf(cards)
const places = { a: [0, 0], b: [304, 0], c: [608, 0], d: [304, 124] } as const

function sceneOf(list: readonly TaskCard[]): Scene {
  const positions = new Map(Object.entries(places).map(([id, [x, y]]) => [id, { x, y }] as const))
  return createSceneMaker()({
    tasks: mapOf(list),
    layout: new Map(),
    positions,
    folding: UNFOLDED,
    direction: 'right',
  })
}
const scene = sceneOf(cards)

describe('a free place', () => {
  test('is the wanted one where nothing stands, else one beside it that covers nobody', () => {
    expect(freeSpot(scene, { x: 0, y: 300 })).toEqual({ x: 0, y: 300 })
    for (const wanted of [
      { x: 304, y: 0 },
      { x: 350, y: 60 },
      { x: 250, y: 90 },
    ]) {
      const { x, y } = freeSpot(scene, wanted)
      const corners = [
        { x, y },
        { x: x + 216, y: y + 92 },
      ] as const
      expect(tasksWithin(scene, corners, { inside: false })).toEqual([])
      expect(Math.hypot(x - wanted.x, y - wanted.y)).toBeLessThan(350)
    }
  })
})

describe('a dependency', () => {
  test('is refused when it closes a cycle, with the path; or stands already, or is late', () => {
    expect(refusalOf(tasks, { blocker: 'a', dependent: 'd' })).toBeNull()
    expect(refusalOf(tasks, { blocker: 'c', dependent: 'a' })).toEqual({
      kind: 'cycle',
      path: ['a', 'b', 'c'],
    })
    expect(refusalOf(tasks, { blocker: 'a', dependent: 'b' })?.kind).toBe('exists')
    expect(refusalOf(tasks, { blocker: 'a', dependent: 'a' })?.kind).toBe('self')
    expect(refusalOf(tasks, { blocker: 'a', dependent: 'x' })?.kind).toBe('gone')
    const late = mapOf([...cards.slice(0, 3), cardOf('d', { status: 'done' })])
    expect(refusalOf(late, { blocker: 'a', dependent: 'd' })?.kind).toBe('late')
    expect(cycleText(['A', 'B'])).toBe('That would close a cycle. A → B → A.')
  })

  test('the dimmed tasks are exactly those that a link would be refused to', () => {
    const statuses = fc.constantFrom('open', 'done', 'in-progress')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(statuses, fc.array(fc.nat(6))), { minLength: 2, maxLength: 7 }),
        fc.nat(6),
        fc.constantFrom('after' as const, 'before' as const),
        (drawn, start, direction) => {
          const list = drawn.map(([status, after], index) =>
            cardOf(`t${index}`, {
              status,
              after: [...new Set(after.filter((n) => n < index))].map((n) => `t${n}`),
            }),
          )
          const all = mapOf(list)
          const from = `t${start % list.length}`
          const refused = refusedTo(all, from, direction)
          for (const { id } of list) {
            const isRefused = refusalOf(all, endsOf(from, id, direction)) !== null
            expect(refused.has(id)).toBe(isRefused)
          }
        },
      ),
    )
  })

  test('candidates by keys: the nearest first, the refused last, those that stand already not at all', () => {
    const of = (ids: string[], direction: 'after' | 'before', how: 'add' | 'remove' = 'add') =>
      dependencyCandidates(tasks, scene, { how, ids, direction }).map(({ id, isDoubtful }) =>
        isDoubtful ? `(${id})` : id,
      )
    expect(of(['c'], 'before')).toEqual(['d', 'a'])
    expect(of(['a'], 'before')).toEqual(['d', '(b)', '(c)'])
    expect(of(['b'], 'before', 'remove')).toEqual(['a'])
    expect(of(['b'], 'after', 'remove')).toEqual(['c'])
  })
})

describe('walking', () => {
  test('arrows go along the edges and among those in the column', () => {
    expect(walk(scene, 'a', 'dependents')).toBe('b')
    expect(walk(scene, 'c', 'blockers')).toBe('b')
    expect(walk(scene, 'b', 'next')).toBe('d')
    expect(walk(scene, 'd', 'previous')).toBe('b')
    expect(walk(scene, 'c', 'dependents')).toBeNull()
    expect(walk(scene, null, 'next')).toBe('a')
    expect(walk(scene, 'b', 'first')).toBe('a')
    expect(walk(scene, 'b', 'last')).toBe('c')
  })

  test('the keys turn with the direction of the graph', () => {
    expect(stepOfKey('ArrowRight', 'right')).toBe('dependents')
    expect(stepOfKey('ArrowDown', 'down')).toBe('dependents')
    expect(stepOfKey('Home', 'down')).toBe('first')
    expect(stepOfKey('x', 'right')).toBeNull()
  })

  test('↑ and ↓ reach every task of a graph without edges', () => {
    const seen = new Set<string>()
    const alone = sceneOf(cards.map((card) => ({ ...card, after: [] })))
    for (let id = walk(alone, null, 'first'); id !== null && !seen.has(id);) {
      seen.add(id)
      id = walk(alone, id, 'next')
    }
    expect(seen.has('d')).toBe(true)
  })
})

test('the lasso takes what it touches, with ⌥ what it holds whole', () => {
  const corners = [
    { x: 200, y: -10 },
    { x: 540, y: 230 },
  ] as const
  expect(tasksWithin(scene, corners, { inside: false })).toEqual(['a', 'b', 'd'])
  expect(tasksWithin(scene, [corners[1], corners[0]], { inside: true })).toEqual(['b', 'd'])
})

describe('a picture', () => {
  const state = { text: '#111', solid: '#222', tint: '#333', line: '#444' }
  const edges = { satisfied: 'done', waiting: 'open', 'upstream-failed': 'edgeFail', main: 'main' }
  const colours = new Proxy({} as Colours, {
    get: (_target, name) =>
      name === 'ofState' ? () => state : name === 'edges' ? edges : String(name),
  })
  const widthOf = (text: string, size: number): number => text.length * size * 0.5

  test('holds every task and edge, and nothing of a title becomes markup', () => {
    const evil = cards.with(3, cardOf('d', { title: `</text><script>"&'` }))
    const picture = toPicture(sceneOf(evil), colours, widthOf)
    if (!picture) throw new Error('nothing was drawn')
    const svg = toSvg(picture)
    const read = new DOMParser().parseFromString(svg, 'image/svg+xml')
    expect(read.querySelector('script')).toBeNull()
    expect(svg).toContain('&lt;/text&gt;&lt;script&gt;&quot;&amp;&#39;')
    expect(svg.match(/<text /g)?.length).toBeGreaterThanOrEqual(8)
    expect(toPicture(sceneOf([]), colours, widthOf)).toBeNull()
  })

  test('an edge whose blocker failed has a ring with a cross, and what is at work its light', () => {
    const drawn = (list: readonly TaskCard[]): readonly Shape[] =>
      toPicture(sceneOf(list), colours, widthOf)?.shapes ?? []
    const strokes = (list: readonly TaskCard[], colour: string): number =>
      drawn(list).filter((shape) => shape.kind === 'path' && shape.stroke?.colour === colour).length
    const failed = cards.with(0, cardOf('a', { status: 'failed', state: 'failed' }))
    const busy = cards.with(3, cardOf('d', { status: 'in-progress', state: 'in-progress' }))
    expect(strokes(cards, 'edgeFail')).toBe(0)
    expect(strokes(failed, 'edgeFail')).toBe(4)
    expect(strokes(cards, 'glow')).toBe(0)
    expect(strokes(busy, 'glow')).toBe(1)
  })

  test('characters that XML does not know are left out', () => {
    expect(escaped('a\u0000b\u001b[31mc\ud800')).toBe('ab[31mc\ufffd')
  })

  test('titles take two lines at most and never more room than there is', () => {
    const measure = (text: string): number => text.length
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), fc.integer({ min: 4, max: 40 }), (text, width) => {
        const lines = wrap(text, width, measure)
        expect(lines.length).toBeLessThanOrEqual(2)
        for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(width)
      }),
    )
    expect(clip('abcdef', 4, measure)).toBe('abc…')
    expect(clip('abcd', 4, measure)).toBe('abcd')
  })

  test('a huge graph is painted smaller instead of not at all', () => {
    expect(scaleFor({ width: 1000, height: 500 })).toBe(2)
    const scale = scaleFor({ width: 100_000, height: 40_000 })
    expect(100_000 * scale).toBeLessThanOrEqual(16_000)
    expect(100_000 * scale * 40_000 * scale).toBeLessThanOrEqual(120_000_001)
  })
})
