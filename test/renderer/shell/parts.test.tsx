import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { lazyPart } from '../../../src/renderer/ui/lazy-part.tsx'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function Counter() {
  const [count, setCount] = useState(0)
  return <button onClick={() => setCount(count + 1)}>{count} pressed</button>
}

test('what was preloaded is there with the first drawing', async () => {
  const load = vi.fn<() => Promise<typeof Counter>>(async () => Counter)
  const Part = lazyPart(load)
  await Part.preload()
  render(<Part />)
  expect(screen.getByRole('button', { name: '0 pressed' })).toBeDefined()
  expect(load).toHaveBeenCalledOnce()
})

test('one that is shown first keeps what was done in it when it is preloaded later', async () => {
  const load = vi.fn<() => Promise<typeof Counter>>(async () => Counter)
  const Part = lazyPart(load)
  const { rerender } = render(<Part />)
  fireEvent.click(await screen.findByRole('button'))
  await Part.preload()
  rerender(<Part />)
  expect(screen.getByRole('button', { name: '1 pressed' })).toBeDefined()
  expect(load).toHaveBeenCalledOnce()
})

test('a short wait shows nothing, a long one says so', async () => {
  vi.useFakeTimers()
  const Part = lazyPart(() => new Promise<typeof Counter>(() => {}))
  render(<Part />)
  act(() => vi.advanceTimersByTime(299))
  expect(screen.getByRole('status').textContent).toBe('')
  act(() => vi.advanceTimersByTime(1))
  expect(screen.getByRole('status').textContent).toBe('Loading…')
})

test('what cannot be loaded says so in its place and can be tried again', async () => {
  const Part = lazyPart(() => Promise.reject(new Error('gone')))
  render(<Part />)
  expect((await screen.findByRole('alert')).textContent).toContain('could not be loaded')
  expect(screen.getByRole('button', { name: 'Reload' })).toBeDefined()
})

test('a preload that fails takes nothing away: the part is loaded when it is shown', async () => {
  const load = vi.fn<() => Promise<typeof Counter>>(async () => Counter)
  load.mockRejectedValueOnce(new Error('the service is away'))
  const Part = lazyPart(load)
  await Part.preload()
  render(<Part />)
  expect(await screen.findByRole('button', { name: '0 pressed' })).toBeDefined()
  expect(load).toHaveBeenCalledTimes(2)
})
