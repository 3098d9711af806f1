/**
 * Which variables tell each CLI where its model is and with which key. A profile with an address or a key of its own gets exactly
 * those: every other key and every switch to a third place is taken away, so that nothing is sent, or billed, to where nobody meant.
 */
import { workFailure, type WorkFailure } from '../../../domain/failure.ts'
import { isAgentCli, type AgentCliType, type Profile } from '../../../domain/settings.ts'
import type { Environment, EnvironmentChange } from '../executor.ts'

interface Endpoint {
  /** Null where the address is told in another way. */
  readonly url: string | null
  readonly key: string
  /** Would win over the address or the key. */
  readonly rivals: readonly string[]
}

/** For CLIs that take an address only in a config of ours, which names this variable. */
export const KEY_VARIABLE = 'YARD_PROVIDER_KEY'

/** Stands where a server wants no key but its CLI does. */
const NO_KEY = 'none'

const ENDPOINTS: Readonly<Record<AgentCliType, Endpoint>> = {
  claude: {
    url: 'ANTHROPIC_BASE_URL',
    key: 'ANTHROPIC_API_KEY',
    rivals: [
      'ANTHROPIC_AUTH_TOKEN',
      'CLAUDE_CODE_OAUTH_TOKEN',
      'ANTHROPIC_CUSTOM_HEADERS',
      'CLAUDE_CODE_USE_BEDROCK',
      'CLAUDE_CODE_USE_VERTEX',
      'CLAUDE_CODE_USE_FOUNDRY',
    ],
  },
  codex: { url: null, key: 'CODEX_API_KEY', rivals: ['OPENAI_API_KEY', 'AZURE_OPENAI_API_KEY'] },
  gemini: {
    url: 'GOOGLE_GEMINI_BASE_URL',
    key: 'GEMINI_API_KEY',
    rivals: ['GOOGLE_API_KEY', 'GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_GENAI_USE_GCA'],
  },
  qwen: {
    url: 'OPENAI_BASE_URL',
    key: 'OPENAI_API_KEY',
    rivals: ['DASHSCOPE_API_KEY', 'BAILIAN_CODING_PLAN_API_KEY'],
  },
  opencode: { url: null, key: KEY_VARIABLE, rivals: [] },
  pi: { url: null, key: KEY_VARIABLE, rivals: [] },
  copilot: {
    url: 'COPILOT_PROVIDER_BASE_URL',
    key: 'COPILOT_PROVIDER_API_KEY',
    rivals: [
      'COPILOT_PROVIDER_BEARER_TOKEN',
      'COPILOT_PROVIDER_API_KEY_COMMAND',
      'COPILOT_PROVIDER_HEADERS',
    ],
  },
  kimi: {
    url: 'KIMI_MODEL_BASE_URL',
    key: 'KIMI_MODEL_API_KEY',
    rivals: ['KIMI_API_KEY', 'MOONSHOT_API_KEY', 'KIMI_MODEL_PROVIDER_TYPE'],
  },
}

/** Copilot's own models are paid by a GitHub account and not by a provider's key. */
const COPILOT_ACCOUNT: Endpoint = {
  url: null,
  key: 'COPILOT_GITHUB_TOKEN',
  rivals: ['COPILOT_PROVIDER_BASE_URL'],
}

type Addressed = Pick<Profile, 'name' | 'type' | 'baseUrl' | 'apiKeyEnv'>

/** Nothing for a profile that has neither an address nor a key of its own. */
export function endpointChange(
  { type, baseUrl, apiKeyEnv }: Addressed,
  inherited: Environment,
): EnvironmentChange {
  if (!isAgentCli(type) || (baseUrl === null && apiKeyEnv === null)) return { set: {}, unset: [] }
  const endpoint = type === 'copilot' && baseUrl === null ? COPILOT_ACCOUNT : ENDPOINTS[type]
  const value = apiKeyEnv === null ? NO_KEY : inherited[apiKeyEnv]
  const set: Record<string, string> = {}
  if (endpoint.url !== null && baseUrl !== null) set[endpoint.url] = baseUrl
  if (value) set[endpoint.key] = value
  const unset = [...endpoint.rivals, ...(value ? [] : [endpoint.key])]
  return { set, unset: unset.filter((name) => inherited[name] !== undefined) }
}

/** A CLI without the key that it was meant to have might find another one, say in its own sign-in. So it is not started. */
export function missingKey(
  { name, apiKeyEnv }: Addressed,
  inherited: Environment,
): WorkFailure | null {
  if (apiKeyEnv === null || inherited[apiKeyEnv]) return null
  const reason = `${apiKeyEnv} is not set: it holds the key of executor ${name} (api_key_env)`
  return workFailure('auth', reason)
}
