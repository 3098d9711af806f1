import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  bringIntoSight,
  holdCamera,
  mountCamera,
  releaseCamera,
  setCanvasScene,
} from '../../../../src/renderer/graph/canvas/camera.ts'
import { TOOLS } from '../../../../src/renderer/graph/paint/fitting.ts'
import { NODE_HEIGHT } from '../../../../src/renderer/graph/layout/grid.ts'
import { EMPTY_SCENE, type SceneNode } from '../../../../src/renderer/graph/scene/scene.ts'

const SIZE = { width: 1244, height: 740 }
const START = { x: 0, y: 0, zoom: 1 }
const setViewport = vi.fn<(to: { x: number; y: number }) => Promise<boolean>>(async () => true)
const movesTo = () => setViewport.mock.calls.map(([to]) => to)

beforeEach(() => {
  setViewport.mockClear()
  mountCamera({
    flow: { setViewport, screenToFlowPosition: (at) => at },
    viewport: () => ({ ...START, ...SIZE }),
    element: () => null,
  })
})
afterEach(() => mountCamera(null))

function place(...places: readonly { readonly x: number; readonly y: number }[]): void {
  const nodes = new Map(
    places.map((at, index) => [`t${index}`, { id: `t${index}`, at } as SceneNode]),
  )
  setCanvasScene({ ...EMPTY_SCENE, nodes })
}

test('what is brought into sight stands above the tools at the foot of the canvas', () => {
  const top = SIZE.height - NODE_HEIGHT - 30
  place({ x: 300, y: top })
  bringIntoSight('t0')
  const [move] = movesTo()
  expect(top + NODE_HEIGHT + (move?.y ?? 0)).toBeLessThanOrEqual(SIZE.height - TOOLS)
})

test('a press on the canvas ends a flight where it is', () => {
  place({ x: SIZE.width, y: 0 })
  holdCamera()
  expect(movesTo()).toEqual([])
  releaseCamera()
  bringIntoSight('t0')
  expect(movesTo()).toHaveLength(1)
  holdCamera()
  expect(movesTo().slice(1)).toEqual([START])
})

test('while a hand presses on the canvas nothing moves under it; what was to be seen comes with the release', () => {
  place({ x: SIZE.width, y: 0 }, { x: 300, y: 300 })
  holdCamera()
  bringIntoSight('t0')
  expect(movesTo()).toEqual([])
  releaseCamera()
  expect(movesTo()).toHaveLength(1)
  releaseCamera()
  holdCamera()
  bringIntoSight('t0')
  bringIntoSight('t1')
  releaseCamera()
  expect(movesTo().slice(2)).toEqual([])
})

test('a release that no press came before moves nothing', () => {
  place()
  bringIntoSight('late') // not on the canvas yet
  place({ x: SIZE.width, y: 0 })
  releaseCamera()
  expect(movesTo()).toEqual([])
})
