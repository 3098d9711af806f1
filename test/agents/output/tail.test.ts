import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import { openTail, type Tail } from '../../../src/agents/output/tail.ts'
import type { TailedAgent, TailNews } from '../../../src/agents/output/followed-output.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import type { ExecutorType } from '../../../src/domain/settings.ts'
import { transcript } from '../executors/readers/transcript.ts'

const ENTRY = resolve(import.meta.dirname, '../../../src/agents/tail-worker.ts')
let root: string
let tail: Tail
let all: TailNews[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yard-tail-'))
  tail = openTail({ entry: ENTRY, log: silentLog, intervalMs: 20 })
  all = []
  tail.onNews((news) => all.push(news))
})
afterEach(async () => {
  await tail.close()
  await rm(root, { recursive: true, force: true })
})

async function agentOf(
  number: number,
  executorType: ExecutorType,
  stdout = '',
): Promise<TailedAgent> {
  const folder = await mkdtemp(join(root, 'agent-'))
  await writeFile(join(folder, 'stdout.log'), stdout)
  await writeFile(join(folder, 'stderr.log'), '')
  return { agentId: agentIdOf(number), folder, executorType }
}

/** The next news that fits. */
const newsWhere = (fits: (news: TailNews) => boolean): Promise<TailNews> =>
  new Promise((done) => {
    const off = tail.onNews((news) => {
      if (!fits(news)) return
      off()
      done(news)
    })
  })

it('tells what is written while it is written, also in half lines', async () => {
  const agent = await agentOf(1, 'codex')
  const file = join(agent.folder, 'stdout.log')
  tail.follow(agent)
  const [first = '', rest = ''] = [
    '{"type":"item.completed","item":{"id":"1","type":"agent_message",',
    '"text":"grüße 🚀"}}\n',
  ]
  const half = newsWhere(({ outputBytes }) => outputBytes > 0)
  await appendFile(file, first)
  expect((await half).reports).toEqual([])
  const whole = newsWhere(({ reports }) => reports.length > 0)
  await appendFile(file, rest)
  const { reports, doing, heardAt } = await whole
  expect(reports).toEqual([{ kind: 'text', text: 'grüße 🚀' }])
  expect(doing).toBe('grüße 🚀')
  expect(Math.abs((heardAt ?? 0) - Date.now())).toBeLessThan(60_000)
})

it('finishes with the whole summary, from the first byte and with the last half line', async () => {
  const agent = await agentOf(2, 'claude', transcript('claude-tool').trimEnd())
  await writeFile(join(agent.folder, 'stderr.log'), `${'noise '.repeat(2000)}the last words`)
  const { summary, stderrTail, outputBytes } = await tail.finish(agent)
  expect(summary).toMatchObject({ final: { ok: true }, mutatingToolCalls: 1, failure: null })
  expect(summary.conversation).not.toBeNull()
  expect(stderrTail.endsWith('the last words')).toBe(true)
  expect(stderrTail.length).toBeLessThanOrEqual(4096)
  expect(outputBytes).toBe(Buffer.byteLength(transcript('claude-tool').trimEnd()))
})

it('goes on where it is when a followed agent finishes, and reads nothing twice', async () => {
  const agent = await agentOf(3, 'codex', transcript('codex-text'))
  tail.follow(agent)
  tail.follow(agent)
  await newsWhere(({ outputBytes }) => outputBytes > 0)
  const [one, two] = await Promise.all([tail.finish(agent), tail.finish(agent)])
  expect(one).toBe(two)
  expect(
    all.flatMap((news) => news.reports).filter((report) => report.kind === 'text'),
  ).toHaveLength(1)
})

it('shows that an agent waits for its provider, until something else is heard', async () => {
  const [retry = '', ...others] = transcript('claude-529-recovers')
    .split('\n')
    .filter((line) => !line.includes('"init"'))
  const agent = await agentOf(4, 'claude', `${retry}\n`)
  tail.follow(agent)
  const { waiting } = await newsWhere((news) => news.waiting !== null)
  expect(waiting?.why).toContain('529')
  expect(waiting?.until).toBeGreaterThan(0)
  const over = newsWhere((news) => news.waiting === null)
  await appendFile(join(agent.folder, 'stdout.log'), others.join('\n'))
  await over
})

it('only measures the output of a shell', async () => {
  const agent = await agentOf(5, 'shell', 'line\n'.repeat(1000))
  tail.follow(agent)
  const news = await newsWhere(({ outputBytes }) => outputBytes === 5000)
  expect(news.reports).toEqual([])
  expect((await tail.finish(agent)).summary.final).toBeNull()
})

it('reads noise, and files that are not there, without a fault', async () => {
  const agent = await agentOf(6, 'claude')
  await writeFile(
    join(agent.folder, 'stdout.log'),
    Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * 31) % 256)),
  )
  expect((await tail.finish(agent)).summary.final).toBeNull()
  const gone = { ...agent, agentId: agentIdOf(7), folder: join(root, 'nowhere') }
  expect((await tail.finish(gone)).summary.final).toBeNull()
})

it('forgets an agent', async () => {
  const agent = await agentOf(8, 'codex')
  const other = await agentOf(9, 'codex')
  tail.follow(agent)
  tail.follow(other)
  tail.forget(agent.agentId)
  await appendFile(join(agent.folder, 'stdout.log'), transcript('codex-text'))
  const heard = newsWhere(({ outputBytes }) => outputBytes > 0)
  await appendFile(join(other.folder, 'stdout.log'), transcript('codex-text'))
  expect((await heard).agentId).toBe(other.agentId)
})

describe('a worker that cannot live', () => {
  it('never keeps an agent from being settled', async () => {
    const entry = join(root, 'broken.mjs')
    await writeFile(entry, 'throw new Error("no")')
    const broken = openTail({ entry, log: silentLog })
    const agent = await agentOf(10, 'codex', transcript('codex-text'))
    expect((await broken.finish(agent)).summary.final).toBeNull()
    expect((await broken.finish(agent)).summary.final).toBeNull()
    await broken.close()
    expect((await broken.finish(agent)).outputBytes).toBe(0)
  })
})

describe('twenty agents that flood', () => {
  it('are read to their end, and the news of them stays small', { timeout: 60_000 }, async () => {
    const event = {
      type: 'item.completed',
      item: { id: '1', type: 'agent_message', text: 'x'.repeat(2000) },
    }
    const flood = `${JSON.stringify(event)}\n`.repeat(2500)
    const agents = await Promise.all(
      Array.from({ length: 20 }, (_, n) => agentOf(100 + n, 'codex', flood)),
    )
    for (const agent of agents) tail.follow(agent)
    const outputs = await Promise.all(agents.map((agent) => tail.finish(agent)))
    expect(outputs.every(({ outputBytes }) => outputBytes === flood.length)).toBe(true)
    const told = all.reduce((sum, news) => sum + JSON.stringify(news.reports).length, 0)
    expect(told).toBeLessThan(flood.length * 5)
    expect(all.some((news) => news.dropped > 0)).toBe(true)
    expect(Math.max(...all.map((news) => JSON.stringify(news.reports).length))).toBeLessThan(
      64 * 1024,
    )
  })
})

it('sees on stderr that a CLI waits for its provider, until it says something again', async () => {
  const agent = await agentOf(9, 'gemini', '{"type":"init","session_id":"one"}\n')
  tail.follow(agent)
  await newsWhere((news) => news.conversation === 'one')
  const waits = newsWhere((news) => news.waiting !== null)
  await appendFile(
    join(agent.folder, 'stderr.log'),
    'Warning: 256 colors\nAttempt 1 failed with status 529. Retrying with backoff...\n',
  )
  expect((await waits).waiting).toEqual({
    until: null,
    why: 'its provider answered 529; try 1 failed',
  })
  const goesOn = newsWhere((news) => news.waiting === null)
  const event = { type: 'tool_use', tool_id: '1', tool_name: 'read_file', parameters: {} }
  await appendFile(join(agent.folder, 'stdout.log'), `${JSON.stringify(event)}\n`)
  expect((await goesOn).doing).toContain('read_file')
})

it('gives the last piece of an answer when its agent has ended', async () => {
  const message = { type: 'message', role: 'assistant', content: 'A last word', delta: true }
  const agent = await agentOf(10, 'gemini', `${JSON.stringify(message)}\n`)
  tail.follow(agent)
  const told = newsWhere((news) => news.reports.some((report) => report.kind === 'text'))
  await tail.finish(agent)
  expect((await told).reports).toContainEqual({ kind: 'text', text: 'A last word' })
})
