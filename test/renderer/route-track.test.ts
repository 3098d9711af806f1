import { expect, test } from 'vitest'
import { passingRow, takenPlaces, trackPath } from '../../src/renderer/graph/route-track.ts'

const place = (column: number, row: number) => ({ column, row })
const layout = new Map([
  ['a', place(0, 0)],
  ['under', place(1, 0)],
  ['over', place(1, 2)],
  ['b', place(2, 2)],
])
const taken = takenPlaces(layout)

test('between neighbouring columns a track needs no passing row', () => {
  expect(passingRow(place(0, 0), place(1, 2), taken)).toBeNull()
})

test('a long track runs along a free row, else through the gap next to its end, never under a node', () => {
  expect(passingRow(place(0, 0), place(2, 1), taken)).toBe(1)
  expect(passingRow(place(0, 0), place(2, 2), taken)).toBe(1.5)
  expect(passingRow(place(0, 2), place(2, 0), taken)).toBe(0.5)
})

test('a level track is straight, others bend by 45° in the middle of the gap', () => {
  const ends = { sourceX: 100, sourceY: 50, targetX: 188, targetY: 50 }
  expect(trackPath(ends, null)).toBe('M94 50H194')
  expect(trackPath({ ...ends, targetY: 150 }, null)).toBe('M94 50H132L144 62V138L156 150H194')
})
