import { expect, it } from 'vitest'
import { atTime, clockTime } from '../../../src/yard/views/iso-time.ts'

const now = new Date(2026, 10, 22, 12, 0).getTime()

it.each([
  [new Date(2026, 10, 22, 22, 0), '22:00', 'at 22:00'],
  [new Date(2026, 10, 23, 9, 0), 'tomorrow 09:00', 'tomorrow at 09:00'],
  [new Date(2026, 10, 24, 9, 0), '24 Nov 09:00', 'on 24 Nov at 09:00'],
  [new Date(2027, 0, 5, 9, 0), '5 Jan 2027 09:00', 'on 5 Jan 2027 at 09:00'],
])('%s is %s, and in a sentence %s', (at, short, sentence) => {
  expect(clockTime(at.getTime(), now)).toBe(short)
  expect(atTime(at.getTime(), now)).toBe(sentence)
})
