/** Where an agent CLI would find its sign-in: by name only, nothing of it is read. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isAgentCli, type AgentCliType, type Profile } from '../../domain/settings.ts'
import type { Environment } from '../executors/executor.ts'

interface Places {
  readonly variables: readonly string[]
  /** Below the user's home. */
  readonly files: readonly string[]
}

const PLACES: Readonly<Record<AgentCliType | 'native', Places>> = {
  claude: {
    variables: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
    files: ['.claude/.credentials.json'],
  },
  codex: { variables: ['CODEX_API_KEY', 'OPENAI_API_KEY'], files: ['.codex/auth.json'] },
  gemini: { variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'], files: ['.gemini/oauth_creds.json'] },
  qwen: { variables: ['OPENAI_API_KEY', 'DASHSCOPE_API_KEY'], files: ['.qwen/oauth_creds.json'] },
  opencode: { variables: [], files: ['.local/share/opencode/auth.json'] },
  pi: { variables: [], files: ['.pi/agent/auth.json'] },
  copilot: {
    variables: ['COPILOT_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'],
    files: ['.copilot/config.json'],
  },
  native: {
    variables: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY'],
    files: ['.config/yard/keys.env'],
  },
  kimi: {
    variables: ['KIMI_MODEL_API_KEY', 'KIMI_API_KEY'],
    files: ['.kimi-code/credentials', '.kimi-code/config.toml'],
  },
}

/**
 * The variable or the file (below `~`) that is there, the nearest first; null when none is seen. A CLI may keep its sign-in
 * elsewhere (a key store of the system), so null does not mean that it has none.
 */
export function credentialsOf(
  { type, apiKeyEnv }: Pick<Profile, 'type' | 'apiKeyEnv'>,
  env: Environment,
): string | null {
  if (apiKeyEnv !== null) return env[apiKeyEnv] ? apiKeyEnv : null
  if (!isAgentCli(type) && type !== 'native') return null
  const { variables, files } = PLACES[type]
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir()
  const variable = variables.find((name) => env[name])
  const file = files.find((path) => existsSync(join(home, path)))
  return variable ?? (file === undefined ? null : `~/${file}`)
}
