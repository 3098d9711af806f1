import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  fitting,
  leastZoom,
  viewportFor,
  type Cover,
} from '../../../../src/renderer/graph/paint/fitting.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../../../../src/renderer/graph/layout/grid.ts'
import { boundsOf, type SceneNode } from '../../../../src/renderer/graph/scene/scene.ts'

const SIZE = { width: 1244, height: 740 }
const MINIMAP: Cover = { left: 1052, right: 1240, top: 604 }
const NEWS: Cover = { left: 4, right: 400, top: 540 }
const DRAFTS: Cover = { left: 450, right: 790, top: 620 }

const sceneOf = (places: readonly (readonly [number, number])[]) => {
  const nodes = new Map(
    places.map(([x, y], index) => [`t${index}`, { id: `t${index}`, at: { x, y } } as SceneNode]),
  )
  return { nodes, bounds: boundsOf(nodes) }
}

test('what stands free of the corners is fitted as if nothing lay there', () => {
  const scene = sceneOf([
    [0, 0],
    [300, 0],
  ])
  const { bounds } = scene
  expect(fitting(scene, SIZE, [MINIMAP, NEWS])).toEqual(bounds && viewportFor(bounds, SIZE))
})

test('no node stands under the minimap or the news, whatever the graph, unless it cannot be made smaller', () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 2500 }))
  fc.assert(
    fc.property(
      fc.array(place, { minLength: 1, maxLength: 60 }),
      fc.subarray([MINIMAP, NEWS, DRAFTS]),
      (places, covers) => {
        const scene = sceneOf(places)
        const camera = fitting(scene, SIZE, covers)
        if (camera === null) throw new Error('a graph has a place')
        const { x, y, zoom } = camera
        expect(zoom).toBeGreaterThanOrEqual(0.1)
        for (const { at } of scene.nodes.values()) {
          const [left, top] = [at.x * zoom + x, at.y * zoom + y]
          const [right, bottom] = [left + NODE_WIDTH * zoom, top + NODE_HEIGHT * zoom]
          expect(left).toBeGreaterThanOrEqual(0)
          expect(right).toBeLessThanOrEqual(SIZE.width)
          for (const cover of covers)
            expect(bottom > cover.top && left < cover.right && right > cover.left).toBe(false)
        }
      },
    ),
  )
})

test('one can zoom out to a tenth, and further until the whole of a huge graph is in sight', () => {
  expect(leastZoom(sceneOf([[0, 0]]).bounds, SIZE)).toBe(0.1)
  const { bounds } = sceneOf([
    [0, 0],
    [40_000, 26_000],
  ])
  if (bounds === null) throw new Error('it has bounds')
  expect(leastZoom(bounds, SIZE)).toBeLessThan(0.05)
  const { zoom, x } = viewportFor(bounds, SIZE)
  expect(bounds.right * zoom + x).toBeLessThanOrEqual(SIZE.width)
})

test('without tasks there is nothing to fit', () => {
  expect(fitting(sceneOf([]), SIZE, [])).toBeNull()
})
