import { expect, test } from 'vitest'
import { parseBytes } from '../../src/domain/format.ts'

test.each([
  ['0', 0],
  ['1024', 1024],
  ['512MB', 512e6],
  [' 1.5 GiB ', 1.5 * 2 ** 30],
  ['1gb', 1e9],
  ['2 TB', 2e12],
  ['10 b', 10],
  ['3KiB', 3072],
])('%s is %d bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})

test.each(['', 'GB', '-1', '1e9', '1 XB', '1 GB free', '1.2.3', '999999999999999 TB', 'toString'])(
  '%s is no amount',
  (text) => {
    expect(parseBytes(text)).toBeNull()
  },
)
