import { beforeEach, expect, test } from 'vitest'
import { closeOne } from '../../../../src/renderer/graph/gestures/graph-overlay.tsx'
import { currentRoute, navigate } from '../../../../src/renderer/model/route.ts'
import { getSelection, selectTasks } from '../../../../src/renderer/model/selection.ts'

beforeEach(() => {
  location.hash = ''
  selectTasks([])
})

test('Esc lets go of the selection first and closes the inspector next', () => {
  selectTasks(['a'], { open: true })
  expect(currentRoute().task).toBe('a')
  expect(closeOne()).toBe(true)
  expect([getSelection().ids.size, currentRoute().task]).toEqual([0, 'a'])
  expect(getSelection().focusId).toBe('a')
  expect(closeOne()).toBe(true)
  expect(currentRoute().task).toBe(null)
  expect(closeOne()).toBe(false)
})

test('the task that was let go of is chosen again by a click, and another opens in its place', () => {
  selectTasks(['a'], { open: true })
  closeOne()
  selectTasks(['b'])
  expect([[...getSelection().ids], currentRoute().task]).toEqual([['b'], 'b'])
  navigate({ task: null })
})
