/** A text that was cut somewhere, through a secret too: nothing of it is left that a mask would have taken out of the whole. */
import { describe, expect, it } from 'vitest'
import { createMask } from '../../../src/domain/mask.ts'
import { seededRandom } from '../../../src/judging/sampling.ts'
import { cleanPart } from '../../../src/yard/judging/clean-part.ts'
import { cleanerOf } from '../../../src/yard/judging/packet.ts'

const LINES = [
  '-----BEGIN PRIVATE KEY-----',
  'kLmNoPqRsTuVwXyZ0123456789',
  '-----END PRIVATE KEY-----',
]
const KEY = `${LINES[0]}\n${Array.from({ length: 40 }, (_, at) => `${LINES[1]}${at}`).join('\n')}\n${LINES[2]}`
/** Each with parts that a half of it would show. */
const SECRETS: readonly (readonly [string, RegExp])[] = [
  ['the-value-of-a-variable', /the-value|of-a-variable|value-of/],
  ['ghp_AbCdEfGhIjKlMnOpQrStUvWxYz', /ghp_Ab|IjKl|WxYz/],
  ['PASSWORD = "hunter2hunter2"', /hunter2|ter2hunt/],
  ['Authorization: Bearer abcdefghijklmno', /cdefgh|jklmno/],
  ['customer number 4711 of 2026', /4711/],
  [KEY, /kLmNoPqR|uVwXyZ01/],
]
const mask = createMask({ SERVICE_TOKEN: 'the-value-of-a-variable' })
const clean = cleanerOf(mask, {
  redact: ['customer number \\d+ of \\d+', '-----BEGIN[\\s\\S]+?-----END[^-]+-----'],
})

const repeat = (text: string, most: number): string => text.repeat(Math.ceil(most / text.length))

describe.each([
  ['lines', repeat('some words of a line\nand more of it\n', 9000)],
  ['one line', repeat('some words of a line, ', 30_000)],
  ['few lines', repeat('some words of a line\n', 7000)],
])('cut anywhere in %s', (_, filler) => {
  it.each(SECRETS)('half of %s is not left, at either end', (secret, half) => {
    const random = seededRandom(7)
    for (let round = 0; round < 60; round += 1) {
      const at = Math.floor(random() * secret.length)
      const more = filler.slice(0, filler.length - Math.floor(random() * 20))
      const head = cleanPart(clean, `${secret.slice(at)}${more} ${secret} end`, { start: true })
      const tail = cleanPart(clean, `begin ${secret} ${more} ${secret.slice(0, at)}`, { end: true })
      expect(head).not.toMatch(half)
      expect(tail).not.toMatch(half)
      expect([head.endsWith(' end'), tail.startsWith('begin ')]).toEqual([true, true])
    }
  })
})

it('shows nothing of a text that a pattern cannot read, and goes on', () => {
  const strict = cleanerOf(mask, { redact: ['(?:[a-z]|x)+!', 'secret'] })
  expect(strict('a secret')).toBe('a ***')
  expect(strict(`secret ${'a'.repeat(10_000_000)}`)).toMatch(/^\(not shown: .*\)$/)
})

it('keeps all of a text that was not cut, and most of one that was', () => {
  const text = repeat('a line\n', 100_000)
  expect(cleanPart(clean, text, {})).toBe(text)
  expect(cleanPart(clean, text, { start: true, end: true }).length).toBeGreaterThan(89_000)
  expect(cleanPart(clean, 'abcdef', { end: true })).toBe('abc…')
})
