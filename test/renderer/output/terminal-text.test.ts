import { describe, expect, test, vi } from 'vitest'
import { textParts } from '../../../src/renderer/output/terminal-text.tsx'

const none = { openers: new Map<string, () => void>(), folder: null }
const hrefs = (text: string): string[] =>
  textParts(text, none).flatMap((part) => (part.kind === 'address' ? [part.href] : []))
const joined = (text: string): string =>
  textParts(text, none)
    .map((part) => part.text)
    .join('')

describe('addresses in a text', () => {
  test('are those of http and https alone, without a user name', () => {
    expect(hrefs('see http://localhost:5173/ and https://example.org/a?b=c#d.')).toEqual([
      'http://localhost:5173/',
      'https://example.org/a?b=c#d',
    ])
    for (const text of [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'data:text/html,x',
      'ftp://example.org',
      'http://',
      'https://good.example@evil.example/',
      'xhttps://example.org',
    ])
      expect(hrefs(text)).toEqual([])
  })

  test('end where the sentence, the quote or the bracket around them goes on', () => {
    expect(
      hrefs('(https://example.org/x), "https://example.org/y"; <https://example.org/z>!'),
    ).toEqual(['https://example.org/x', 'https://example.org/y', 'https://example.org/z'])
    expect(hrefs('https://example.org/wiki/A_(b)')).toEqual(['https://example.org/wiki/A_(b)'])
    expect(hrefs('https://example.org/\u202egnp.exe')).toEqual(['https://example.org/'])
  })

  test('leave the text as it was', () => {
    const text = 'a https://example.org/a, b (http://x.y) \u202e https://example.org/\u202ec'
    expect(joined(text)).toBe(text)
  })
})

test('a file is known by its path from the folder, by the whole path, and with a line behind it', () => {
  const open = vi.fn<() => void>()
  const files = { openers: new Map([['src/a.ts', open]]), folder: '/work/tree' }
  const found = (text: string): string[] =>
    textParts(text, files).flatMap((part) => (part.kind === 'file' ? [part.text] : []))
  expect(found('src/a.ts:12:3 ./src/a.ts "/work/tree/src/a.ts" (src/a.ts).')).toEqual([
    'src/a.ts',
    './src/a.ts',
    '/work/tree/src/a.ts',
    'src/a.ts',
  ])
  expect(found('other/src/a.ts src/a.tsx /src/a.ts https://example.org/src/a.ts')).toEqual([])
  for (const part of textParts('in src/a.ts', files)) if (part.kind === 'file') part.open()
  expect(open).toHaveBeenCalledOnce()
})
