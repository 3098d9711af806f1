import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { clip, errorText, oneLine, shellWord } from '../../src/base/text.ts'

test('a text is cut between characters, and marked', () => {
  expect(clip('abc', 3)).toBe('abc')
  expect(clip('abcd', 3)).toBe('ab…')
  expect(clip('a😀bc', 3).isWellFormed()).toBe(true)
  expect(oneLine(' a\n\t b ')).toBe('a b')
  expect(oneLine('a b c', 4)).toBe('a b…')
})

test('anything may be thrown', () => {
  expect(errorText(new Error('no'))).toBe('no')
  expect(errorText(undefined)).toBe('undefined')
})

test.skipIf(process.platform === 'win32')(
  'a shell reads a word back as it was (no sh on Windows)',
  () => {
    const words = ['a', '', "it's", '$HOME `x` "q" \\', '~', '-n', 'a\nb', '*', 'a=b']
    const line = `printf '%s\\0' ${words.map(shellWord).join(' ')}`
    const read = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })
    expect(read.split('\0').slice(0, -1)).toEqual(words)
    expect(shellWord('src/a-b.ts')).toBe('src/a-b.ts')
  },
)
