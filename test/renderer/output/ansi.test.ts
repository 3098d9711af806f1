import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAnsi } from '../../../src/renderer/output/ansi.ts'

const ESC = '\u001b'
const textOf = (text: string): string =>
  parseAnsi(text)
    .map((span) => span.text)
    .join('')

test('colours, weight and their end are kept', () => {
  const spans = parseAnsi(`a${ESC}[1;31mb${ESC}[22mc${ESC}[39md${ESC}[7me${ESC}[0mf`)
  expect(spans.map(({ text, style }) => [text, style.color, style.bold, style.reverse])).toEqual([
    ['a', null, false, false],
    ['b', 1, true, false],
    ['c', 1, false, false],
    ['d', null, false, false],
    ['e', null, false, true],
    ['f', null, false, false],
  ])
})

test.each([
  ['38;5;9', 9],
  ['38;5;196', 1],
  ['38;5;46', 2],
  ['38;5;244', 7],
  ['38;2;20;20;240', 4],
  ['38:2:240:240:0', 3],
  ['97', 15],
])('%s is the nearest of the sixteen', (code, color) => {
  expect(parseAnsi(`${ESC}[${code}mx`)[0]?.style.color).toBe(color)
})

test.each([
  ['moves and clearings', `a${ESC}[2J${ESC}[10;4Hb`],
  ['a title that ends in BEL', `a${ESC}]0;title\u0007b`],
  ['a link that ends in ST', `a${ESC}]8;;http://x${ESC}\\b`],
  ['a device string', `a${ESC}Pq#0${ESC}\\b`],
  ['one-byte forms', 'a\u009b2Jb'],
  ['a charset', `a${ESC}(Bb`],
  ['bells and backspaces', 'a\u0007\u0008b'],
])('dropped: %s', (_what, text) => {
  expect(textOf(text)).toBe('ab')
})

test('a string without an end takes no more than its line', () => {
  expect(textOf(`a${ESC}]0;never ends\nb`)).toBe('a\nb')
})

test('a carriage return begins its line anew, one before a newline does not', () => {
  expect(textOf('one\n10 %\r20 %\r100 %\ntwo\r\nthree')).toBe('one\n100 %\ntwo\nthree')
  expect(textOf(`10 %\r${ESC}[K20 %`)).toBe('20 %')
})

test('whatever comes, no control but tab and newline is left, and plain text stays as it is', () => {
  const signs = fc.constantFrom(
    ESC,
    '[',
    ']',
    'm',
    '3',
    ';',
    '\r',
    '\n',
    '\t',
    '\u009b',
    '\u0007',
    'x',
  )
  fc.assert(
    fc.property(fc.array(signs, { maxLength: 60 }), (parts) => {
      // oxlint-disable-next-line no-control-regex -- they are what is looked for
      expect(textOf(parts.join(''))).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    }),
  )
  fc.assert(
    fc.property(fc.string(), (text) => {
      // oxlint-disable-next-line no-control-regex -- they are what must not be there
      fc.pre(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text))
      expect(textOf(text)).toBe(text)
    }),
  )
})
