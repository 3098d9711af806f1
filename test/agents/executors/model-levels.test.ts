/** Whoever named the model, it is the one that stands on the command line of the agent. */
import { describe, expect, it } from 'vitest'
import { executorOf } from '../../../src/agents/executors/registry.ts'
import { taskRequest } from '../../../src/agents/http/task-request.ts'
import type { LaunchOrder } from '../../../src/domain/executor.ts'
import { findModel } from '../../../src/domain/routing/models.ts'
import { profileOf, resolveModel } from '../../../src/domain/routing/resolve.ts'
import {
  accountOf,
  AGENT_CLIS,
  EXECUTOR_KINDS,
  type AgentCliType,
  type ExecutorType,
} from '../../../src/domain/settings.ts'
import { load, valueOf } from '../../config/support.ts'
import { launchInput, launchOrder } from './launch-order.ts'

interface Levels {
  readonly task?: string
  readonly profile?: string
  readonly coordinator?: string
  readonly baseUrl?: string
}

function configOf(type: AgentCliType, levels: Levels): string {
  const own = EXECUTOR_KINDS[type].provider ?? 'maker'
  const line = (key: string, value: string | undefined): string =>
    value === undefined ? '' : `${key} = "${value}"\n`
  const entry = (name: string, provider: string): string =>
    `[models.${name}]\nprovider = "${provider}"\nmodel_id = "maker/${name}-id"\n`
  return [
    `[coordinator]\n${line('model', levels.coordinator)}`,
    `[executors.agent]\n${line('type', type)}`,
    line('model', levels.profile),
    line('base_url', levels.baseUrl),
    ...['of-task', 'of-profile', 'of-coordinator'].map((name) => entry(name, own)),
    entry('of-other', type === 'claude' ? 'openai' : 'anthropic'),
  ].join('')
}

/** Who chose the model, and what reaches the CLI of it. */
function chosen(type: AgentCliType, levels: Levels): { why: string; flag: string | null } {
  const { settings } = load({ project: configOf(type, levels) })
  const profile = profileOf(settings, 'agent')
  if (!profile) throw new Error('the config has no such executor')
  const choice = valueOf(resolveModel(settings, { model: levels.task ?? null }, profile))
  const order = launchOrder(type, { profile, order: { modelId: choice.modelId } })
  const plan = executorOf(type)?.plan(launchInput(order))
  if (!plan?.ok) throw new Error(plan?.error.reason)
  const words = plan.value.argv.join(' ')
  // At an address of its own kimi is told by a variable.
  const told = plan.value.env.set?.['KIMI_MODEL_NAME'] ?? null
  return { why: choice.why, flag: / --model[= ](\S+)/.exec(words)?.[1] ?? told }
}

const ALL = { task: 'of-task', profile: 'of-profile', coordinator: 'of-coordinator' }
const { profile, coordinator } = ALL

describe.each(AGENT_CLIS)('the model of %s', (type) => {
  const hasProvider = EXECUTOR_KINDS[type].provider !== null

  it('is the one of the task, else of the profile', () => {
    expect(chosen(type, ALL)).toEqual({ why: 'named by the task', flag: 'maker/of-task-id' })
    expect(chosen(type, { profile, coordinator }).flag).toBe('maker/of-profile-id')
  })

  it('is the one of the coordinator where its provider has it, else its own', () => {
    const general = chosen(type, { coordinator })
    expect(general.flag).toBe(hasProvider ? 'maker/of-coordinator-id' : null)
    expect(chosen(type, { coordinator: 'of-other' }).flag).toBeNull()
  })

  it('at another address is any that is named, and not the one of the coordinator', () => {
    const baseUrl = 'https://llm.example/v1'
    const flag = chosen(type, { task: 'of-other', coordinator, baseUrl }).flag
    expect(flag?.replace(/^yard\//, '')).toBe('maker/of-other-id')
  })

  it('is refused when another provider has it than the one that the CLI is bound to', () => {
    const other = outcome(() => chosen(type, { task: 'of-other' }).flag)
    expect(other).toMatch(hasProvider ? /which has no model/ : /^maker\/of-other-id$/)
  })
})

function outcome(act: () => string | null): string {
  try {
    return String(act())
  } catch (error) {
    return String(error)
  }
}

interface Launch {
  readonly levels?: Levels
  /** Lines of the profile's own table. */
  readonly profile?: string
}

/** The order that an agent of this profile would be launched with, whoever named its model. */
function orderFor(type: ExecutorType, { levels = {}, profile: lines = '' }: Launch): LaunchOrder {
  const line = (key: string, value: string | undefined): string =>
    value === undefined ? '' : `${key} = "${value}"\n`
  const { settings } = load({
    project: [
      `[coordinator]\n${line('model', levels.coordinator)}`,
      `[executors.agent]\n${line('type', type)}${lines}${line('model', levels.profile)}`,
    ].join(''),
  })
  const profile = profileOf(settings, 'agent')
  if (!profile) throw new Error('the config has no such executor')
  const { name, modelId } = valueOf(resolveModel(settings, { model: levels.task ?? null }, profile))
  const model = name === null ? null : findModel(settings, name)
  return launchOrder(type, { profile, agent: { model: name, modelId }, order: { modelId, model } })
}

/** The order file that a program of ours is started with. */
function orderFile(type: 'native' | 'acp', launch: Launch): Record<string, unknown> {
  const plan = executorOf(type)?.plan(launchInput(orderFor(type, launch)))
  if (!plan?.ok) throw new Error(plan?.error.reason)
  const file = plan.value.files?.find(({ path }) => path.endsWith(`${type}-order.json`))
  return JSON.parse(file?.content ?? '{}') as Record<string, unknown>
}

const NATIVE = { task: 'gpt-5-mini', profile: 'sonnet', coordinator: 'haiku' }

it.each<[string, Levels, object]>([
  ['task', NATIVE, { modelId: 'gpt-5-mini', provider: 'openai', price: { input: 0.25 } }],
  [
    'profile',
    { profile: 'sonnet', coordinator: 'haiku' },
    { modelId: 'claude-sonnet-4-6', provider: 'anthropic', price: { input: 3 } },
  ],
  [
    'coordinator',
    { coordinator: 'haiku' },
    { modelId: 'claude-haiku-4-5', provider: 'anthropic', price: { input: 1 } },
  ],
  [
    'coordinator of old',
    {},
    { modelId: 'claude-opus-4-6', provider: 'anthropic', price: { input: 5 } },
  ],
])('the model of our own loop is the one of the %s', (_, levels, expected) => {
  expect(orderFile('native', { levels })).toMatchObject(expected)
})

it('our own loop refuses a model that it has no address of, before anything is launched', () => {
  const of = (task: string) => () => orderFor('native', { levels: { task } })
  expect(of('gemini-2.5-pro')).toThrow('knows no address of google')
  expect(of('opsu')).toThrow('there is no model')
})

describe('the model of an agent of the Agent Client Protocol', () => {
  const profile = 'command = ["my-agent", "--acp"]\n'

  it('is the one of the task, else of the profile, else its own', () => {
    const told = (levels: Levels) => orderFile('acp', { levels, profile })['model']
    expect(told({ task: 'gpt-5', profile: 'sonnet', coordinator: 'opus' })).toBe('gpt-5')
    expect(told({ profile: 'sonnet', coordinator: 'opus' })).toBe('sonnet')
    expect(told({ coordinator: 'opus' })).toBeNull()
  })
})

describe('the model in the request of an http service', () => {
  const body = (levels: Levels): unknown => {
    const order = orderFor('http', { levels, profile: 'url = "http://127.0.0.1:1/task"\n' })
    const wish = valueOf(taskRequest(order, { token: 't', api: null }, {}))
    return (JSON.parse(wish.body) as { model: unknown }).model
  }

  it('is the one of the task, and nobody else’s', () => {
    expect(body({ task: 'gpt-5', coordinator: 'opus' })).toEqual({ name: 'gpt-5', id: 'gpt-5' })
    expect(body({ coordinator: 'opus' })).toBeNull()
  })
})

describe('the model of a command of the user’s own', () => {
  const argv = (levels: Levels, command = '["my-cli", "--model={model}"]') => {
    const order = orderFor('command', { levels, profile: `command = ${command}\n` })
    const plan = executorOf('command')?.plan(launchInput(order))
    return plan?.ok ? plan.value.argv : plan?.error.reason
  }

  it('fills its place, else the command must not have one', () => {
    expect(argv({ task: 'gpt-5', profile: 'sonnet' })).toEqual(['/bin/my-cli', '--model=gpt-5'])
    expect(argv({ profile: 'sonnet', coordinator: 'opus' })).toEqual([
      '/bin/my-cli',
      '--model=sonnet',
    ])
    expect(() => argv({ coordinator: 'opus' })).toThrow('wants a model')
    expect(argv({ task: 'gpt-5' }, '["my-cli"]')).toEqual(['/bin/my-cli'])
  })
})

it.each(['shell', 'manual', 'external'] as const)('%s takes no model', (type) => {
  const order = orderFor(type, { levels: { task: 'opus', coordinator: 'sonnet' } })
  expect(order.modelId).toBeNull()
})

it('opencode names models by their provider, also those that the registry has without it', () => {
  const order = orderFor('opencode', { levels: { task: 'sonnet' } })
  const plan = executorOf('opencode')?.plan(launchInput(order))
  expect(plan?.ok && plan.value.argv).toContain('--model=anthropic/claude-sonnet-4-6')
})

it('an account is a provider, another address, or another key at either', () => {
  const of = (baseUrl: string | null, apiKeyEnv: string | null, type: AgentCliType = 'claude') =>
    accountOf({ type, baseUrl, apiKeyEnv })
  expect(of(null, null)).toBe('anthropic')
  expect(of(null, 'WORK_KEY')).toBe('anthropic (WORK_KEY)')
  expect(of('https://llm.example/v1', null)).toBe('llm.example')
  expect(of('http://127.0.0.1:8080', 'KEY', 'pi')).toBe('127.0.0.1:8080 (KEY)')
  expect(of(null, null, 'opencode')).toBeNull()
})
