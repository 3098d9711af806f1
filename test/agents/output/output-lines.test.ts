import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findLine } from '../../../src/agents/output/output-source.ts'
import { readOutput } from '../../../src/agents/output/read-output.ts'
import { STAGE_FILES } from '../../../src/agents/process/stage-files.ts'

function placeWith(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'yard-lines-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, STAGE_FILES.stdout), text)
  return { folder, stream: 'merged', isEnded: true } as const
}

it('tells the line of a byte, and where a line begins, also beyond the first piece', async () => {
  const texts = Array.from({ length: 30_000 }, (_, index) => `line ${index + 1} ü\n`)
  const place = placeWith(texts.join(''))
  for (const line of [1, 2, 17_000, 30_000]) {
    const offset = Buffer.byteLength(texts.slice(0, line - 1).join(''))
    expect(await findLine(place, { line })).toEqual({ line, offset })
    expect(await findLine(place, { offset })).toEqual({ line, offset })
    expect(await findLine(place, { offset: offset + 3 })).toEqual({ line, offset: offset + 3 })
  }
})

it('beyond the end there is the last line; an empty output has one', async () => {
  expect(await findLine(placeWith('a\nbc\n'), { line: 99 })).toEqual({ line: 2, offset: 2 })
  expect(await findLine(placeWith('a\nbc'), { line: 99 })).toEqual({ line: 2, offset: 2 })
  expect(await findLine(placeWith('a\nbc\n'), { offset: 99 })).toEqual({ line: 3, offset: 5 })
  expect(await findLine(placeWith(''), { line: 5 })).toEqual({ line: 1, offset: 0 })
})

it('a parsed window says from which lines its reports come, empty lines counted', async () => {
  const place = placeWith('one\n\ntwo\nthree')
  const read = await readOutput({ ...place, from: 0, maxBytes: 9 }, 'shell')
  expect(read).toMatchObject({ lines: [0, 2], lineCount: 3 })
  const rest = await readOutput({ ...place, from: 9, maxBytes: 100 }, 'shell')
  expect(rest).toMatchObject({ lines: [0], lineCount: 0 })
})
