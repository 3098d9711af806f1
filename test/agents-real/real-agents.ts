/** The real CLIs, pointed at the mock of their model APIs: what a test of whole graphs needs beside a yard. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Profile } from '../../src/domain/settings.ts'
import { profileOf } from '../agents/executors/launch-order.ts'
import { startMockLlm, type MockLlm } from '../support/mock-llm/server.ts'
import type { AgentCli } from './install.ts'

export const startMock = (): Promise<MockLlm> => startMockLlm()

/**
 * A profile for each CLI. `home` keeps what they remember (conversations), apart from the user's own. They talk to nothing but the mock.
 * Claude signs in as a subscriber, because only subscribers are told when a limit is reset.
 */
export async function realProfiles(
  mockUrl: string,
  clis: Readonly<Record<AgentCli, string>>,
  home: string,
): Promise<Record<AgentCli, Profile>> {
  const claudeHome = join(home, 'claude')
  const codexHome = join(home, 'codex')
  await mkdir(claudeHome, { recursive: true })
  // Codex does not make it by itself.
  await mkdir(codexHome, { recursive: true })
  const unset = { from: 'A_VARIABLE_THAT_IS_NOT_SET' }
  const claude = profileOf('claude', {
    command: [clis.claude],
    coding: true,
    env: {
      ANTHROPIC_BASE_URL: mockUrl,
      CLAUDE_CODE_OAUTH_TOKEN: 'not-a-real-token',
      ANTHROPIC_API_KEY: unset,
      ANTHROPIC_AUTH_TOKEN: unset,
      CLAUDE_CONFIG_DIR: claudeHome,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_MAX_RETRIES: '2',
      // It refuses to bypass permissions as root unless it is told that it stands in a sandbox.
      IS_SANDBOX: '1',
    },
  })
  const provider = `{name="mock",base_url="${mockUrl}/v1",env_key="MOCK_API_KEY",wire_api="responses",request_max_retries=1,stream_max_retries=2}`
  const codex = profileOf('codex', {
    command: [
      clis.codex,
      ...['-c', 'model_provider="mock"', '-c', `model_providers.mock=${provider}`],
      ...['-c', 'analytics.enabled=false', '-c', 'features.plugins=false'],
    ],
    coding: true,
    env: { CODEX_HOME: codexHome, MOCK_API_KEY: 'not-a-real-key', OPENAI_API_KEY: unset },
  })
  return { claude, codex, ...(await addressedProfiles(mockUrl, clis, home)) }
}

type Addressed = Exclude<AgentCli, 'claude' | 'codex'>

/** The key of the mock, as its owner has it; see `api_key_env`. */
export const KEY_NAME = 'MOCK_MODEL_KEY'
export const KEY_VALUE = 'not-a-real-key-of-the-mock'

/** Our own agent, which is no CLI to be installed. */
export const nativeProfile = (mockUrl: string): Profile =>
  profileOf('native', { coding: true, baseUrl: `${mockUrl}/v1`, apiKeyEnv: KEY_NAME })

/** The others are told by their profile where their model is. */
async function addressedProfiles(
  mockUrl: string,
  clis: Readonly<Record<AgentCli, string>>,
  home: string,
): Promise<Record<Addressed, Profile>> {
  const own = async (cli: Addressed): Promise<string> => {
    const folder = join(home, cli)
    await mkdir(folder, { recursive: true })
    return folder
  }
  const profile = (cli: Addressed, env: Profile['env']): Profile =>
    profileOf(cli, {
      command: [clis[cli]],
      coding: true,
      baseUrl: cli === 'gemini' ? mockUrl : `${mockUrl}/v1`,
      apiKeyEnv: KEY_NAME,
      env,
    })
  const xdg = await own('opencode')
  return {
    gemini: profile('gemini', {
      GEMINI_CLI_HOME: await own('gemini'),
      GEMINI_TELEMETRY_ENABLED: 'false',
    }),
    qwen: profile('qwen', { HOME: await own('qwen') }),
    opencode: profile('opencode', {
      XDG_CONFIG_HOME: join(xdg, 'config'),
      XDG_DATA_HOME: join(xdg, 'data'),
      XDG_CACHE_HOME: join(xdg, 'cache'),
      XDG_STATE_HOME: join(xdg, 'state'),
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    }),
    pi: profile('pi', { PI_CODING_AGENT_DIR: await own('pi'), PI_OFFLINE: '1' }),
    kimi: profile('kimi', {
      KIMI_CODE_HOME: await own('kimi'),
      KIMI_DISABLE_TELEMETRY: '1',
    }),
    copilot: profile('copilot', { COPILOT_HOME: await own('copilot'), COPILOT_OFFLINE: 'true' }),
  }
}

/** The same program over the Agent Client Protocol. It takes no address but by its config. */
export function opencodeAcpProfile(mockUrl: string, program: string, folder: string): Profile {
  const options = { baseURL: `${mockUrl}/v1`, apiKey: 'not-a-real-key' }
  const models = { 'some-model': { name: 'some-model' }, other: { name: 'other' } }
  const config = {
    autoupdate: false,
    share: 'disabled',
    permission: { edit: 'ask', bash: 'ask' },
    // What it asks a model for a title is in no figure of its own.
    agent: { title: { disable: true } },
    model: 'yard/other',
    provider: { yard: { npm: '@ai-sdk/openai-compatible', name: 'yard', options, models } },
  }
  return profileOf('acp', {
    name: 'opencode-acp',
    command: [program, 'acp'],
    env: {
      OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_DATA_HOME: join(folder, 'data'),
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_STATE_HOME: join(folder, 'state'),
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_MODELS_FETCH: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
    },
  })
}

/** The profiles as a `.yard/config.toml`. A JSON string is a TOML string. */
export function realConfig(profiles: readonly Profile[]): string {
  const tables = profiles.map(({ name, type, permissions, command, env, baseUrl, apiKeyEnv }) =>
    [
      `[executors.${name}]`,
      `type = ${JSON.stringify(type)}`,
      `permissions = ${JSON.stringify(permissions)}`,
      ...(command === null ? [] : [`command = ${JSON.stringify(command)}`]),
      ...(baseUrl === null ? [] : [`base_url = ${JSON.stringify(baseUrl)}`]),
      ...(apiKeyEnv === null ? [] : [`api_key_env = ${JSON.stringify(apiKeyEnv)}`]),
      `[executors.${name}.env]`,
      ...Object.entries(env).map(([key, value]) =>
        typeof value === 'string'
          ? `${key} = ${JSON.stringify(value)}`
          : `${key} = { from = ${JSON.stringify(value.from)} }`,
      ),
    ].join('\n'),
  )
  return `${tables.join('\n\n')}\n`
}
