/** Places on the canvas: a move and its undo are exact, and so is what is drawn under a camera that rests between two pixels. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Position } from '../../../../src/contract/view.ts'
import { moveNodes } from '../../../../src/renderer/graph/gestures/move-nodes.ts'
import { emptyView } from '../../../../src/renderer/model/session/yard-view.ts'
import { redo, undo } from '../../../../src/renderer/actions/history.ts'
import { liveSession } from '../../model/session/live-session.ts'

test('an undo restores the stored places as they were, between two pixels and none', async () => {
  const sent: Record<string, Position | null>[] = []
  const page = { moveNodes: async ({ set }: { set: (typeof sent)[number] }) => sent.push(set) }
  const positions = new Map([['a', { x: 10.4, y: -3.6 }]])
  const session = liveSession({ page }, { ...emptyView, positions })
  await moveNodes(session, { a: { x: 20.6, y: 126.2 }, b: { x: 0.5, y: -7.4 } })
  const moved = { a: { x: 21, y: 126 }, b: { x: 1, y: -7 } }
  expect(sent).toEqual([moved])
  await undo(session)
  expect(sent.at(-1)).toEqual({ a: { x: 10.4, y: -3.6 }, b: null })
  await redo(session)
  expect(sent.at(-1)).toEqual(moved)
})

// As a browser draws it: the corner of a node is told in parts of a pixel and rounded by who measures it.
const drawn = (at: number, camera: number, zoom = 1): number => Math.round(camera + at * zoom)
const places = fc.integer({ min: -100_000, max: 100_000 })
const cameras = fc.integer({ min: -640_000, max: 640_000 }).map((part) => part / 64)

test('rounding under a camera between two pixels does not change how far apart two nodes are drawn', () => {
  fc.assert(
    fc.property(places, places, cameras, (a, b, camera) => {
      expect(drawn(a, camera) - drawn(b, camera)).toBe(a - b)
    }),
  )
})

test('measured one after the other under a camera that moves they differ, and so they do at another zoom', () => {
  expect(drawn(304, 164.4) - drawn(0, 164.6)).toBe(303)
  expect(drawn(305, 0, 0.5) - drawn(0, 0, 0.5)).toBe(153)
  expect(drawn(305, 0.5, 0.5) - drawn(0, 0.5, 0.5)).toBe(152)
})
