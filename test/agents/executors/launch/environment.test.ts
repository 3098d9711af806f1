import { describe, expect, it } from 'vitest'
import {
  agentEnvironment,
  applyEnvironment,
  keysOfOthers,
  PROVIDER_KEY_NAMES,
  withoutKeys,
} from '../../../../src/agents/executors/launch/environment.ts'
import { AGENT_CLIS } from '../../../../src/domain/settings.ts'
import { profileOf } from '../launch-order.ts'

const INHERITED = {
  PATH: '/bin',
  HOME: '/home/user',
  CLAUDECODE: '1',
  CLAUDE_CODE_ENTRYPOINT: 'cli',
  CODEX_THREAD_ID: 'x',
  CODEX_SANDBOX: 'seatbelt',
  GEMINI_CLI: '1',
  QWEN_CODE: '1',
  OPENCODE: '1',
  OPENCODE_PID: '7',
  PI_CODING_AGENT: 'true',
  COPILOT_CLI: '1',
  COPILOT_AGENT_SESSION_ID: 'x',
  YARD_TOKEN: 'of the caller',
  ELECTRON_RUN_AS_NODE: '1',
  ELECTRON_NO_ASAR: '1',
  APPIMAGE: '/home/user/Yardmaster.AppImage',
  APPDIR: '/tmp/.mount_yard',
  npm_lifecycle_event: 'start',
  npm_package_name: 'yardmaster',
  npm_config_registry: 'https://registry.example',
  INIT_CWD: '/elsewhere',
  ANTHROPIC_API_KEY: 'for claude',
  OPENAI_API_KEY: 'for codex',
  EMPTY: undefined,
}
const seenBy = (...parameters: Parameters<typeof profileOf>): Record<string, string> =>
  applyEnvironment(INHERITED, agentEnvironment(profileOf(...parameters), INHERITED))

describe.each(['shell', 'command', ...AGENT_CLIS] as const)('%s', (type) => {
  it('sees nothing of an outer session, of Electron or of npm start', () => {
    const names = Object.keys(seenBy(type))
    for (const name of [
      'CLAUDECODE',
      'CLAUDE_CODE_ENTRYPOINT',
      'CODEX_THREAD_ID',
      'CODEX_SANDBOX',
      'GEMINI_CLI',
      'QWEN_CODE',
      'OPENCODE',
      'OPENCODE_PID',
      'PI_CODING_AGENT',
      'COPILOT_CLI',
      'COPILOT_AGENT_SESSION_ID',
      'YARD_TOKEN',
    ]) {
      expect(names).not.toContain(name)
    }
    for (const name of [
      'ELECTRON_RUN_AS_NODE',
      'ELECTRON_NO_ASAR',
      'APPIMAGE',
      'APPDIR',
      'npm_lifecycle_event',
      'npm_package_name',
      'INIT_CWD',
      'EMPTY',
    ]) {
      expect(names).not.toContain(name)
    }
    expect(seenBy(type)).toMatchObject({
      PATH: '/bin',
      HOME: '/home/user',
      npm_config_registry: 'https://registry.example',
    })
  })
})

it('gives each CLI the key of its own provider, and a shell what its user has', () => {
  expect(seenBy('claude')).toHaveProperty('ANTHROPIC_API_KEY')
  expect(seenBy('claude')).not.toHaveProperty('OPENAI_API_KEY')
  expect(seenBy('codex')).toHaveProperty('OPENAI_API_KEY')
  expect(seenBy('codex')).not.toHaveProperty('ANTHROPIC_API_KEY')
  expect(seenBy('shell')).toMatchObject({
    ANTHROPIC_API_KEY: 'for claude',
    OPENAI_API_KEY: 'for codex',
  })
})

describe.each([
  ...['OPENROUTER_API_KEY', 'MISTRAL_API_KEY', 'GROQ_API_KEY', 'XAI_API_KEY', 'DEEPSEEK_API_KEY'],
  ...['HF_TOKEN', 'TOGETHER_API_KEY', 'FIREWORKS_API_KEY', 'COHERE_API_KEY', 'CEREBRAS_API_KEY'],
  ...['PERPLEXITY_API_KEY', 'ZAI_API_KEY', 'MINIMAX_API_KEY', 'NVIDIA_API_KEY', 'MOONSHOT_API_KEY'],
  ...['AI_GATEWAY_API_KEY', 'OPENCODE_API_KEY', 'AZURE_OPENAI_API_KEY'],
])('%s', (name) => {
  it('reaches no CLI of another provider', () => {
    expect(PROVIDER_KEY_NAMES).toContain(name)
    const inherited = { ...INHERITED, [name]: 'secret' }
    for (const type of ['claude', 'gemini', 'copilot'] as const)
      expect(
        applyEnvironment(inherited, agentEnvironment(profileOf(type), inherited)),
      ).not.toHaveProperty(name)
  })
})

describe('a key that another profile or model names', () => {
  const settings = {
    executors: {
      claude: profileOf('claude', { apiKeyEnv: 'MY_CLAUDE_KEY' }),
      other: profileOf('opencode', { apiKeyEnv: 'OPENROUTER_API_KEY' }),
      proxy: profileOf('codex', { apiKeyEnv: 'PROXY_KEY' }),
    },
    models: { far: { apiKeyEnv: 'FAR_KEY' } },
  } as unknown as Parameters<typeof keysOfOthers>[0]
  const far = { apiKeyEnv: 'FAR_KEY' }

  it('is taken away, its own and the usual ones of its provider are not', () => {
    expect(
      keysOfOthers(settings, profileOf('claude', { apiKeyEnv: 'MY_CLAUDE_KEY' }), null),
    ).toEqual([...['OPENROUTER_API_KEY', 'PROXY_KEY', 'FAR_KEY']])
    expect(keysOfOthers(settings, profileOf('opencode'), null)).toEqual([
      ...['MY_CLAUDE_KEY', 'PROXY_KEY', 'FAR_KEY'],
    ])
    expect(keysOfOthers(settings, profileOf('native'), far)).toEqual(['MY_CLAUDE_KEY', 'PROXY_KEY'])
    expect(keysOfOthers(settings, profileOf('shell'), null)).toEqual([])
  })

  it('stays where the profile sets it itself', () => {
    const change = { set: { PROXY_KEY: 'mine' }, unset: ['A'] }
    expect(withoutKeys(change, ['PROXY_KEY', 'FAR_KEY']).unset).toEqual(['A', 'FAR_KEY'])
  })
})

it('reads {from} where the profile says, and removes the target when that is not set', () => {
  const env = {
    ANTHROPIC_API_KEY: { from: 'NOT_SET' },
    OPENAI_API_KEY: { from: 'ANTHROPIC_API_KEY' },
    PLAIN: 'value',
  }
  const seen = seenBy('claude', { env })
  expect(seen).not.toHaveProperty('ANTHROPIC_API_KEY')
  expect(seen).toMatchObject({ OPENAI_API_KEY: 'for claude', PLAIN: 'value' })
})

it('lets the profile win over what is inherited, and what is inherited over a default', () => {
  const inherited = { A: 'inherited', B: 'inherited' }
  const change = agentEnvironment(profileOf('claude', { env: { A: 'profile' } }), inherited, {
    A: 'd',
    B: 'd',
    C: 'd',
  })
  expect(applyEnvironment(inherited, change)).toEqual({ A: 'profile', B: 'inherited', C: 'd' })
})

it('never names a variable as both set and unset', () => {
  const change = agentEnvironment(
    profileOf('claude', { env: { OPENAI_API_KEY: 'mine', GONE: { from: 'NOT_SET' } } }),
    INHERITED,
    { GONE: 'x' },
  )
  expect(change.unset.filter((name) => name in change.set)).toEqual([])
})

describe('an address and a key of a profile’s own', () => {
  const OWNER = {
    ...INHERITED,
    PROXY_KEY: 'of the proxy',
    ANTHROPIC_AUTH_TOKEN: 'a token',
    CLAUDE_CODE_OAUTH_TOKEN: 'a sign-in',
    CLAUDE_CODE_USE_BEDROCK: '1',
  }
  const seen = (more: Parameters<typeof profileOf>[1]): Record<string, string> =>
    applyEnvironment(OWNER, agentEnvironment(profileOf('claude', more), OWNER))
  const baseUrl = 'https://llm.example/anthropic'

  it('replace whatever else would lead to an account', () => {
    const env = seen({ baseUrl, apiKeyEnv: 'PROXY_KEY' })
    expect(env).toMatchObject({ ANTHROPIC_BASE_URL: baseUrl, ANTHROPIC_API_KEY: 'of the proxy' })
    for (const name of [
      'ANTHROPIC_AUTH_TOKEN',
      'CLAUDE_CODE_OAUTH_TOKEN',
      'CLAUDE_CODE_USE_BEDROCK',
    ])
      expect(env).not.toHaveProperty(name)
  })

  it('take an inherited key away where their own is not set', () => {
    expect(seen({ baseUrl, apiKeyEnv: 'NOT_SET' })).not.toHaveProperty('ANTHROPIC_API_KEY')
    expect(seen({ apiKeyEnv: 'NOT_SET' })).not.toHaveProperty('ANTHROPIC_API_KEY')
  })

  it('send no key of its owner to an address that was given none', () => {
    expect(Object.values(seen({ baseUrl }))).not.toContain('for claude')
    expect(seen({ baseUrl })).toMatchObject({ ANTHROPIC_API_KEY: 'none' })
  })

  it('yield to what the profile says in so many words', () => {
    const env = { ANTHROPIC_API_KEY: 'mine', ANTHROPIC_BASE_URL: 'http://127.0.0.1:2' }
    expect(seen({ baseUrl, apiKeyEnv: 'PROXY_KEY', env })).toMatchObject(env)
  })

  it('change nothing for a profile that has neither', () => {
    expect(seen({})).toMatchObject({ ANTHROPIC_API_KEY: 'for claude' })
  })
})
