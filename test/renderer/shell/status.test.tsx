import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ForecastView } from '../../../src/contract/forecast.ts'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import { emptyView } from '../../../src/renderer/model/session/yard-view.ts'
import { StatusBar } from '../../../src/renderer/shell/status.tsx'
import { instantText } from '../../../src/renderer/ui/format.ts'
import { summaryOf } from '../../support/scripted-host.ts'
import { liveSession } from '../model/session/live-session.ts'
import { forecastOf, minutesOn, quartilesAt } from '../support/forecast-of.ts'

beforeEach(() => void (location.hash = ''))
afterEach(cleanup)

function show(forecast: ForecastView, isPaused = false) {
  const ask = vi.fn<() => Promise<ForecastView>>(async () => forecast)
  const client = { service: { forecast: ask } }
  const view = { ...emptyView, seq: 7, summary: summaryOf({ paused: isPaused }) }
  render(
    <SessionContext value={liveSession(client, view)}>
      <StatusBar attention={0} />
    </SessionContext>,
  )
  return ask
}

test('the foot says when the main line ends and how far off that may be; a press shows more', async () => {
  show(forecastOf())
  const item = await screen.findByRole('button', { name: /Main line ends about/ })
  expect(item.textContent).toBe(`Main line ends about ${instantText(minutesOn(120))}, ±50 min`)
  fireEvent.click(item)
  expect(location.hash).toContain('schedule')
})

test('a rough one says so', async () => {
  show(forecastOf({ finish: { ...quartilesAt(5), p05: null, p95: null } }))
  expect(await screen.findByText(/, rough$/)).toBeDefined()
})

test('nothing is said where nothing is left, and nothing is asked while the yard is paused', async () => {
  const ask = show(forecastOf({ left: 0, finish: null }))
  await act(async () => {})
  expect(ask).toHaveBeenCalledOnce()
  expect(screen.queryByText(/Main line/)).toBeNull()
  cleanup()
  const second = show(forecastOf(), true)
  await act(async () => {})
  expect(second).not.toHaveBeenCalled()
  expect(screen.queryByText(/Main line/)).toBeNull()
})
