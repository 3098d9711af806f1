/** Every CLI, really run against the mock, does what its executor says of it. */
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FailureClass } from '../../src/domain/failure.ts'
import type { Profile } from '../../src/domain/settings.ts'
import type { MockLlm } from '../support/mock-llm/server.ts'
import { installAgentClis, type AgentCli } from './install.ts'
import { nativeProfile, realProfiles, startMock } from './real-agents.ts'
import { runCli, type CliOrder, type CliRun } from './run-cli.ts'

const INSTALL_MS = 300_000
const RUN_MS = 170_000

interface Facts {
  /** Which failures are asked for: some try again for minutes before they fail. */
  readonly failures: readonly (readonly [marker: string, FailureClass])[]
  /** A spent quota comes with the time of its reset. */
  readonly tellsReset: boolean
  /** Exit code of a failure. */
  readonly failsWith: 'zero' | 'other'
  /** Of a conversation that began in another folder. */
  readonly elsewhere: 'goes on' | 'fails' | 'not asked'
}

const SURE = [
  ['401', 'auth'],
  ['404', 'bad-model'],
  ['overflow', 'context-overflow'],
] as const
const BUSY = [
  ['429', 'rate-limit'],
  ['529', 'overload'],
] as const

/** Our own agent is asked the same. Kimi takes no prompt but one that it reads itself: see its own test. */
type Asked = Exclude<AgentCli, 'kimi'> | 'native'

const FACTS: Readonly<Record<Asked, Facts>> = {
  claude: {
    failures: [...SURE, ...BUSY],
    tellsReset: true,
    failsWith: 'other',
    elsewhere: 'fails',
  },
  codex: {
    failures: [...SURE, ...BUSY],
    tellsReset: true,
    failsWith: 'other',
    elsewhere: 'goes on',
  },
  gemini: {
    failures: [...SURE, ...BUSY],
    tellsReset: true,
    failsWith: 'other',
    elsewhere: 'fails',
  },
  // It says nothing of its tries, and goes on with them for longer than a test may take.
  qwen: {
    failures: SURE,
    tellsReset: false,
    failsWith: 'zero',
    elsewhere: 'fails',
  },
  // It hangs in another folder.
  opencode: {
    failures: [...SURE, ['429 retry-after=1', 'rate-limit'], ['529', 'overload']],
    tellsReset: true,
    failsWith: 'other',
    elsewhere: 'not asked',
  },
  pi: {
    failures: [...SURE, ...BUSY],
    tellsReset: false,
    failsWith: 'zero',
    elsewhere: 'fails',
  },
  copilot: {
    failures: [...SURE, ...BUSY],
    tellsReset: false,
    failsWith: 'other',
    elsewhere: 'goes on',
  },
  native: {
    failures: [...SURE, ...BUSY],
    tellsReset: true,
    failsWith: 'other',
    elsewhere: 'goes on',
  },
}
const CLIS = ['claude', 'codex', 'gemini', 'qwen', 'opencode', 'pi', 'copilot', 'native'] as const

let mock: MockLlm
let home: string
let cwd: string
let profiles: Record<Asked, Profile>

beforeAll(async () => {
  mock = await startMock()
  home = await mkdtemp(join(tmpdir(), 'yard-real-'))
  const native = nativeProfile(mock.url)
  profiles = { ...(await realProfiles(mock.url, await installAgentClis(), home)), native }
}, INSTALL_MS)
afterAll(async () => {
  await mock.close()
  await rm(home, { recursive: true, force: true })
})
beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(home, 'work-')))
})

async function run(order: Omit<CliOrder, 'cwd'> & { cwd?: string }): Promise<CliRun> {
  const own = order.profile.type === 'native' ? { home: join(home, 'homes') } : {}
  const ran = await runCli({ cwd, ...own, ...order })
  if (!ran.ok) throw new Error(ran.error.reason)
  return ran.value
}

describe.each(CLIS)('%s', { timeout: RUN_MS }, (cli) => {
  const facts = FACTS[cli]

  it('answers with a text, its usage and its conversation', async () => {
    const { exitCode, summary, conversationId } = await run({
      profile: profiles[cli],
      prompt: '[[mock:text text="All is well."]]',
    })
    expect(exitCode).toBe(0)
    expect(summary.final).toEqual({ ok: true, text: 'All is well.' })
    expect(summary.failure).toBeNull()
    // Copilot tells none.
    expect((summary.usage?.inputTokens ?? 0) > 0).toBe(cli !== 'copilot')
    expect(summary.conversation).toMatch(/^[\w-]{20,40}$/)
    // Some choose it themselves.
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

  it.runIf(facts.elsewhere !== 'not asked')(
    'goes on with a conversation from another folder, or says that it cannot (not asked where it hangs)',
    async () => {
      const profile = profiles[cli]
      const first = await run({ profile, prompt: '[[mock:text]] the first words' })
      const second = await run({
        profile,
        prompt: '[[mock:text text=second]] go on',
        resume: first.summary.conversation ?? '',
        cwd: await realpath(await mkdtemp(join(home, 'other-'))),
      })
      expect(second.summary.final?.ok ?? false).toBe(facts.elsewhere === 'goes on')
    },
  )

  it.runIf(facts.tellsReset)(
    'fails with the quota and the time of its reset (where its CLI tells the time)',
    async () => {
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
    },
  )

  it.each(facts.failures)('sorts %s as %s', async (marker, failureClass) => {
    const { exitCode, summary } = await run({
      profile: profiles[cli],
      prompt: `[[mock:${marker}]]`,
    })
    expect(summary.final?.ok).toBe(false)
    expect(summary.failure?.class).toBe(failureClass)
    // An exit code of 0 is no success.
    expect(exitCode === 0).toBe(facts.failsWith === 'zero')
  })

  it('gets over an overload by itself', async () => {
    const { reports, summary } = await run({
      profile: profiles[cli],
      prompt: `[[mock:529 times=2 id=${cli}]]`,
    })
    expect(summary.final?.ok).toBe(true)
    expect(summary.failure).toBeNull()
    // While it tries again it is seen as waiting, or it has been all along.
    expect(reports.some((report) => report.kind === 'waiting')).toBe(cli !== 'pi')
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
