import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { throttledYardOf } from '../../../../src/renderer/model/session/session-context.tsx'
import {
  emptyView,
  viewFromSnapshot,
  type YardView,
} from '../../../../src/renderer/model/session/yard-view.ts'
import { cardOf, snapshotOf } from '../../../support/scripted-host.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const viewAt = (seq: number, tasks = 1): YardView =>
  viewFromSnapshot(
    emptyView,
    snapshotOf(
      seq,
      Array.from({ length: tasks }, (_, index) => cardOf(`t${index}`)),
    ),
  )

function listenTo(fromTasks = 0) {
  const yard = createStore(() => viewAt(0))
  const calm = throttledYardOf(yard, 250, fromTasks)
  const seen: number[] = []
  const stop = calm.subscribe(({ seq }) => seen.push(seq))
  return { yard, calm, seen, stop }
}

test('the first change comes at once, later ones at the pace, and the last always', () => {
  const { yard, calm, seen } = listenTo()
  yard.setState(viewAt(1), true)
  vi.advanceTimersByTime(0)
  expect(seen).toEqual([1])
  yard.setState(viewAt(2), true)
  yard.setState(viewAt(3), true)
  vi.advanceTimersByTime(249)
  expect(seen).toEqual([1])
  expect(calm.getState().seq).toBe(1)
  vi.advanceTimersByTime(1)
  expect(seen).toEqual([1, 3])
  vi.advanceTimersByTime(1000)
  expect(seen).toEqual([1, 3])
})

test('with few tasks each change comes with the yard', () => {
  const { yard, seen } = listenTo(10)
  for (const seq of [1, 2, 3]) yard.setState(viewAt(seq, 9), true)
  expect(seen).toEqual([1, 2, 3])
  for (const seq of [4, 5]) yard.setState(viewAt(seq, 10), true)
  expect(seen).toEqual([1, 2, 3])
  vi.advanceTimersByTime(250)
  expect(seen).toEqual([1, 2, 3, 5])
})

test('all who look at one pace see the same moment', () => {
  const { yard, calm, stop } = listenTo()
  expect(throttledYardOf(yard, 250, 0)).toBe(calm)
  expect(throttledYardOf(yard, 1000, 0)).not.toBe(calm)
  yard.setState(viewAt(1), true)
  vi.advanceTimersByTime(0)
  yard.setState(viewAt(2), true)
  const late: number[] = []
  calm.subscribe(({ seq }) => late.push(seq))
  expect(calm.getState().seq).toBe(1)
  stop()
  vi.advanceTimersByTime(250)
  expect(late).toEqual([2])
})

test('with nobody listening it is the yard as it is, and no timer is left', () => {
  const { yard, calm, seen, stop } = listenTo()
  yard.setState(viewAt(1), true)
  stop()
  expect(vi.getTimerCount()).toBe(0)
  expect(calm.getState().seq).toBe(1)
  yard.setState(viewAt(2), true)
  expect(calm.getState().seq).toBe(2)
  expect(seen).toEqual([])
})
