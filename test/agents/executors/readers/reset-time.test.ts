import { describe, expect, it } from 'vitest'
import { parseResetAt } from '../../../../src/agents/executors/readers/provider-failure.ts'

/** A Saturday in summer, 10:30 in London. */
const AT = Date.UTC(2026, 6, 4, 9, 30)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('a delay', () => {
  it.each([
    ['try again in 2.5s', 2500],
    ['Please try again in 250ms.', 250],
    ['try again in 1m30s', 90_000],
    ['Try again in 3 days 4 hours 12 minutes.', (76 * 60 + 12) * MINUTE],
    ['try again in 5 hours and 1 minute', 301 * MINUTE],
    ['retry after 20 seconds', 20_000],
  ])('%s', (text, ms) => {
    expect(parseResetAt(text, AT)).toBe(AT + ms)
  })
})

describe('a clock time, cut to the minute, is the end of that minute', () => {
  it.each([
    ['resets 11:45am (Europe/London)', Date.UTC(2026, 6, 4, 10, 46)],
    ['resets 3pm (America/New_York)', Date.UTC(2026, 6, 4, 19, 1)],
    ['resets 4:14am (UTC)', Date.UTC(2026, 6, 5, 4, 15)],
    ['resets 12am (UTC)', Date.UTC(2026, 6, 5, 0, 1)],
    ['resets Jul 7, 3pm (UTC)', Date.UTC(2026, 6, 7, 15, 1)],
    ['resets 12:05 PM (Asia/Kolkata)', Date.UTC(2026, 6, 5, 6, 36)],
  ])('%s', (text, instant) => {
    expect(parseResetAt(text, AT)).toBe(instant)
  })

  it('is of this machine where no zone is named, today or tomorrow', () => {
    const resetAt = parseResetAt('purchase more credits or try again at 4:13 AM.', AT) ?? 0
    const local = new Date(resetAt)
    expect([local.getHours(), local.getMinutes()]).toEqual([4, 14])
    expect(resetAt - AT).toBeGreaterThan(0)
    expect(resetAt - AT).toBeLessThanOrEqual(24 * HOUR)
  })

  it('reads a whole date', () => {
    const resetAt = new Date(parseResetAt('try again at Jul 9th, 2026 4:05 PM.', AT) ?? 0)
    expect([
      resetAt.getMonth(),
      resetAt.getDate(),
      resetAt.getHours(),
      resetAt.getMinutes(),
    ]).toEqual([6, 9, 16, 6])
  })
})

it('reads seconds since 1970', () => {
  const seconds = Math.floor((AT + HOUR) / 1000)
  expect(parseResetAt(`Claude AI usage limit reached|${seconds}`, AT)).toBe(seconds * 1000)
})

it.each([
  'You exceeded your current quota.',
  'try again later',
  'in 3 files',
  'at 25:99',
  'resets 3pm (Not/AZone) maybe'.replace('3pm', 'soon'),
  'Claude AI usage limit reached|1600000000',
  'try again in 400 days',
])('names no time that can be believed: %s', (text) => {
  expect(parseResetAt(text, AT)).toBeNull()
})
