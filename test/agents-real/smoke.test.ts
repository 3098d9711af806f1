/** Both CLIs, really run against the mock, do what their executors say of them. */
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Profile } from '../../src/domain/settings.ts'
import type { MockLlm } from '../support/mock-llm/server.ts'
import { installAgentClis, type AgentCli } from './install.ts'
import { realProfiles, startMock } from './real-agents.ts'
import { runCli, type CliOrder, type CliRun } from './run-cli.ts'

const INSTALL_MS = 300_000
const RUN_MS = 60_000

let mock: MockLlm
let home: string
let cwd: string
let profiles: Record<AgentCli, Profile>

beforeAll(async () => {
  mock = await startMock()
  home = await mkdtemp(join(tmpdir(), 'yard-real-'))
  profiles = await realProfiles(mock.url, await installAgentClis(), home)
}, INSTALL_MS)
afterAll(async () => {
  await mock.close()
  await rm(home, { recursive: true, force: true })
})
beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(home, 'work-')))
})

async function run(order: Omit<CliOrder, 'cwd'>): Promise<CliRun> {
  const ran = await runCli({ cwd, ...order })
  if (!ran.ok) throw new Error(ran.error.reason)
  return ran.value
}

describe.each(['claude', 'codex'] as const)('%s', { timeout: RUN_MS }, (cli) => {
  it('answers with a text, its usage and its conversation', async () => {
    const { exitCode, summary, conversationId } = await run({
      profile: profiles[cli],
      prompt: '[[mock:text text="All is well."]]',
    })
    expect(exitCode).toBe(0)
    expect(summary.final).toEqual({ ok: true, text: 'All is well.' })
    expect(summary.failure).toBeNull()
    expect(summary.usage?.inputTokens).toBeGreaterThan(0)
    expect(summary.conversation).toMatch(/^[0-9a-f-]{36}$/)
    // Codex chooses its own id.
    expect(summary.conversation).toBe(conversationId ?? summary.conversation)
  })

  it('passes a model id that looks like an option as a model id', async () => {
    await run({ profile: profiles[cli], prompt: '[[mock:text id=odd]]', modelId: '--help' })
    expect(mock.requests.at(-1)?.model).toBe('--help')
  })

  it('runs a tool that writes a file, and is seen to have changed something', async () => {
    const { summary, reports } = await run({
      profile: profiles[cli],
      prompt: '[[mock:tool cmd="echo hi > out.txt"]]',
    })
    expect(await readFile(join(cwd, 'out.txt'), 'utf8')).toBe('hi\n')
    expect(summary.mutatingToolCalls).toBe(1)
    expect(
      reports.some((report) => report.kind === 'tool-call' && report.summary.includes('echo hi')),
    ).toBe(true)
  })

  it('resumes a conversation: the model sees the first prompt again', async () => {
    const first = await run({ profile: profiles[cli], prompt: '[[mock:text]] the first words' })
    const resume = first.summary.conversation ?? ''
    const second = await run({
      profile: profiles[cli],
      prompt: '[[mock:text text=second]] go on',
      resume,
    })
    expect(second.summary.final).toEqual({ ok: true, text: 'second' })
    expect(second.summary.conversation).toBe(resume)
    expect(mock.requests.at(-1)?.userTexts.join('\n')).toContain('the first words')
  })

  it('fails with the quota and the time of its reset', async () => {
    const { exitCode, summary } = await run({
      profile: profiles[cli],
      prompt: '[[mock:quota reset=7200]]',
    })
    expect(exitCode).not.toBe(0)
    expect(summary.final?.ok).toBe(false)
    expect(summary.failure?.class).toBe('quota')
    const waitMs = (summary.failure?.resetAt ?? 0) - Date.now()
    expect(waitMs).toBeGreaterThan(7_000_000)
    expect(waitMs).toBeLessThan(7_300_000)
  })

  it.each([
    ['401', 'auth'],
    ['404', 'bad-model'],
    ['429', 'rate-limit'],
    ['529', 'overload'],
    ['overflow', 'context-overflow'],
  ] as const)('sorts %s as %s', async (marker, failureClass) => {
    const { summary } = await run({ profile: profiles[cli], prompt: `[[mock:${marker}]]` })
    expect(summary.final?.ok).toBe(false)
    expect(summary.failure?.class).toBe(failureClass)
  })

  it('gets over an overload by itself', async () => {
    const { summary } = await run({
      profile: profiles[cli],
      prompt: `[[mock:529 times=1 id=${cli}]]`,
    })
    expect(summary.final?.ok).toBe(true)
    expect(summary.failure).toBeNull()
  })

  it('stops at its signal while its provider is silent, and does not say that it is done', async () => {
    const stop = new AbortController()
    const running = run({
      profile: profiles[cli],
      prompt: `[[mock:hang id=${cli}]]`,
      signal: stop.signal,
    })
    await mock.seen(
      (request) => request.behaviour.name === 'hang' && request.behaviour.args.id === cli,
    )
    stop.abort()
    const { summary } = await running
    // Claude sometimes still says an error, sometimes nothing; never that it is done.
    expect(summary.final?.ok).not.toBe(true)
  })

  it('in mode light it changes no files', async () => {
    const task = { mode: 'light' as const }
    const marker = cli === 'claude' ? '[[mock:write]]' : '[[mock:tool cmd="echo hi > out.txt"]]'
    await run({ profile: profiles[cli], prompt: marker, task })
    await expect(readFile(join(cwd, 'out.txt'), 'utf8')).rejects.toThrow('ENOENT')
  })

  it('reached nothing but the mock', () => {
    expect(mock.strangers.filter((line) => line !== 'HEAD /')).toEqual([])
  })
})
