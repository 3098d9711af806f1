import { describe, expect, it } from 'vitest'
import type { LaunchPlan } from '../../../src/agents/executors/executor.ts'
import { native } from '../../../src/agents/executors/native.ts'
import { nativeOrderSchema, type NativeOrder } from '../../../src/agents/native/native-order.ts'
import type { ModelEntry, Profile } from '../../../src/domain/settings.ts'
import type { Task } from '../../../src/domain/task.ts'
import { CONVERSATION, launchInput, launchOrder } from './launch-order.ts'
import { modelEntry } from './model-entry.ts'

const SECRET = 'sk-of-the-test'
const ENV = {
  PATH: '/bin',
  HOME: '/home/me',
  ANTHROPIC_API_KEY: SECRET,
  OPENAI_API_KEY: SECRET,
  GEMINI_API_KEY: SECRET,
  OTHER_KEY: SECRET,
}
const PRICE = { input: 1, output: 2, cached: null, notedOn: null }
const entry = (provider: string, endpoint: string | null = null): ModelEntry =>
  modelEntry(provider, { endpoint, price: PRICE })

interface Parts {
  readonly model?: ModelEntry | null
  readonly modelId?: string | null
  readonly profileModel?: ModelEntry | null
  readonly profile?: Partial<Profile>
  readonly task?: Partial<Task>
  readonly resume?: string
  readonly env?: Record<string, string>
}

function plan(parts: Parts) {
  const { model = entry('anthropic'), modelId = 'the-id', profile = {}, task = {} } = parts
  const { profileModel = null } = parts
  const resume = parts.resume === undefined ? null : { executor: 'native', id: parts.resume }
  const order = launchOrder('native', {
    profile,
    task,
    order: { model, modelId, resume, profileModel },
  })
  return native.plan(launchInput(order, { inheritedEnv: parts.env ?? ENV }))
}
function planned(parts: Parts = {}): { plan: LaunchPlan; order: NativeOrder } {
  const result = plan(parts)
  if (!result.ok) throw new Error(result.error.reason)
  const [file] = result.value.files ?? []
  return { plan: result.value, order: nativeOrderSchema.parse(JSON.parse(file?.content ?? '')) }
}
const refusal = (parts: Parts) => {
  const result = plan(parts)
  return result.ok ? null : result.error
}

describe('its launch', () => {
  it('is our program with a file; the prompt is its input', () => {
    const { plan: launch } = planned()
    const file = '/project/.yard/agents/agent-7/native-order.json'
    expect(launch.argv).toEqual(['/bin/node', '/app/native-exec.js', file])
    expect(launch.files?.map(({ path }) => path)).toEqual([file])
    expect(launch.stdin).toBe('prompt')
  })

  it('has no key in its arguments, its file or what is set for it', () => {
    for (const apiKeyEnv of [null, 'OTHER_KEY'])
      expect(JSON.stringify(planned({ profile: { apiKeyEnv } }).plan)).not.toContain(SECRET)
  })

  it('tells limits, mode, permissions, price and where its conversations are', () => {
    const profile = { maxSteps: 7, maxTokens: 900, maxCostUsd: 2.5, permissions: 'ask' } as const
    const { order } = planned({ profile, task: { mode: 'light' } })
    expect(order).toMatchObject({
      executor: 'native',
      taskId: 'build',
      modelId: 'the-id',
      mode: 'light',
      permissions: 'ask',
      limits: { steps: 7, tokens: 900, costUsd: 2.5 },
      price: { input: 1, output: 2 },
      conversations: '/project/.yard/homes/profile/conversations',
      keysFile: '/home/me/.config/yard/keys.env',
    })
    expect(planned().order).toMatchObject({
      mode: 'full',
      limits: { steps: 200, tokens: null, costUsd: null },
    })
  })

  it('chooses its conversation, or goes on with one', () => {
    expect(planned().order).toMatchObject({ conversationId: CONVERSATION, isResumed: false })
    const { plan: launch, order } = planned({ resume: 'an-older-one' })
    expect(order).toMatchObject({ conversationId: 'an-older-one', isResumed: true })
    expect(launch.conversationId).toBe('an-older-one')
  })

  it('goes on with nothing that would lead out of its folder', () => {
    expect(planned({ resume: '../../secrets' }).order.isResumed).toBe(false)
  })
})

describe('the way to its model', () => {
  const route = (parts: Parts) => {
    const { wire, baseUrl, keyVariable } = planned(parts).order
    return [wire, baseUrl, keyVariable]
  }
  const url = 'https://llm.example/v1'

  it.each<[string, Parts, unknown[]]>([
    ['of Anthropic', {}, ['messages', null, 'ANTHROPIC_API_KEY']],
    ['of OpenAI', { model: entry('openai') }, ['responses', null, 'OPENAI_API_KEY']],
    [
      'of OpenAI by its own address',
      { model: entry('openai', 'https://api.openai.com/v1') },
      ['responses', 'https://api.openai.com/v1', 'OPENAI_API_KEY'],
    ],
    [
      'with a key that is named',
      { profile: { apiKeyEnv: 'OTHER_KEY' } },
      ['messages', null, 'OTHER_KEY'],
    ],
    ['at an address of the registry', { model: entry('local', url) }, ['chat', url, null]],
    ['of Anthropic elsewhere', { model: entry('anthropic', url) }, ['messages', url, null]],
    ['of OpenAI elsewhere', { model: entry('openai', url) }, ['chat', url, null]],
    [
      'at the address of the executor, which wins',
      {
        model: entry('local', 'https://other.example'),
        profile: { baseUrl: url, apiKeyEnv: 'OTHER_KEY' },
      },
      ['chat', url, 'OTHER_KEY'],
    ],
    [
      'without protection, even at a name of the provider',
      { model: entry('anthropic', 'http://api.anthropic.com') },
      ['messages', 'http://api.anthropic.com', null],
    ],
    [
      'of a provider that has its address in the registry',
      { model: entry('moonshot', 'https://api.moonshot.ai/v1') },
      ['chat', 'https://api.moonshot.ai/v1', 'MOONSHOT_API_KEY'],
    ],
    ['of such a provider elsewhere', { model: entry('moonshot', url) }, ['chat', url, null]],
    ['that no registry knows', { model: null, profile: { baseUrl: url } }, ['chat', url, null]],
  ])('%s', (_what, parts, expected) => {
    expect(route(parts)).toEqual(expected)
  })

  const keyed: Parts = { profile: { apiKeyEnv: 'OTHER_KEY' } }
  const local = entry('local', url)

  it('elsewhere wants a key of the model’s own: that of the profile does not go there', () => {
    const profileModel = entry('anthropic')
    for (const parts of [
      { ...keyed, model: local },
      { ...keyed, model: local, profileModel },
      { ...keyed, model: entry('anthropic', url), profileModel },
    ])
      expect(refusal(parts)).toMatchObject({
        class: 'bad-model',
        reason: expect.stringContaining('models.mine.api_key_env'),
      })
    const own = { ...local, apiKeyEnv: 'THE_MODELS_KEY' }
    expect(route({ ...keyed, model: own, profileModel })).toEqual(['chat', url, 'THE_MODELS_KEY'])
  })

  it('is that of the profile where the profile names the model, and no other vendor gets it', () => {
    expect(route({ ...keyed, model: local, profileModel: local })).toEqual([
      ...['chat', url, 'OTHER_KEY'],
    ])
    const profileModel = entry('anthropic')
    expect(route({ ...keyed, model: entry('openai'), profileModel })[2]).toBe('OPENAI_API_KEY')
    const moonshot = entry('moonshot', 'https://api.moonshot.ai/v1')
    expect(route({ ...keyed, model: moonshot, profileModel })[2]).toBe('MOONSHOT_API_KEY')
    expect(planned({ ...keyed, model: moonshot, profileModel }).plan.env.unset).toContain(
      'OTHER_KEY',
    )
  })

  it.each<[string, Parts, string]>([
    ['no model', { modelId: null, model: null }, 'needs a model'],
    ['a model without an address', { model: entry('elsewhere') }, 'nothing says where'],
    ['a model that needs one', { model: entry('moonshot') }, 'nothing says where'],
    ['a model that no registry knows', { model: null }, 'nothing says where'],
    ['an address that is none', { model: entry('local', 'here') }, 'no http or https address'],
    ['an address of a file', { model: entry('local', 'file:///etc/passwd') }, 'no http'],
    ['an address with a password', { model: entry('local', 'https://a:b@c.example') }, 'no http'],
  ])('%s is refused before the start', (_what, parts, words) => {
    expect(refusal(parts)).toMatchObject({
      class: 'bad-model',
      reason: expect.stringContaining(words),
    })
  })
})

describe('the keys that reach it', () => {
  it('are its own alone', () => {
    const { unset } = planned().plan.env
    expect(unset).toContain('OPENAI_API_KEY')
    expect(unset).toContain('GEMINI_API_KEY')
    expect(unset).not.toContain('ANTHROPIC_API_KEY')
  })

  it('at another place are none', () => {
    const { unset } = planned({ profile: { baseUrl: 'https://llm.example' } }).plan.env
    expect(unset).toEqual(expect.arrayContaining(['ANTHROPIC_API_KEY', 'OPENAI_API_KEY']))
  })

  it('are what the profile says where it says so', () => {
    const profile = { env: { GEMINI_API_KEY: { from: 'OTHER_KEY' } } }
    const { env } = planned({ profile }).plan
    expect(env.set).toMatchObject({ GEMINI_API_KEY: SECRET })
    expect(env.unset).not.toContain('GEMINI_API_KEY')
  })
})
