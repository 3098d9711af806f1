/** What is there without any file: a profile per executor type; and which fields a type uses. */
import { invariant } from '../base/result.ts'
import { isCodingAgent, type ExecutorType, type Profile } from '../domain/settings.ts'
import type { ExecutorFile } from './schema.ts'
import { durationMs } from './value-schemas.ts'

const LOCAL = [
  'type',
  'env',
  'max_agents',
  'timeout',
  'keep_background',
  'subtasks',
  'coding',
] as const
const CLI = [
  ...LOCAL,
  'model',
  'permissions',
  'command',
  'base_url',
  'api_key_env',
  'fallback',
] as const

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
  acp: [...LOCAL, 'model', 'permissions', 'command', 'fallback'],
  native: [...CLI.filter((field) => field !== 'command'), 'max_steps', 'max_tokens', 'max_cost'],
  http: ['type', 'url', 'endpoint', 'method', 'headers', 'give_up', 'timeout', 'max_agents'],
  external: ['type', 'timeout'],
}

export function createProfile(name: string, type: ExecutorType, file: ExecutorFile): Profile {
  const timeoutMs = durationMs(or(file.timeout, '4h'), 'm')
  invariant(timeoutMs !== null, `executors.${name}.timeout passed the schema`)
  const giveUpMs = durationMs(or(file.give_up, '10m'), 'm')
  invariant(giveUpMs !== null, `executors.${name}.give_up passed the schema`)
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
    giveUpMs,
    maxSteps: file.max_steps ?? null,
    maxTokens: file.max_tokens ?? null,
    maxCostUsd: file.max_cost ?? null,
    fallback: or(file.fallback, null),
    then: or(file.then, null),
    schedule: or(file.schedule, null),
  }
}

const or = <T, D extends string | boolean | object | null>(
  value: T | undefined,
  fallback: D,
): T | D => (value === undefined ? fallback : value)
