/** What is there without any file: a profile per executor type and a few models; and which fields a type uses. */
import { invariant } from '../base/result.ts'
import {
  isCodingAgent,
  type ExecutorType,
  type ModelEntry,
  type Profile,
} from '../domain/settings.ts'
import { durationMs, type ExecutorFile, type ModelFile } from './schema.ts'

const LOCAL = [
  'type',
  'env',
  'max_agents',
  'timeout',
  'keep_background',
  'subtasks',
  'coding',
] as const
const CLI = [...LOCAL, 'model', 'permissions', 'command', 'base_url', 'api_key_env'] as const

/** A field that does nothing for a type is refused rather than ignored. */
export const FIELDS_OF_TYPE: Readonly<Record<ExecutorType, readonly (keyof ExecutorFile)[]>> = {
  shell: LOCAL,
  command: [...LOCAL, 'model', 'command', 'stdin'],
  manual: ['type'],
  schedule: ['type', 'then', 'schedule'],
  claude: CLI,
  codex: CLI,
  gemini: CLI,
  qwen: CLI,
  opencode: CLI,
  pi: CLI,
  copilot: CLI,
  kimi: CLI,
  acp: [...LOCAL, 'model', 'permissions', 'command'],
  native: [...CLI.filter((field) => field !== 'command'), 'max_steps', 'max_tokens', 'max_cost'],
  http: ['type', 'url', 'endpoint', 'method', 'headers', 'timeout', 'max_agents'],
  external: ['type', 'timeout'],
}

export function createProfile(name: string, type: ExecutorType, file: ExecutorFile): Profile {
  const timeoutMs = durationMs(or(file.timeout, '4h'), 'm')
  invariant(timeoutMs !== null, `executors.${name}.timeout passed the schema`)
  return {
    name,
    type,
    model: or(file.model, null),
    env: or(file.env, {}),
    maxAgents: or(file.max_agents, null),
    timeoutMs,
    permissions: or(file.permissions, 'bypass'),
    keepBackground: or(file.keep_background, false),
    subtasks: or(file.subtasks, 'own'),
    coding: or(file.coding, isCodingAgent(type)),
    command: or(file.command, null),
    stdin: or(file.stdin, 'prompt'),
    baseUrl: or(file.base_url, null),
    apiKeyEnv: or(file.api_key_env, null),
    url: or(file.url, or(file.endpoint, null)),
    method: or(file.method, 'POST'),
    headers: or(file.headers, {}),
    maxSteps: file.max_steps ?? null,
    maxTokens: file.max_tokens ?? null,
    maxCostUsd: file.max_cost ?? null,
    then: or(file.then, null),
    schedule: or(file.schedule, null),
  }
}

const or = <T, D extends string | boolean | object | null>(
  value: T | undefined,
  fallback: D,
): T | D => (value === undefined ? fallback : value)

/** Names that the CLIs themselves understand, so that nothing here goes out of date with a price list. */
export const BUILT_IN_MODELS: Readonly<
  Record<string, Required<Pick<ModelFile, 'provider' | 'model_id' | 'tier'>>>
> = {
  opus: { provider: 'anthropic', model_id: 'opus', tier: 'strong' },
  sonnet: { provider: 'anthropic', model_id: 'sonnet', tier: 'standard' },
  haiku: { provider: 'anthropic', model_id: 'haiku', tier: 'light' },
  'gpt-5-codex': { provider: 'openai', model_id: 'gpt-5-codex', tier: 'strong' },
  'gpt-5': { provider: 'openai', model_id: 'gpt-5', tier: 'strong' },
}

/** Null when a field that it cannot do without is missing. */
export function createModelEntry(name: string, file: ModelFile): ModelEntry | null {
  const base = Object.hasOwn(BUILT_IN_MODELS, name) ? BUILT_IN_MODELS[name] : undefined
  const { provider, model_id: modelId, tier } = { ...base, ...file }
  if (provider === undefined || modelId === undefined) return null
  return { name, provider, modelId, endpoint: file.endpoint ?? null, tier: tier ?? null }
}
