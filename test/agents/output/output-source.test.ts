/** Both streams of an agent as one, in the order in which their lines came. */
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readOutput, readRawOutput } from '../../../src/agents/output/read-output.ts'
import { searchOutput } from '../../../src/agents/output/search-output.ts'
import { openTail } from '../../../src/agents/output/tail.ts'
import { silentLog } from '../../../src/base/log.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import type { ExecutorType } from '../../../src/domain/settings.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yard-merged-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = (stream: 'stdout' | 'stderr', text: string): Promise<void> =>
  appendFile(join(folder, `${stream}.log`), text)
const window = (isEnded: boolean, from = 0, maxBytes = 100_000) => ({
  folder,
  stream: 'merged' as const,
  isEnded,
  from,
  maxBytes,
})
const rawOf = async (isEnded: boolean, from = 0): Promise<string> =>
  (await readRawOutput(window(isEnded, from))).bytes.toString()

async function linesOf(isEnded: boolean, type: ExecutorType = 'kimi'): Promise<string[]> {
  const { reports } = await readOutput(window(isEnded), type)
  return reports.map((each) =>
    each.kind === 'raw' ? `${each.stream}: ${each.text}` : JSON.stringify(each),
  )
}

it('shows lines of stderr where they came, marked', async () => {
  await write('stderr', 'starting\n')
  expect(await linesOf(false)).toEqual(['stderr: starting'])
  await write('stdout', 'one\n')
  expect(await linesOf(false)).toEqual(['stderr: starting', 'stdout: one'])
  await write('stderr', 'a warning\n')
  await linesOf(false)
  await write('stdout', 'two\n')
  const all = ['stderr: starting', 'stdout: one', 'stderr: a warning', 'stdout: two']
  expect(await linesOf(false)).toEqual(all)
  expect(await linesOf(true)).toEqual(all)
})

it('leaves lines whole: what is half written comes when it is whole, and at the end as it is', async () => {
  await write('stdout', 'ha')
  await write('stderr', 'oo')
  expect(await linesOf(false)).toEqual([])
  await write('stdout', 'lf\nlast')
  await write('stderr', 'ps\n')
  expect(await linesOf(false)).toEqual(['stdout: half', 'stderr: oops'])
  expect(await linesOf(true)).toEqual(['stdout: half', 'stderr: oops', 'stdout: last'])
})

it('holds what an earlier program wrote into two files that nobody watched', async () => {
  await write('stdout', 'out\n')
  await write('stderr', 'the reason\n')
  expect(await linesOf(true, 'shell')).toEqual(['stdout: out', 'stderr: the reason'])
})

it('is the one file where there is one, half lines too', async () => {
  await write('stdout', 'out\nPassword: ')
  expect(await rawOf(false)).toBe('out\nPassword: ')
})

it('reads the events of a CLI through what its stderr says in between', async () => {
  const event = (text: string): string =>
    `${JSON.stringify({ type: 'item.completed', item: { id: '1', type: 'agent_message', text } })}\n`
  await write('stdout', event('one'))
  await linesOf(false)
  await write('stderr', 'WARN slow\n')
  await linesOf(false)
  await write('stdout', event('two'))
  const { reports } = await readOutput(window(false), 'codex')
  expect(reports).toEqual([
    { kind: 'text', text: 'one' },
    { kind: 'raw', stream: 'stderr', text: 'WARN slow' },
    { kind: 'text', text: 'two' },
  ])
})

it('is searched as it is shown', async () => {
  await write('stdout', 'first\n')
  await linesOf(false)
  await write('stderr', 'Needle in stderr\n')
  await linesOf(false)
  await write('stdout', 'a needle\n')
  const wish = { folder, stream: 'merged' as const, isEnded: true, text: 'needle', from: 0 }
  const { matches } = await searchOutput({ ...wish, limit: 10 })
  expect(matches).toEqual([
    { offset: 6, line: 'Needle in stderr' },
    { offset: 25, line: 'a needle' },
  ])
  expect(await rawOf(true, 25)).toBe('needle\n')
})

it('has an order though nobody looks at it: the tail notes it', async () => {
  const entry = resolve(import.meta.dirname, '../../../src/agents/tail-worker.ts')
  const tail = openTail({ entry, log: silentLog, intervalMs: 10 })
  const heard = async (bytes: number): Promise<void> => {
    const { promise, resolve: done } = Promise.withResolvers<void>()
    const off = tail.onNews(({ outputBytes }) => void (outputBytes === bytes && done()))
    await promise
    off()
  }
  try {
    await write('stdout', 'one\n')
    await write('stderr', 'between\n')
    const first = heard(4)
    const agent = { agentId: agentIdOf(1), folder, executorType: 'kimi' as const }
    tail.follow(agent)
    await first
    const second = heard(8)
    await write('stdout', 'two\n')
    await second
    await write('stderr', 'last\n')
    await tail.finish(agent)
  } finally {
    await tail.close()
  }
  expect(await linesOf(true)).toEqual([
    ...['stdout: one', 'stderr: between', 'stdout: two', 'stderr: last'],
  ])
})

it('never moves what was read: whoever goes on where it was reads each byte once', async () => {
  const writes = fc.array(
    fc.record({
      stream: fc.constantFrom('stdout' as const, 'stderr' as const),
      text: fc.stringMatching(/^[a-z\n]{1,12}$/),
      isRead: fc.boolean(),
    }),
    { maxLength: 15 },
  )
  await fc.assert(
    fc.asyncProperty(writes, async (all) => {
      await rm(folder, { recursive: true })
      folder = await mkdtemp(join(tmpdir(), 'yard-merged-'))
      await writeFile(join(folder, 'stderr.log'), '')
      let read = ''
      for (const { stream, text, isRead } of all) {
        await write(stream, text)
        if (isRead) read += await rawOf(false, read.length)
      }
      read += await rawOf(true, read.length)
      expect(read).toBe(await rawOf(true))
      const of = (wanted: string): number =>
        all.reduce((sum, { stream, text }) => sum + (stream === wanted ? text.length : 0), 0)
      expect(read).toHaveLength(of('stdout') + of('stderr'))
    }),
    { numRuns: 60 },
  )
})
