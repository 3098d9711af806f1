import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readOutput } from '../../../src/agents/output/read-output.ts'
import { characterBounds } from '../../../src/agents/output/search-output.ts'
import { STAGE_FILES } from '../../../src/agents/process/stage-files.ts'

/** Reads the bytes in windows of that size, as a page does with a large file. */
function inWindows(bytes: Buffer, size: number): string {
  let text = ''
  for (let from = 0; from < bytes.length;) {
    const piece = bytes.subarray(from, from + size)
    const isCut = { before: from > 0, after: from + size < bytes.length }
    const { begin, end } = characterBounds(piece, isCut)
    text += piece.toString('utf8', begin, end)
    from += end
  }
  return text
}

test('windows side by side make the same text as the whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 4, max: 9 }), (text, size) => {
      const whole = text.toWellFormed()
      expect(inWindows(Buffer.from(whole), size)).toBe(whole)
    }),
  )
})

test('bytes that are no text do not stop the reading', () => {
  const bytes = Buffer.from([0x80, 0x80, 0xff, 0xc3, 0x28, 0xe2, 0x82, 0xf0, 0x9f])
  for (const size of [1, 2, 3, 4]) expect(inWindows(bytes, size).length).toBeGreaterThan(0)
  expect(characterBounds(Buffer.from([0x80]), { before: true, after: true })).toEqual({
    begin: 0,
    end: 1,
  })
})

test('a window says where its first whole line begins', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'yard-window-'))
  try {
    await writeFile(join(folder, STAGE_FILES.stdout), 'one\ntwo\nthree\n')
    const read = async (from: number, maxBytes: number) => {
      const window = { folder, stream: 'stdout', isEnded: true, from, maxBytes } as const
      const { offset, nextOffset } = await readOutput(window, 'shell')
      return [offset, nextOffset]
    }
    expect(await read(0, 5)).toEqual([0, 4])
    expect(await read(4, 100)).toEqual([4, 14])
    expect(await read(5, 9)).toEqual([8, 14])
    expect(await read(9, 3)).toEqual([12, 12])
  } finally {
    await rm(folder, { recursive: true })
  }
})
