import { describe, expect, it } from 'vitest'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LaunchInput, LaunchPlan } from '../../../src/agents/executors/executor.ts'
import { executorOf } from '../../../src/agents/executors/registry.ts'
import { writePlannedFiles } from '../../../src/agents/runtime/stages/launch-stage.ts'
import { AGENT_CLIS, type AgentCliType } from '../../../src/domain/settings.ts'
import { CONVERSATION, launchInput, launchOrder, type OrderParts } from './launch-order.ts'

const KEY = { LLM_KEY: 'sk-very-secret' }

function plan(
  type: AgentCliType,
  parts: OrderParts = {},
  more: Partial<LaunchInput> = {},
): ReturnType<NonNullable<ReturnType<typeof executorOf>>['plan']> {
  const executor = executorOf(type)
  if (!executor) throw new Error(`${type} starts no process`)
  return executor.plan(launchInput(launchOrder(type, parts), more))
}
function planOf(...order: Parameters<typeof plan>): LaunchPlan {
  const planned = plan(...order)
  if (!planned.ok) throw new Error(planned.error.reason)
  return planned.value
}
function refusalOf(...order: Parameters<typeof plan>): string {
  const planned = plan(...order)
  return planned.ok ? 'planned' : planned.error.class
}
const resume = (id: string) => ({ order: { resume: { executor: 'x', id } } })

describe('gemini', () => {
  it('runs headless with JSON events, in any folder, as one process, with an id of our choice', () => {
    const { argv, env, stdin, conversationId } = planOf('gemini', { order: { modelId: 'pro' } })
    expect(argv).toEqual([
      ...['/bin/gemini', '--output-format=stream-json', '--approval-mode=yolo', '--skip-trust'],
      ...['--model=pro', `--session-id=${CONVERSATION}`],
    ])
    expect(env.set).toEqual({ GEMINI_CLI_NO_RELAUNCH: 'true' })
    expect({ stdin, conversationId }).toEqual({ stdin: 'prompt', conversationId: CONVERSATION })
  })

  it('resumes, and shows its permissions in its mode of approval', () => {
    expect(planOf('gemini', resume('abc-1')).argv).toContain('--resume=abc-1')
    expect(planOf('gemini', { profile: { permissions: 'workspace' } }).argv).toContain(
      '--approval-mode=auto_edit',
    )
    for (const parts of [{ profile: { permissions: 'ask' } }, { task: { mode: 'light' } }] as const)
      expect(planOf('gemini', parts).argv).toContain('--approval-mode=default')
  })

  it('at another address has a home of its own, whose settings choose the key', () => {
    const profile = { baseUrl: 'http://127.0.0.1:1', apiKeyEnv: 'LLM_KEY' }
    const { env, files } = planOf('gemini', { profile }, { inheritedEnv: KEY })
    const home = '/project/.yard/homes/profile'
    expect(env.set).toMatchObject({
      GEMINI_CLI_HOME: home,
      GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:1',
      GEMINI_API_KEY: 'sk-very-secret',
    })
    const [file] = files ?? []
    expect(file?.path).toBe(`${home}/.gemini/settings.json`)
    expect(JSON.parse(file?.content ?? '')).toMatchObject({
      security: { auth: { selectedType: 'gemini-api-key' } },
    })
    expect(planOf('gemini').env.set).not.toHaveProperty('GEMINI_CLI_HOME')
  })
})

describe('qwen', () => {
  it('runs headless with JSON events, as one process, with an id of our choice', () => {
    const { argv, env } = planOf('qwen', { order: { modelId: 'coder' } })
    expect(argv).toEqual([
      ...['/bin/qwen', '--output-format=stream-json', '--approval-mode=yolo'],
      '--mcp-config=/project/.yard/agents/agent-7/mcp.json',
      ...['--model=coder', `--session-id=${CONVERSATION}`],
    ])
    const settings = '/project/.yard/agents/agent-7/qwen-defaults.json'
    expect(env.set).toEqual({
      QWEN_CODE_NO_RELAUNCH: 'true',
      // Else it asks a provider whose quota is spent again for over half an hour.
      QWEN_CODE_SYSTEM_DEFAULTS_PATH: settings,
    })
    expect(planOf('qwen').files?.find(({ path }) => path === settings)?.content).toContain(
      '"maxRetries": 0',
    )
  })

  it('resumes, and shows its permissions in its mode of approval', () => {
    expect(planOf('qwen', resume('abc-1')).argv).toContain('--resume=abc-1')
    expect(planOf('qwen', { profile: { permissions: 'workspace' } }).argv).toContain(
      '--approval-mode=auto-edit',
    )
    expect(planOf('qwen', { task: { mode: 'bare' } }).argv).toContain('--approval-mode=default')
  })

  it('at another address signs in with the key, whatever its user chose', () => {
    const profile = { baseUrl: 'http://127.0.0.1:1/v1', apiKeyEnv: 'LLM_KEY' }
    const { argv, env } = planOf('qwen', { profile }, { inheritedEnv: KEY })
    expect(argv).toEqual(
      expect.arrayContaining(['--auth-type=openai', '--openai-base-url=http://127.0.0.1:1/v1']),
    )
    expect(env.set).toMatchObject({ OPENAI_API_KEY: 'sk-very-secret' })
  })
})

describe('opencode', () => {
  const configOf = (...order: Parameters<typeof plan>): Record<string, unknown> =>
    JSON.parse(planOf(...order).env.set['OPENCODE_CONFIG_CONTENT'] ?? '')

  it('runs headless with JSON events, its errors on stderr, and asks no model for a title', () => {
    const { argv, conversationId } = planOf('opencode', { order: { modelId: 'anthropic/opus' } })
    expect(argv).toEqual([
      ...['/bin/opencode', 'run', '--format=json', '--thinking'],
      ...['--print-logs', '--log-level=ERROR', '--auto', '--title=build'],
      '--model=anthropic/opus',
    ])
    expect(conversationId).toBeNull()
  })

  it('resumes by the id of the conversation', () => {
    expect(planOf('opencode', resume('ses_1')).argv.at(-1)).toBe('--session=ses_1')
    expect(planOf('opencode', resume('ses_1')).conversationId).toBe('ses_1')
  })

  it('shows its permissions in its config, on top of what its user set there', () => {
    const asking = { profile: { permissions: 'ask' as const } }
    const users = JSON.stringify({ theme: 'x', permission: { bash: 'allow' } })
    const inheritedEnv = { OPENCODE_CONFIG_CONTENT: users }
    expect(configOf('opencode', asking, { inheritedEnv })).toMatchObject({
      theme: 'x',
      permission: { edit: 'ask', bash: { '*': 'ask', 'yard *': 'allow' } },
    })
    expect(planOf('opencode', asking).argv).not.toContain('--auto')
    const light = { task: { mode: 'light' as const } }
    expect(planOf('opencode', light).argv).not.toContain('--auto')
    expect(configOf('opencode', light)).toMatchObject({ permission: { edit: 'deny' } })
    expect(configOf('opencode', { task: { mode: 'bare' } })).toMatchObject({
      permission: { '*': 'deny' },
    })
  })

  it('has no sub-agents under a budget, which could not hold them', () => {
    expect(configOf('opencode', { order: { isCapped: true } })).toMatchObject({
      permission: { task: 'deny' },
    })
    expect(configOf('opencode')).not.toHaveProperty('permission.task')
  })

  it('at another address has a provider of ours there, whose key is only named', () => {
    const profile = { baseUrl: 'http://127.0.0.1:1/v1', apiKeyEnv: 'LLM_KEY' }
    const parts = { profile, order: { modelId: 'big/model' } }
    expect(configOf('opencode', parts, { inheritedEnv: KEY })).toMatchObject({
      provider: {
        yard: {
          options: { baseURL: 'http://127.0.0.1:1/v1', apiKey: '{env:YARD_PROVIDER_KEY}' },
          models: { 'big/model': {} },
        },
      },
    })
    const { argv, env } = planOf('opencode', parts, { inheritedEnv: KEY })
    expect(argv).toContain('--model=yard/big/model')
    expect(env.set).toMatchObject({ YARD_PROVIDER_KEY: 'sk-very-secret' })
  })

  it('is told its folder, for it believes the variable and not the folder that it is in', () => {
    expect(planOf('opencode', {}, { inheritedEnv: { PWD: '/elsewhere' } }).env.set).toMatchObject({
      PWD: '/project',
    })
  })

  it('is refused a model without its provider', () => {
    expect(refusalOf('opencode', { order: { modelId: 'opus' } })).toBe('bad-model')
  })
})

describe('pi', () => {
  it('runs headless with JSON events', () => {
    const { argv, stdin, conversationId } = planOf('pi', { order: { modelId: 'openai/gpt' } })
    expect(argv).toEqual(['/bin/pi', '--print', '--mode', 'json', '--model', 'openai/gpt'])
    expect({ stdin, conversationId }).toEqual({ stdin: 'prompt', conversationId: null })
    expect(planOf('pi', resume('id-1')).argv.slice(-2)).toEqual(['--session', 'id-1'])
  })

  it('has fewer tools where it may do less, and is refused what it cannot keep to', () => {
    const reading = ['--tools', 'read,grep,find,ls']
    expect(planOf('pi', { profile: { permissions: 'ask' } }).argv.slice(4)).toEqual(reading)
    expect(planOf('pi', { task: { mode: 'light' } }).argv.slice(4)).toEqual(reading)
    expect(planOf('pi', { task: { mode: 'bare' } }).argv.slice(4)).toEqual(['--no-tools'])
    expect(refusalOf('pi', { profile: { permissions: 'workspace' } })).toBe('launch')
  })

  it('at another address loads an extension of ours, in which the key is only named', () => {
    const profile = { baseUrl: 'http://127.0.0.1:1/v1', apiKeyEnv: 'LLM_KEY' }
    const parts = { profile, order: { modelId: 'm' } }
    const { argv, files, env } = planOf('pi', parts, { inheritedEnv: KEY })
    const path = '/project/.yard/agents/agent-7/pi-provider.js'
    expect(argv.slice(4)).toEqual(['--extension', path, '--provider', 'yard', '--model', 'm'])
    expect(files?.[0]).toMatchObject({
      path,
      content: expect.stringContaining('"apiKey":"YARD_PROVIDER_KEY"'),
    })
    expect(env.set).toMatchObject({ YARD_PROVIDER_KEY: 'sk-very-secret' })
  })
})

describe('copilot', () => {
  it('runs headless with lines of JSON and an id of our choice', () => {
    const { argv, env } = planOf('copilot', { order: { modelId: 'gpt' } })
    expect(argv).toEqual([
      ...['/bin/copilot', '--output-format=json', '--no-color', '--no-ask-user', '--allow-all'],
      '--additional-mcp-config=@/project/.yard/agents/agent-7/mcp.json',
      ...['--model=gpt', `--session-id=${CONVERSATION}`],
    ])
    expect(env.set).toEqual({ COPILOT_AUTO_UPDATE: 'false' })
    expect(planOf('copilot', resume('id-1')).argv.at(-1)).toBe('--resume=id-1')
  })

  it('shows its permissions in its flags', () => {
    const flags = (parts: OrderParts): string => planOf('copilot', parts).argv.join(' ')
    expect(flags({ profile: { permissions: 'workspace' } })).toContain('--allow-all-tools')
    for (const parts of [{ profile: { permissions: 'ask' } }, { task: { mode: 'light' } }] as const)
      expect(flags(parts)).toContain('--allow-tool=shell(yard:*)')
    expect(flags({ task: { mode: 'bare' } })).not.toContain('--allow-all')
  })

  it('with a key of its own at its usual place is another account of GitHub', () => {
    const order = [{ profile: { apiKeyEnv: 'LLM_KEY' } }, { inheritedEnv: KEY }] as const
    expect(planOf('copilot', ...order).env.set).toMatchObject({
      COPILOT_GITHUB_TOKEN: 'sk-very-secret',
    })
  })
})

describe('kimi', () => {
  it('runs headless with JSON events, is told where its prompt is, and goes on with a conversation', () => {
    const plan = planOf('kimi', { order: { modelId: 'k2' } })
    expect(plan.argv.slice(0, 3)).toEqual([
      '/bin/kimi',
      '--output-format=stream-json',
      '--model=k2',
    ])
    expect(plan.argv.at(-1)).toMatch(/^--prompt=Read \/\S+ and do what it says\.$/)
    expect(plan).toMatchObject({ stdin: 'none', conversationId: null })
    expect(planOf('kimi', resume('id-1')).argv).toContain('--session=id-1')
  })

  it('is told its model beside an address of its own', () => {
    const own = { profile: { baseUrl: 'https://llm.example/v1', apiKeyEnv: 'LLM_KEY' } }
    const plan = planOf('kimi', { ...own, order: { modelId: 'm' } }, { inheritedEnv: KEY })
    expect(plan.argv.join(' ')).not.toContain('--model')
    expect(plan.env.set).toMatchObject({
      KIMI_MODEL_NAME: 'm',
      KIMI_MODEL_BASE_URL: 'https://llm.example/v1',
      KIMI_MODEL_API_KEY: 'sk-very-secret',
    })
    expect(refusalOf('kimi', own, { inheritedEnv: KEY })).toBe('bad-model')
  })

  it('is refused what it cannot keep to', () => {
    expect(refusalOf('kimi', { profile: { permissions: 'ask' } })).toBe('launch')
    expect(refusalOf('kimi', { task: { mode: 'light' } })).toBe('launch')
  })
})

describe.each(AGENT_CLIS)('%s', (type) => {
  const modelId = 'maker/model'
  const HOSTILE = '"; rm -rf / #\n$(reboot) --help'

  it('has no text of a task in its arguments or files, and begins anew what looks like an option', () => {
    const task = { title: HOSTILE, description: HOSTILE }
    const made = planOf(type, { task, ...resume('--dangerously-do-it') })
    const all = JSON.stringify([made.argv, made.files])
    expect(all).not.toContain('rm -rf')
    expect(all).not.toContain('--dangerously-do-it')
  })

  it('has a key neither in its arguments nor in its files', () => {
    for (const baseUrl of ['http://127.0.0.1:1', null]) {
      const profile = { baseUrl, apiKeyEnv: 'LLM_KEY' }
      const made = planOf(type, { profile, order: { modelId } }, { inheritedEnv: KEY })
      expect(JSON.stringify([made.argv, made.files])).not.toContain('sk-very-secret')
      expect(Object.values(made.env.set)).toContain('sk-very-secret')
      expect(made.env.set['OPENCODE_CONFIG_CONTENT'] ?? '').not.toContain('sk-very-secret')
    }
  })

  it('is not started without the key that it was meant to have', () => {
    const profile = { baseUrl: 'http://127.0.0.1:1', apiKeyEnv: 'LLM_KEY' }
    for (const value of [undefined, ''])
      expect(
        refusalOf(type, { profile, order: { modelId } }, { inheritedEnv: { LLM_KEY: value } }),
      ).toBe('auth')
  })

  it('names its address, and its model as it was chosen', () => {
    const profile = { baseUrl: 'http://127.0.0.1:1/here' }
    const made = planOf(type, { profile, order: { modelId } })
    expect(JSON.stringify(made)).toContain('http://127.0.0.1:1/here')
    const told = `${made.argv.join(' ')} KIMI_MODEL=${made.env.set['KIMI_MODEL_NAME'] ?? ''}`
    expect(told).toMatch(/(--model[= ](yard\/)?|KIMI_MODEL=)maker\/model( |$)/)
    expect(planOf(type).argv.join(' ')).not.toContain('--model')
  })

  it('is refused when its program is not there', () => {
    expect(refusalOf(type, {}, { which: () => null })).toBe('missing-program')
  })
})

it('files of a plan are written whole, for their owner alone, and again over older ones', async () => {
  const root = await mkdtemp(join(tmpdir(), 'yard-files-'))
  const path = join(root, 'homes', 'a%2Fb', 'settings.json')
  for (const content of ['first', 'second']) writePlannedFiles({ files: [{ path, content }] })
  expect(await readFile(path, 'utf8')).toBe('second')
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await readdir(join(path, '..'))).toEqual(['settings.json'])
  await rm(root, { recursive: true })
})
