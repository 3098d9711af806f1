/** With an address and a key of its own each CLI asks there, with that key, and with no other. */
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Profile } from '../../src/domain/settings.ts'
import type { MockLlm } from '../support/mock-llm/server.ts'
import { installAgentClis, type AgentCli } from './install.ts'
import { KEY_NAME, KEY_VALUE, realProfiles, startMock } from './real-agents.ts'
import { runCli } from './run-cli.ts'

const RUN_MS = 120_000
const CLIS = ['claude', 'codex', 'gemini', 'qwen', 'opencode', 'pi', 'copilot'] as const

let mock: MockLlm
let home: string
let profiles: Record<AgentCli, Profile>

beforeAll(async () => {
  mock = await startMock()
  home = await mkdtemp(join(tmpdir(), 'yard-endpoint-'))
  profiles = await realProfiles(mock.url, await installAgentClis(), home)
}, 300_000)
afterAll(async () => {
  await mock.close()
  await rm(home, { recursive: true, force: true })
})

/** Told by its profile alone: nothing of its environment leads to the mock. */
function addressed(cli: AgentCli): Profile {
  const { command, env } = profiles[cli]
  const isRooted = cli === 'claude' || cli === 'gemini'
  const { ANTHROPIC_BASE_URL: _, MOCK_API_KEY: __, ...rest } = env
  const own = Object.entries(rest).filter(([name]) => !/KEY|TOKEN/.test(name))
  return {
    ...profiles[cli],
    command: cli === 'codex' ? (command?.slice(0, 1) ?? null) : command,
    env: Object.fromEntries(own),
    baseUrl: isRooted ? mock.url : `${mock.url}/v1`,
    apiKeyEnv: KEY_NAME,
  }
}

it.each(CLIS)('%s asks its own address with its own key', { timeout: RUN_MS }, async (cli) => {
  const cwd = await realpath(await mkdtemp(join(home, 'work-')))
  const before = mock.requests.length
  const ran = await runCli({
    profile: addressed(cli),
    prompt: `[[mock:tool cmd="env > names.txt" id=${cli}]]`,
    cwd,
    modelId: 'a-model',
  })
  if (!ran.ok) throw new Error(ran.error.reason)
  expect(ran.value.summary.final).toEqual({ ok: true, text: 'Hello from the mock model.' })
  const asked = mock.requests.slice(before)
  expect(asked.length).toBeGreaterThan(1)
  expect(new Set(asked.map((request) => request.key))).toEqual(new Set([KEY_VALUE]))
  expect(new Set(asked.map((request) => request.model))).toEqual(new Set(['a-model']))
  // It worked in its folder, and what an agent starts does not take itself for a part of it.
  const names = (await readFile(join(cwd, 'names.txt'), 'utf8')).split('\n')
  expect(names.some((line) => line === `PWD=${cwd}`)).toBe(true)
})
