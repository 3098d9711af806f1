import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readOutput, readRawOutput } from '../../../src/agents/output/read-output.ts'
import type { OutputReport } from '../../../src/domain/output.ts'
import type { ExecutorType } from '../../../src/domain/settings.ts'
import { transcript } from '../executors/readers/transcript.ts'

let folder: string
let place: { folder: string; stream: 'stdout' }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yard-output-'))
  place = { folder, stream: 'stdout' }
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = (text: string | Uint8Array, stream = 'stdout'): Promise<void> =>
  writeFile(join(folder, `${stream}.log`), text)
const rawTexts = (reports: readonly OutputReport[]): readonly string[] =>
  reports.map((report) => (report.kind === 'raw' ? report.text : report.kind))

/** Reads window after window until it gets no further. */
async function readThrough(
  executorType: ExecutorType,
  maxBytes: number,
  isEnded = true,
): Promise<readonly OutputReport[]> {
  const reports: OutputReport[] = []
  for (let from = 0, next = -1; ; from = next) {
    const window = { folder, stream: 'stdout' as const, isEnded, from, maxBytes }
    const read = await readOutput(window, executorType)
    reports.push(...read.reports)
    next = read.nextOffset
    if (next === from) return reports
  }
}

it('gives the same lines whatever the window is', async () => {
  await write('one\ntwo 🚀\nthree\nfour')
  for (const maxBytes of [12, 13, 20, 1000]) {
    expect(rawTexts(await readThrough('shell', maxBytes))).toEqual([
      'one',
      'two 🚀',
      'three',
      'four',
    ])
  }
})

it('parses what a CLI prints', async () => {
  await write(transcript('claude-tool'))
  const reports = await readThrough('claude', 64 * 1024)
  expect(reports.map((report) => report.kind)).toEqual([
    'conversation',
    'tool-call',
    'usage',
    'tool-result',
    'text',
    'usage',
    'usage',
    'result',
  ])
})

it('leaves a half line for later while its agent lives', async () => {
  await write('whole\nhal')
  expect(rawTexts(await readThrough('shell', 1000, false))).toEqual(['whole'])
  await write('whole\nhalf\n')
  const window = { ...place, isEnded: false, from: 6, maxBytes: 1000 }
  const { reports } = await readOutput(window, 'shell')
  expect(rawTexts(reports)).toEqual(['half'])
})

it('reads the end of a file, from a whole line on', async () => {
  await write('first\nsecond\nthird\n')
  const window = { ...place, isEnded: true, from: -9, maxBytes: 100 }
  const { reports, sizeBytes } = await readOutput(window, 'shell')
  expect(rawTexts(reports)).toEqual(['third'])
  expect(sizeBytes).toBe(19)
})

it('gets past a line that is longer than a window', async () => {
  await write(`a\n${'x'.repeat(5000)}\nb\n`)
  expect(rawTexts(await readThrough('shell', 1000)).filter((text) => text.length === 1)).toEqual([
    'a',
    'b',
  ])
})

it('reads stderr as it is, and a file that is not there as empty', async () => {
  await write('a warning\n', 'stderr')
  const window = { ...place, stream: 'stderr' as const, isEnded: true, from: 0, maxBytes: 100 }
  const { reports } = await readOutput(window, 'claude')
  expect(reports).toEqual([{ kind: 'raw', stream: 'stderr', text: 'a warning' }])
  expect(await readThrough('claude', 100)).toEqual([])
})

describe('200 MB', () => {
  it('are read window by window, wherever one looks', async () => {
    const file = await open(join(folder, 'stdout.log'), 'w')
    await file.truncate(200 * 1024 * 1024)
    await file.write('\nthe last line\n', 200 * 1024 * 1024)
    await file.close()
    const raw = await readRawOutput({
      ...place,
      isEnded: true,
      from: 100 * 1024 * 1024,
      maxBytes: 4096,
    })
    expect(raw).toMatchObject({
      nextOffset: 100 * 1024 * 1024 + 4096,
      sizeBytes: 200 * 1024 * 1024 + 15,
    })
    expect(raw.bytes).toHaveLength(4096)
    const window = { ...place, isEnded: true, from: -4096, maxBytes: 4096 }
    const { reports } = await readOutput(window, 'shell')
    expect(rawTexts(reports)).toEqual(['the last line'])
  })
})
