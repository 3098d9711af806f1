import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ForecastView } from '../../../src/contract/forecast.ts'
import { ForecastFacts } from '../../../src/renderer/components/forecast-facts.tsx'
import { spreadText } from '../../../src/renderer/model/forecast.ts'
import { instantText } from '../../../src/renderer/ui/format.ts'
import { forecastOf, minutesOn, quartilesAt } from '../support/forecast-of.ts'

beforeEach(() => void vi.useFakeTimers({ now: Date.parse(minutesOn(0)) }))
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const onTask = vi.fn<(id: string) => void>()
const show = (more: Partial<ForecastView> = {}, isPaused = false): string => {
  const titleOf = (id: string): string => `Task ${id}`
  const { container } = render(
    <ForecastFacts
      forecast={forecastOf(more)}
      isPaused={isPaused}
      titleOf={titleOf}
      onTask={onTask}
    />,
  )
  return container.textContent
}

test('it says when, how much, what decides it, and how far that has held', () => {
  const text = show()
  expect(text).toContain(`about ${instantText(minutesOn(120))}, in 2h 00m`)
  expect(text).toContain(`1 of 2 times ${instantText(minutesOn(118))}`)
  expect(text).toContain(`9 of 10 times ${instantText(minutesOn(80))}`)
  expect(text).toContain('about $3.12 more')
  expect(text).toContain('Learned from 134 ended tries. 9 of 10 has held for 92 % of 134 tries.')
  fireEvent.click(screen.getByRole('button', { name: 'Task test' }))
  expect(onTask).toHaveBeenCalledWith('test')
})

test('a rough one claims less, and says why', () => {
  const text = show({
    rough: true,
    history: { tries: 1, fewKinds: ['docs on claude', 'shell'] },
    finish: { ...quartilesAt(10), p05: null, p95: null },
    costUsd: null,
  })
  expect(text).toContain('Rough: docs on claude, shell had fewer than 3 ended tries')
  expect(text).toContain('Learned from 1 ended try.')
  expect(text).not.toContain('9 of 10 times')
  expect(text).toContain('No price is known.')
})

test('what waits for people is apart, and nothing left is said', () => {
  const text = show({ left: 0, waitsForPeople: 1, finish: null, costUsd: null, criticalPath: [] })
  expect(text).toContain('Nothing is left that goes on by itself.')
  expect(text).toContain('1 task that waits for people or claims')
  cleanup()
  expect(show({}, true)).toContain('if it were resumed now')
})

test('of a long critical path the first ones are shown, and how many more there are', () => {
  const criticalPath = Array.from({ length: 12 }, (_, at) => ({ id: `t${at}`, share: 0.5 }))
  const text = show({ criticalPath })
  expect(screen.getAllByRole('listitem')).toHaveLength(5)
  expect(text).toContain('and 7 more')
})

test('how far off it may be is half of what nine of ten hold, in one unit', () => {
  const spread = (minutes: number) => spreadText({ p05: minutesOn(0), p95: minutesOn(2 * minutes) })
  expect([0.5, 50, 200, 3000].map(spread)).toEqual(['±30 s', '±50 min', '±3 h', '±2 d'])
  expect(spreadText({ p05: null, p95: null })).toBeNull()
})
