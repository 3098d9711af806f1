import { expect, test } from 'vitest'
import { plainText } from '../../src/domain/output.ts'
import { lastLines } from '../../src/domain/failure.ts'

test('what was written for a terminal reads as text', () => {
  const written =
    '\u001b[31merror\u001b[0m: 10%\r20%\rdone\r\n\u001b]0;title\u0007next\u0000\u0007\ttab\n'
  expect(plainText(written)).toBe('done\nnext \ttab\n')
})

test('the last lines leave out empty ones and the middle of none', () => {
  expect(lastLines('a\n\nb\n  \nc\n', 2)).toBe('b\nc')
  expect(lastLines('x'.repeat(1000), 1)).toHaveLength(300)
  expect([lastLines(null), lastLines('\n \n')]).toEqual([null, null])
})
