/** The built-in profile of each executor type, and the fields that a type uses. */
import { invariant } from '../base/result.ts'
import { isCodingAgent, type ExecutorType, type Profile } from '../domain/settings.ts'
import type { ExecutorFile } from './registry-schema.ts'
import { durationMs } from './value-schemas.ts'

const LOCAL = ['max_agents', 'timeout', 'coding', 'subtasks', 'keep_background', 'env'] as const
const ADDRESS = ['base_url', 'api_key_env', 'fallback'] as const
const CLI = ['type', 'command', 'model', 'permissions', ...ADDRESS, ...LOCAL] as const

/** In the order of a form. A field that does nothing for a type is refused rather than ignored. */
export const FIELDS_OF_TYPE: Readonly<Record<ExecutorType, readonly (keyof ExecutorFile)[]>> = {
  shell: ['type', ...LOCAL],
  command: ['type', 'command', 'model', 'stdin', ...LOCAL],
  manual: ['type'],
  schedule: ['type', 'schedule', 'then'],
  claude: CLI,
  codex: CLI,
  gemini: CLI,
  qwen: CLI,
  opencode: CLI,
  pi: CLI,
  copilot: CLI,
  kimi: CLI,
  acp: ['type', 'command', 'model', 'permissions', 'fallback', ...LOCAL],
  native: [
    ...(['type', 'model', 'permissions', ...ADDRESS] as const),
    ...(['max_steps', 'max_tokens', 'max_cost', ...LOCAL] as const),
  ],
  http: ['type', 'url', 'endpoint', 'method', 'headers', 'give_up', 'timeout', 'max_agents'],
  external: ['type', 'timeout'],
}

/** In the form of the file; durations in minutes. */
const DEFAULTS = {
  timeout: 240,
  give_up: 10,
  permissions: 'bypass',
  subtasks: 'own',
  keep_background: false,
  stdin: 'prompt',
  method: 'POST',
} as const satisfies ExecutorFile

/** What a field is where no file says it, in the form of the file; null = not set. */
export function builtInField(type: ExecutorType, field: string): unknown {
  if (field === 'coding') return isCodingAgent(type)
  return Object.entries(DEFAULTS).find(([name]) => name === field)?.[1] ?? null
}

export function createProfile(name: string, type: ExecutorType, file: ExecutorFile): Profile {
  const timeoutMs = durationMs(or(file.timeout, DEFAULTS.timeout), 'm')
  invariant(timeoutMs !== null, `executors.${name}.timeout passed the schema`)
  const giveUpMs = durationMs(or(file.give_up, DEFAULTS.give_up), 'm')
  invariant(giveUpMs !== null, `executors.${name}.give_up passed the schema`)
  return {
    name,
    type,
    model: or(file.model, null),
    env: or(file.env, {}),
    maxAgents: or(file.max_agents, null),
    timeoutMs,
    permissions: or(file.permissions, DEFAULTS.permissions),
    keepBackground: or(file.keep_background, DEFAULTS.keep_background),
    subtasks: or(file.subtasks, DEFAULTS.subtasks),
    coding: or(file.coding, isCodingAgent(type)),
    command: or(file.command, null),
    stdin: or(file.stdin, DEFAULTS.stdin),
    baseUrl: or(file.base_url, null),
    apiKeyEnv: or(file.api_key_env, null),
    url: or(file.url, or(file.endpoint, null)),
    method: or(file.method, DEFAULTS.method),
    headers: or(file.headers, {}),
    giveUpMs,
    maxSteps: file.max_steps ?? null,
    maxTokens: file.max_tokens ?? null,
    maxCostUsd: file.max_cost ?? null,
    fallback: or(file.fallback, null),
    then: or(file.then, null),
    schedule: or(file.schedule, null),
  }
}

const or = <T, D extends string | number | boolean | object | null>(
  value: T | undefined,
  fallback: D,
): T | D => (value === undefined ? fallback : value)
