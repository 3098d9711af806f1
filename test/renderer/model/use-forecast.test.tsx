import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Session } from '../../../src/renderer/model/session/session.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import { emptyView } from '../../../src/renderer/model/session/yard-view.ts'
import { useForecast } from '../../../src/renderer/model/use-forecast.ts'
import { forecastOf } from '../support/forecast-of.ts'
import { liveSession } from './session/live-session.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function Left({ extent }: { readonly extent?: 'brief' | 'whole' }) {
  return <p>{useForecast(extent)?.left ?? 'nothing'} left</p>
}

/** `left` is what the host says next. */
function scriptedYard() {
  const asked: unknown[] = []
  const yard = { left: 10, fails: false }
  const forecast = async (input: unknown) => {
    asked.push(input)
    if (yard.fails) throw new Error('away')
    return forecastOf({ left: yard.left })
  }
  const session = liveSession({ service: { forecast } }, { ...emptyView, seq: 7 })
  return { session, asked, yard }
}

const show = (session: Session, ...extents: ('brief' | 'whole')[]) =>
  render(
    <SessionContext value={session}>
      {extents.map((extent, at) => (
        <Left key={at} extent={extent} />
      ))}
    </SessionContext>,
  )
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))
const commit = (session: Session, seq: number): void =>
  (session.yard as unknown as { setState(part: object): void }).setState({ seq })

test('all who look share one question; who wants the times of tasks asks another', async () => {
  const { session, asked } = scriptedYard()
  show(session, 'brief', 'brief', 'whole')
  await pass(0)
  expect(asked).toEqual([{ tasks: false }, { tasks: true }])
  expect(screen.getAllByText('10 left')).toHaveLength(3)
})

test('it is put again when something was committed, and now and then; never when nobody looks', async () => {
  const { session, asked, yard } = scriptedYard()
  const { unmount } = show(session, 'brief')
  await pass(30_000)
  expect(asked).toHaveLength(1)
  yard.left = 9
  commit(session, 8)
  await pass(1000)
  expect(asked).toHaveLength(2)
  expect(screen.getByText('9 left')).toBeDefined()
  // Many commits in a row are one question.
  for (const seq of [9, 10, 11]) {
    commit(session, seq)
    await pass(1000)
  }
  expect(asked).toHaveLength(2)
  await pass(8000)
  expect(asked).toHaveLength(3)
  await pass(61_000)
  expect(asked).toHaveLength(4)
  unmount()
  commit(session, 12)
  await pass(120_000)
  expect(asked).toHaveLength(4)
})

test('what was said stays while the yard gives no answer', async () => {
  const { session, yard } = scriptedYard()
  show(session, 'brief')
  await pass(0)
  yard.fails = true
  commit(session, 8)
  await pass(20_000)
  expect(screen.getByText('10 left')).toBeDefined()
})
