/** Two real agents over the Agent Client Protocol, run as their executor plans it, against the mock of their model APIs. */
import { glob, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { YARD_VARIABLES } from '../../src/agents/executors/launch/program.ts'
import { workFailure } from '../../src/domain/failure.ts'
import type { Profile } from '../../src/domain/settings.ts'
import { profileOf } from '../agents/executors/launch-order.ts'
import type { MockLlm } from '../support/mock-llm/server.ts'
import { installAgentClis } from './install.ts'
import { opencodeAcpProfile, startMock } from './real-agents.ts'
import { runCli, type CliOrder, type CliRun } from './run-cli.ts'

const RUN_MS = 170_000
const AGENTS = ['gemini', 'opencode'] as const
type AcpAgent = (typeof AGENTS)[number]
const MODELS = { gemini: 'some-model', opencode: 'yard/some-model' } as const

let mock: MockLlm
let home: string
let cwd: string
let profiles: Record<AcpAgent, Profile>

beforeAll(async () => {
  mock = await startMock()
  home = await realpath(await mkdtemp(join(tmpdir(), 'yard-acp-')))
  const clis = await installAgentClis()
  profiles = {
    gemini: await geminiProfile(clis.gemini, join(home, 'gemini')),
    opencode: opencodeAcpProfile(mock.url, clis.opencode, join(home, 'opencode')),
  }
}, 300_000)
afterAll(async () => {
  await mock.close()
  await rm(home, { recursive: true, force: true })
})
beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(home, 'work-')))
})

async function geminiProfile(program: string, folder: string): Promise<Profile> {
  await mkdir(join(folder, '.gemini'), { recursive: true })
  const settings = {
    security: { auth: { selectedType: 'gemini-api-key' } },
    general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 3 },
    privacy: { usageStatisticsEnabled: false },
  }
  await writeFile(join(folder, '.gemini', 'settings.json'), JSON.stringify(settings))
  return profileOf('acp', {
    name: 'gemini-acp',
    command: [program, '--acp', '--skip-trust', '--model', '{model}'],
    env: {
      GOOGLE_GEMINI_BASE_URL: mock.url,
      GEMINI_API_KEY: 'not-a-real-key',
      GEMINI_CLI_HOME: folder,
      GEMINI_CLI_NO_RELAUNCH: 'true',
      GEMINI_TELEMETRY_ENABLED: 'false',
    },
  })
}

/** Gemini CLI empties a conversation that it loads in the minute in which it began, for the name of its file tells no seconds. */
async function ageGeminiChats(): Promise<void> {
  for await (const path of glob(join(home, 'gemini/.gemini/tmp/*/chats/session-2*')))
    await rename(path, path.replace(/session-\d{4}/, 'session-2025'))
}

type Order = Omit<CliOrder, 'cwd' | 'profile'> & { readonly profile?: Partial<Profile> }
async function run(agent: AcpAgent, { profile, ...order }: Order): Promise<CliRun> {
  const whole = { ...profiles[agent], ...profile }
  const ran = await runCli({ cwd, modelId: MODELS[agent], ...order, profile: whole })
  if (!ran.ok) throw new Error(ran.error.reason)
  return ran.value
}
const out = (): Promise<string> => readFile(join(cwd, 'out.txt'), 'utf8')
const SHELL = '[[mock:tool cmd="echo hi > out.txt"]]'
const write = (): string => `[[mock:write file=${join(cwd, 'out.txt')}]]`

describe.each(AGENTS)('%s', { timeout: RUN_MS }, (agent) => {
  it('answers with a text, its usage and its conversation, by the model that it was told', async () => {
    const prompt = '[[mock:text text="All is well."]]'
    const { exitCode, summary } = await run(agent, { prompt })
    expect(exitCode).toBe(0)
    expect(summary.final).toEqual({ ok: true, text: 'All is well.' })
    expect(summary.failure).toBeNull()
    expect(summary.usage?.inputTokens).toBeGreaterThan(0)
    expect(summary.conversation).toMatch(/^[\w-]{20,40}$/)
    const asked = mock.requests.filter(({ userTexts }) => userTexts.join('').includes(prompt))
    expect(asked.at(-1)?.model).toBe('some-model')
  })

  it('bypass: runs a tool that writes a file, and is seen to have changed something', async () => {
    const { summary, reports } = await run(agent, { prompt: SHELL })
    expect(await out()).toBe('hi\n')
    expect(summary.mutatingToolCalls).toBe(1)
    const calls = reports.filter((report) => report.kind === 'tool-call')
    expect(calls).toMatchObject([{ name: 'execute', summary: 'echo hi > out.txt' }])
    expect(reports.filter((report) => report.kind === 'tool-result')).toMatchObject([{ ok: true }])
  })

  it('workspace: writes its file and runs no command', async () => {
    const profile = { permissions: 'workspace' } as const
    const refused = await run(agent, { prompt: SHELL, profile })
    await expect(out()).rejects.toThrow('ENOENT')
    expect(refused.summary.mutatingToolCalls).toBe(0)
    expect(refused.reports.filter((one) => one.kind === 'tool-result')).toMatchObject([
      { ok: false },
    ])
    const written = await run(agent, { prompt: write(), profile })
    expect((await out()).trim()).not.toBe('')
    expect(written.summary).toMatchObject({ final: { ok: true }, mutatingToolCalls: 1 })
  })

  it('ask: asks a person and ends; with the answer it goes on in the same conversation', async () => {
    const profile = { permissions: 'ask' } as const
    const first = await run(agent, { prompt: `${SHELL} the first words`, profile })
    await expect(out()).rejects.toThrow('ENOENT')
    expect(first.summary.failure).toMatchObject({
      class: 'question',
      reason: expect.stringContaining('May it run: echo hi > out.txt?'),
    })
    const { conversation, failure } = first.summary
    await ageGeminiChats()
    const second = await run(agent, {
      prompt: `${SHELL} go on`,
      profile,
      resume: conversation ?? '',
      task: { lastFailure: workFailure('question', failure?.reason ?? '') },
      notes: [{ at: 1, by: 'person', text: 'allow' }],
    })
    expect(second.summary).toMatchObject({ conversation, final: { ok: true }, failure: null })
    expect(await out()).toBe('hi\n')
    expect(mock.requests.at(-1)?.userTexts.join('\n')).toContain('the first words')
  })

  it('begins anew with the whole task where its conversation is not found', async () => {
    const { summary } = await run(agent, {
      prompt: '[[mock:text]] go on',
      resume: agent === 'gemini' ? '00000000-0000-4000-8000-000000000000' : 'ses_none',
    })
    expect(summary.final?.ok).toBe(true)
    expect(mock.requests.at(-1)?.userTexts.join('\n')).toMatch(
      /cannot be gone on with[^]*Make it so/,
    )
  })

  it('in mode light it changes no files', async () => {
    for (const prompt of [SHELL, write()]) await run(agent, { prompt, task: { mode: 'light' } })
    await expect(out()).rejects.toThrow('ENOENT')
  })

  it('gives up its turn when it is asked to stop while its provider is silent', async () => {
    const stop = new AbortController()
    const running = run(agent, { prompt: `[[mock:hang id=${agent}]]`, signal: stop.signal })
    await mock.seen(({ behaviour }) => behaviour.name === 'hang' && behaviour.args.id === agent)
    stop.abort()
    const { exitCode, summary } = await running
    expect(exitCode).toBe(143)
    expect(summary.final?.ok).toBe(false)
    expect(summary.conversation).not.toBeNull()
  })

  it('starts our tools with all that makes them its own', async () => {
    const bin = await mkdtemp(join(home, 'bin-'))
    const script = `#!/bin/sh\nenv > '${cwd}/given'\nexit 1\n`
    await writeFile(join(bin, 'yard'), script, { mode: 0o755 })
    const own = Object.fromEntries(YARD_VARIABLES.map((name) => [name, `value-of-${name}`]))
    const path = `${bin}${delimiter}${process.env['PATH'] ?? ''}`
    await run(agent, { prompt: '[[mock:text]]', variables: { ...own, PATH: path } })
    const given = (await readFile(join(cwd, 'given'), 'utf8')).split('\n')
    for (const [name, value] of Object.entries(own)) expect(given).toContain(`${name}=${value}`)
  })

  it.each([
    ['401', 'auth'],
    ['404', 'bad-model'],
    ['quota reset=7200', 'quota'],
  ])('sorts %s as %s', async (marker, failureClass) => {
    const { exitCode, summary } = await run(agent, { prompt: `[[mock:${marker}]]` })
    expect(summary.failure?.class).toBe(failureClass)
    expect(exitCode).toBe(1)
  })

  it('gets over an overload by itself', async () => {
    const { summary } = await run(agent, { prompt: `[[mock:529 times=1 id=acp-${agent}]]` })
    expect(summary).toMatchObject({ final: { ok: true }, failure: null })
  })
})

it('gemini tells when its quota is reset', { timeout: RUN_MS }, async () => {
  const { summary } = await run('gemini', { prompt: '[[mock:quota reset=7200]]' })
  const waitMs = (summary.failure?.resetAt ?? 0) - Date.now()
  expect(waitMs).toBeGreaterThan(7_000_000)
  expect(waitMs).toBeLessThan(7_300_000)
})

it(
  'opencode refuses a model that it does not have, and names some',
  { timeout: RUN_MS },
  async () => {
    const before = mock.requests.length
    const { summary } = await run('opencode', { prompt: '[[mock:text]]', modelId: 'yard/none' })
    expect(summary.failure).toMatchObject({
      class: 'bad-model',
      reason: expect.stringContaining('yard/some-model'),
    })
    expect(mock.requests.length).toBe(before)
  },
)

it('reached nothing but the mock', () => {
  expect(mock.strangers.filter((line) => line !== 'HEAD /')).toEqual([])
})
