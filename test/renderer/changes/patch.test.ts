import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  hunksBetween,
  indexLines,
  keyAt,
  lineTokens,
  parsePatch,
  positionOf,
} from '../../../src/renderer/changes/patch.ts'
import { namedText, textParts } from '../../../src/renderer/changes/shown-line.tsx'

const PATCH = [
  'diff --git a/a.sql b/a.sql',
  'old mode 100644',
  'new mode 100755',
  'index 1..2',
  '--- a/a.sql',
  '+++ b/a.sql',
  '@@ -1,4 +1,4 @@ begin',
  ' select 1',
  '--- a comment of SQL',
  '+++ more',
  ' @@ -1 +1 @@',
  '@@ -90 +90,2 @@',
  '-last',
  '\\ No newline at end of file',
  '+last',
  '+',
  '',
].join('\n')

test('characters that are not seen are told by their codes, and nothing is lost', () => {
  expect(namedText('a\u202Eb\tc\u0000')).toBe('a‹U+202E›b\tc‹U+0000›')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parts = textParts(text)
      expect(parts.map((part) => part.text).join('')).toBe(text)
      const plain = parts.filter(({ code }) => code === null)
      // oxlint-disable-next-line no-control-regex -- that none is left is what is tested
      for (const part of plain) expect(part.text).not.toMatch(/[\0-\x08\n\r\x1B\u202A-\u202E]/)
    }),
  )
})

test('a patch is read by its hunks alone: what lines look like means nothing', () => {
  const { hunks, lines, unended, modeNote } = parsePatch(PATCH)
  expect(modeNote).toBe('Made executable')
  expect(lines).toBe(7)
  expect(hunks.map(({ changes }) => changes.map(({ type, content }) => [type, content]))).toEqual([
    [
      ['normal', 'select 1'],
      ['delete', '-- a comment of SQL'],
      ['insert', '++ more'],
      ['normal', '@@ -1 +1 @@'],
    ],
    [
      ['delete', 'last'],
      ['insert', 'last'],
      ['insert', ''],
    ],
  ])
  expect([...unended]).toEqual(['D90'])
  expect(parsePatch('').hunks).toEqual([])
})

test('every line is found by where it is, on either side', () => {
  const { hunks } = parsePatch(PATCH)
  const index = indexLines(hunks)
  expect(keyAt(index, { side: 'old', line: 2 })).toBe('D2')
  expect(keyAt(index, { side: 'new', line: 2 })).toBe('I2')
  expect(keyAt(index, { side: 'old', line: 3 })).toBe('N3')
  expect(keyAt(index, { side: 'new', line: 3 })).toBe('N3')
  expect(keyAt(index, { side: 'new', line: 50 })).toBeNull()
  for (const { change } of index.byKey.values()) {
    const key = keyAt(index, positionOf(change))
    expect(key && index.byKey.get(key)?.change).toBe(change)
  }
})

test('parts of a diff have a bound and, one after the other, are all of it', () => {
  const { hunks, lines } = parsePatch(PATCH)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), (size) => {
      const seen: string[] = []
      for (let from = 0; from < lines; from += size) {
        const changes = hunksBetween(hunks, from, from + size).flatMap((hunk) => hunk.changes)
        expect(changes.length).toBeLessThanOrEqual(size)
        seen.push(...changes.map(({ content }) => content))
      }
      expect(seen).toEqual(hunks.flatMap((hunk) => hunk.changes.map(({ content }) => content)))
    }),
  )
})

test('words that differ stand out in a small diff; a large one is told by its lines', () => {
  const small = parsePatch('@@ -1 +1 @@\n-one old word\n+one new word')
  expect(JSON.stringify(lineTokens(small.hunks))).toContain('"edit"')
  const long = 'x'.repeat(10_000)
  const far = parsePatch(`@@ -90000000 +90000000 @@\n-${long} old\n+${long} new`)
  const tokens = lineTokens(far.hunks)
  expect(tokens.new[89_999_999]).toEqual([{ type: 'text', value: `${long} new` }])
  expect(tokens.old[89_999_999]).toEqual([{ type: 'text', value: `${long} old` }])
})
