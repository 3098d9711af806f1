import { expect, it } from 'vitest'
import { resetOf } from '../../../src/agents/native/provider-error.ts'

const NOW = Date.UTC(2026, 10, 21, 9)
const inSeconds = (headers: Record<string, string>): number | null => {
  const { resetAt } = resetOf(headers, NOW)
  return resetAt === null ? null : (resetAt - NOW) / 1000
}

it.each([
  ['seconds', { 'retry-after': '30' }, 30],
  ['milliseconds, which are finer', { 'retry-after': '1', 'retry-after-ms': '1500' }, 1.5],
  ['a date', { 'retry-after': new Date(NOW + 90_000).toUTCString() }, 90],
  ['a date that has passed', { 'retry-after': new Date(NOW - 90_000).toUTCString() }, 0],
  [
    'the window of Anthropic in which nothing is left',
    {
      'anthropic-ratelimit-requests-remaining': '3',
      'anthropic-ratelimit-requests-reset': new Date(NOW + 900_000).toISOString(),
      'anthropic-ratelimit-tokens-remaining': '0',
      'anthropic-ratelimit-tokens-reset': new Date(NOW + 20_000).toISOString(),
    },
    20,
  ],
  [
    'the later of two spent windows of OpenAI',
    {
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '120ms',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m1.5s',
    },
    361.5,
  ],
  ['nothing', {}, null],
  [
    'a window that is not spent',
    { 'x-ratelimit-remaining-tokens': '9', 'x-ratelimit-reset-tokens': '6m' },
    null,
  ],
  ['nonsense', { 'retry-after': 'soon', 'retry-after-ms': '-4' }, null],
  ['a time that no provider means', { 'retry-after': '99999999' }, null],
])('%s', (_what, headers, seconds) => {
  expect(inSeconds(headers)).toBe(seconds)
})

it('a subscription that is used up has its own reset, in seconds since 1970', () => {
  const limit = resetOf(
    {
      'anthropic-ratelimit-unified-status': 'rejected',
      'anthropic-ratelimit-unified-reset': String(NOW / 1000 + 7200),
      'retry-after': '1',
    },
    NOW,
  )
  expect(limit).toEqual({ resetAt: NOW + 7_200_000, isSpent: true })
  const allowed = { 'anthropic-ratelimit-unified-status': 'allowed' }
  expect(resetOf(allowed, NOW)).toEqual({ resetAt: null, isSpent: false })
})
