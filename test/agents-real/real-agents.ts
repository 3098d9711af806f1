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
  return { claude, codex }
}

/** The profiles as a `.yard/config.toml`. A JSON string is a TOML string. */
export function realConfig(profiles: Readonly<Record<AgentCli, Profile>>): string {
  const tables = Object.values(profiles).map(({ name, type, permissions, command, env }) =>
    [
      `[executors.${name}]`,
      `type = ${JSON.stringify(type)}`,
      `permissions = ${JSON.stringify(permissions)}`,
      `command = ${JSON.stringify(command)}`,
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
