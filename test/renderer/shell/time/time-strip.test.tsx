import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import type { Connection } from '../../../../src/renderer/model/session/session.ts'
import { emptyView, viewFromSnapshot } from '../../../../src/renderer/model/session/yard-view.ts'
import { TimeStrip } from '../../../../src/renderer/shell/time/time-strip.tsx'
import { cardOf, snapshotOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

const START = Date.parse('2026-11-20T10:00:30Z')
const iso = (at: number): string => new Date(at).toISOString()

beforeEach(() => {
  vi.useFakeTimers()
  vi.setSystemTime(START)
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

/** Seconds since the page was opened; it is asked anew only where the strip asks. */
async function openStrip() {
  let asked = 0
  const activity = async () => {
    asked++
    const from = iso(START - 600_000)
    return { from, to: iso(Date.now()), firstAt: from, bars: [], failures: [] }
  }
  const connection = createStore<Connection>(() => ({ kind: 'live' }))
  const session = liveSession(
    { page: { activity } },
    viewFromSnapshot(emptyView, snapshotOf(1, [cardOf('a')])),
  )
  render(
    <SessionContext value={{ ...session, connection }}>
      <TimeStrip />
    </SessionContext>,
  )
  await act(() => vi.advanceTimersByTimeAsync(0))
  return { connection, asked: () => asked }
}

const slider = () => screen.getByRole('slider', { name: 'Time' })
const present = () => Number(slider().getAttribute('aria-valuemax')) - START
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

test('the present moves on by itself, once a second, and asks the yard no more often', async () => {
  const { asked } = await openStrip()
  expect(present()).toBe(0)
  await pass(1000)
  expect(present()).toBe(1000)
  await pass(500)
  expect(present()).toBe(1000)
  await pass(8500)
  expect(present()).toBe(10_000)
  expect(asked()).toBe(1)
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  await pass(5000)
  expect(present()).toBe(10_000)
  vi.restoreAllMocks()
})

test('without a connection it is not live, and stands where the yard was last heard', async () => {
  const { connection } = await openStrip()
  await pass(2000)
  expect(screen.getByRole('button', { name: 'Live' }).getAttribute('aria-pressed')).toBe('true')
  expect(slider().getAttribute('aria-valuetext')).toMatch(/^Live, /)
  act(() => connection.setState({ kind: 'lost', since: Date.now(), waiting: 0 }, true))
  await pass(5000)
  expect(present()).toBe(2000)
  expect(slider().getAttribute('aria-valuetext')).toMatch(/^Not live, as of /)
  expect(screen.getByRole('button', { name: 'Not live' }).getAttribute('aria-pressed')).toBe(
    'false',
  )
  act(() => connection.setState({ kind: 'live' }, true))
  await pass(1000)
  expect(screen.getByRole('button', { name: 'Live' })).toBeDefined()
  expect(present()).toBeGreaterThanOrEqual(7000)
})
