/** Old folders of agents keep facts and the end of the output, whatever happens on the way. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  compactOutput,
  KEPT_OUTPUT_BYTES,
  readCompacted,
} from '../../../src/agents/output/compacted-output.ts'
import { readOutput, readRawOutput } from '../../../src/agents/output/read-output.ts'

let home: string
let folder: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'yard-compact-'))
  folder = join(home, 'agent-1')
  await mkdir(folder)
})
afterEach(() => rm(home, { recursive: true, force: true }))

const AT = Date.UTC(2026, 0, 2)
const FACTS = { 'launch.json': '{"version":1}\n', pid: '12 34\n', 'exit.json': '{"code":0}\n' }
const lines = (word: string, count: number): string =>
  Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join('')

async function fill(into: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries({ ...FACTS, ...files }))
    await writeFile(join(into, name), text)
}
const textOf = async (of: string, stream: 'stdout' | 'stderr' | 'merged' = 'merged') => {
  const window = { folder: of, stream, isEnded: true, from: 0, maxBytes: 10_000_000 }
  return (await readRawOutput(window)).bytes.toString()
}

it('keeps the facts and the last whole lines, and says how much there was', async () => {
  const stdout = lines('out', 20_000)
  await fill(folder, { 'stdout.log': stdout, 'prompt.md': 'do it\n' })
  await mkdir(join(folder, 'setup'))
  await writeFile(join(folder, 'setup', 'stdout.log'), 'x'.repeat(1000))
  await compactOutput(folder, AT)
  expect((await readdir(folder)).toSorted()).toEqual(
    [...Object.keys(FACTS), 'compacted'].toSorted(),
  )
  for (const [name, text] of Object.entries(FACTS))
    expect(await readFile(join(folder, name), 'utf8')).toBe(text)
  expect(readCompacted(folder)).toEqual({ at: AT, bytes: stdout.length })
  const kept = await textOf(folder)
  expect(stdout.endsWith(kept)).toBe(true)
  expect(kept).toMatch(/^out \d+\n/)
  expect(kept.length).toBeLessThanOrEqual(KEPT_OUTPUT_BYTES)
  expect(kept.length).toBeGreaterThan(KEPT_OUTPUT_BYTES - 100)
  expect((await stat(join(folder, 'compacted'))).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, 'compacted', 'stdout.log'))).mode & 0o777).toBe(0o600)
  await compactOutput(folder, AT + 1)
  expect(readCompacted(folder)).toEqual({ at: AT, bytes: stdout.length })
  expect(await textOf(folder)).toBe(kept)
})

it('leaves a short output whole', async () => {
  await fill(folder, { 'stdout.log': 'all of it\n', 'stderr.log': '', 'prompt.md': 'do it\n' })
  await compactOutput(folder, AT)
  expect(readCompacted(folder)).toBeNull()
  expect(await textOf(folder)).toBe('all of it\n')
  expect(await readdir(folder)).not.toContain('prompt.md')
})

it('keeps in which order the lines of both streams came', async () => {
  const [stdout, stderr] = [lines('out', 20_000), lines('err', 3)]
  const marks = [`${stdout.length - 6} 0`, `${stdout.length - 6} 12`]
  await fill(folder, {
    'stdout.log': `${stdout.slice(0, -6)}\nlast\n`,
    'stderr.log': stderr,
    'arrivals.log': `${marks.join('\n')}\n`,
  })
  const end = (await textOf(folder)).slice(-200)
  expect(end).toContain('err 0\nerr 1\n\nlast\nerr 2\n')
  await compactOutput(folder, AT)
  expect((await textOf(folder)).slice(-200)).toBe(end)
  const window = { folder, stream: 'merged' as const, isEnded: true, from: 0, maxBytes: 1_000_000 }
  const { reports } = await readOutput(window, 'kimi')
  expect(reports.filter((each) => each.kind === 'raw' && each.stream === 'stderr')).toHaveLength(3)
})

it('keeps the end of a line that is longer than what is kept', async () => {
  await fill(folder, { 'stdout.log': 'y'.repeat(300_000) })
  await compactOutput(folder, AT)
  expect(await textOf(folder)).toBe('y'.repeat(KEPT_OUTPUT_BYTES))
})

it('a draft that a crash left counts for nothing, and a whole that it left goes later', async () => {
  const stdout = lines('out', 20_000)
  await fill(folder, { 'stdout.log': stdout })
  await mkdir(join(folder, 'compacted.new'))
  await writeFile(join(folder, 'compacted.new', 'stdout.log'), 'torn')
  expect(await textOf(folder)).toBe(stdout)
  await compactOutput(folder, AT)
  const kept = await textOf(folder)
  await writeFile(join(folder, 'stdout.log'), stdout)
  expect(await textOf(folder)).toBe(kept)
  await compactOutput(folder, AT)
  expect(await readdir(folder)).not.toContain('stdout.log')
})

it.each([1, 4, 11, 22])('killed at folder %i, each is whole or compacted', async (count) => {
  const stdout = lines('out', 20_000)
  const names = Array.from({ length: 40 }, (_, i) => join(home, `agent-${i + 2}`))
  for (const name of names) {
    await mkdir(name)
    await fill(name, { 'stdout.log': stdout, 'prompt.md': 'do it\n' })
  }
  const module = resolve(import.meta.dirname, '../../../src/agents/output/compacted-output.ts')
  const program = `import { compactOutput } from ${JSON.stringify(module)}
    for (const name of process.argv.slice(1)) {
      process.stdout.write('.')
      await compactOutput(name, ${AT})
    }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, ...names])
  let begun = 0
  child.stdout.on('data', (dots: Buffer) => {
    begun += dots.length
    if (begun >= count) child.kill('SIGKILL')
  })
  await once(child, 'close')
  expect(child.signalCode).toBe('SIGKILL')
  const kept = stdout.slice(stdout.indexOf('\n', stdout.length - KEPT_OUTPUT_BYTES) + 1)
  for (const name of names) expect([stdout, kept]).toContain(await textOf(name))
  for (const name of names) await compactOutput(name, AT)
  for (const name of names) {
    expect(await textOf(name)).toBe(kept)
    expect((await readdir(name)).toSorted()).toEqual(
      [...Object.keys(FACTS), 'compacted'].toSorted(),
    )
  }
})
