/**
 * What an agent inherits: the login shell's environment without what would make its CLI think that it runs inside another one,
 * without Electron's and npm's own variables, and without the keys of other executors' providers. A shell or command task has no
 * provider: it is the user's own line, so it keeps the user's environment, keys included.
 */
import { workFailure, type WorkFailure } from '../../../domain/failure.ts'
import {
  isAgentCli,
  EXECUTOR_KINDS,
  type AgentCliType,
  type ExecutorType,
  type ModelEntry,
  type Profile,
  type Settings,
} from '../../../domain/settings.ts'
import type { Environment, EnvironmentChange } from '../executor.ts'

const NESTED_SESSION = [
  /^CLAUDECODE$/,
  /^CLAUDE_CODE_(ENTRYPOINT|SSE_PORT|SESSION_ID|CHILD_SESSION|AGENT_ID|PARENT_.*)$/,
  /^CLAUDE_(SESSION_ID|AGENT_SDK_VERSION)$/,
  /^CODEX_(SANDBOX|SANDBOX_NETWORK_DISABLED|THREAD_ID|TOOL_CALL_ID|SESSION_ID|CI|INTERNAL_ORIGINATOR_OVERRIDE)$/,
  /^GEMINI_CLI(_TRUST_WORKSPACE)?$/,
  /^QWEN_CODE$/,
  /^OPENCODE(_(PID|PRINT_LOGS|LOG_LEVEL))?$/,
  /^PI_CODING_AGENT$/,
  /^COPILOT_(AGENT_SESSION_ID|LOADER_PID|CLI(_RESOLVED_DIST_DIR|_BINARY_VERSION)?)$/,
  /^YARD_(DIR|URL|TOKEN|TASK_ID|AGENT_ID|GENERATION)$/,
]

/** `npm start` adds these; they name our own package and would mislead an agent's npm. A user's `npm_config_registry` stays. */
const HOST_NOISE = [
  /^ELECTRON_/,
  // Of an AppImage's runtime: they point into a mount that goes away.
  /^(?:APPDIR|APPIMAGE|ARGV0|OWD)$/,
  /^INIT_CWD$/,
  /^npm_(lifecycle|package)_/,
  /^npm_(command|execpath|node_execpath)$/,
  /^npm_config_(local_prefix|user_agent)$/,
]

const PROVIDER_KEYS: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
  openai: ['OPENAI_API_KEY', 'CODEX_API_KEY', 'AZURE_OPENAI_API_KEY'],
  google: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  // It asks models of any maker that speaks OpenAI's protocol, by these names.
  qwen: ['OPENAI_API_KEY', 'DASHSCOPE_API_KEY', 'BAILIAN_CODING_PLAN_API_KEY'],
  // GH_TOKEN and GITHUB_TOKEN are left to all: git and gh need them too.
  github: ['COPILOT_GITHUB_TOKEN', 'COPILOT_PROVIDER_API_KEY', 'COPILOT_PROVIDER_BEARER_TOKEN'],
  moonshot: ['KIMI_API_KEY', 'KIMI_MODEL_API_KEY', 'MOONSHOT_API_KEY'],
  openrouter: ['OPENROUTER_API_KEY'],
  mistral: ['MISTRAL_API_KEY', 'CODESTRAL_API_KEY'],
  groq: ['GROQ_API_KEY'],
  xai: ['XAI_API_KEY', 'GROK_API_KEY'],
  deepseek: ['DEEPSEEK_API_KEY'],
  huggingface: ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN', 'HUGGINGFACE_API_KEY'],
  together: ['TOGETHER_API_KEY'],
  fireworks: ['FIREWORKS_API_KEY'],
  cohere: ['COHERE_API_KEY', 'CO_API_KEY'],
  perplexity: ['PERPLEXITY_API_KEY'],
  cerebras: ['CEREBRAS_API_KEY'],
  zai: ['ZAI_API_KEY', 'ZHIPU_API_KEY'],
  minimax: ['MINIMAX_API_KEY'],
  nvidia: ['NVIDIA_API_KEY'],
  opencode: ['OPENCODE_API_KEY'],
  vercel: ['AI_GATEWAY_API_KEY'],
}

export const PROVIDER_KEY_NAMES: readonly string[] = [
  ...new Set(Object.values(PROVIDER_KEYS).flat()),
]

/** The user's own lines keep the user's environment. */
const isOwnLine = (type: ExecutorType): boolean => type === 'shell' || type === 'command'

/**
 * Variables that the configuration names for keys of other profiles and models. The usual ones of its own provider are left to a CLI,
 * and all usual ones to a CLI that asks many providers.
 */
export function keysOfOthers(
  { executors, models }: Pick<Settings, 'executors' | 'models'>,
  profile: Pick<Profile, 'type' | 'apiKeyEnv'>,
  model: Pick<ModelEntry, 'apiKeyEnv'> | null,
): readonly string[] {
  if (isOwnLine(profile.type)) return []
  const provider = EXECUTOR_KINDS[profile.type].provider
  const own = new Set([
    ...(provider === null ? PROVIDER_KEY_NAMES : (PROVIDER_KEYS[provider] ?? [])),
    profile.apiKeyEnv,
    model?.apiKeyEnv,
  ])
  const named = [...Object.values(executors), ...Object.values(models)].map((one) => one.apiKeyEnv)
  return [...new Set(named)].flatMap((name) => (name === null || own.has(name) ? [] : [name]))
}

/** The same change, with these variables taken away too unless it sets them itself. */
export const withoutKeys = (
  change: EnvironmentChange,
  names: readonly string[],
): EnvironmentChange => ({
  ...change,
  unset: [
    ...new Set([...change.unset, ...names.filter((name) => !Object.hasOwn(change.set, name))]),
  ],
})

/**
 * `defaults` yield to what is inherited; an address or a key of the profile's own replaces it, and the profile's `env` wins over
 * all. `{from}` is read from `inherited`, and where that variable is not set the one it was meant for is removed.
 */
export function agentEnvironment(
  profile: Pick<Profile, 'name' | 'type' | 'env' | 'baseUrl' | 'apiKeyEnv'>,
  inherited: Environment,
  defaults: Readonly<Record<string, string>> = {},
): EnvironmentChange {
  const provider = EXECUTOR_KINDS[profile.type].provider
  const unset = new Set(Object.keys(inherited).filter((name) => isForeign(name, provider)))
  const set = new Map<string, string>()
  const change = (name: string, value: string | undefined): void => {
    if (value === undefined) {
      set.delete(name)
      unset.add(name)
    } else {
      set.set(name, value)
      unset.delete(name)
    }
  }
  for (const [name, value] of Object.entries(defaults))
    if (inherited[name] === undefined) set.set(name, value)
  const endpoint = endpointChange(profile, inherited)
  for (const name of endpoint.unset) change(name, undefined)
  for (const [name, value] of Object.entries(endpoint.set)) change(name, value)
  for (const [name, wanted] of Object.entries(profile.env))
    change(name, typeof wanted === 'string' ? wanted : inherited[wanted.from])
  return { set: Object.fromEntries(set), unset: [...unset].toSorted() }
}

/** The environment that results. */
export function applyEnvironment(
  inherited: Environment,
  change: EnvironmentChange,
): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(inherited))
    if (value !== undefined && !change.unset.includes(name)) result[name] = value
  return { ...result, ...change.set }
}

function isForeign(name: string, provider: string | null): boolean {
  if ([...NESTED_SESSION, ...HOST_NOISE].some((pattern) => pattern.test(name))) return true
  if (provider === null) return false
  if (PROVIDER_KEYS[provider]?.includes(name)) return false
  return Object.values(PROVIDER_KEYS).some((keys) => keys.includes(name))
}

// The variables that give each CLI the address and the key of its model. A profile with an address or a key of its own gets exactly those:
// every other key, and every switch to a third endpoint, is removed, so that nothing is sent to or billed at another one.

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
function endpointChange(
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
