/** The registry of a yard: built-in models and executor profiles, and the entry of a file laid field by field over the built-in one of its name. */
import { err, invariant, ok, type Result } from '../base/result.ts'
import {
  type ExecutorType,
  isCodingAgent,
  type ModelEntry,
  type Price,
  type Profile,
} from '../domain/settings.ts'
import type { ExecutorFile, ModelFile } from './registry-schema.ts'
import { durationMs } from './value-schemas.ts'

type Row = readonly [
  name: string,
  provider: string,
  tier: string | null,
  contextWindow: number | null,
  price?: readonly [input: number, cached: number | null, output: number, notedOn: string] | null,
  more?: Partial<ModelEntry>,
]

const MILLION = 1_000_000
const MEBI = 1_048_576
const ALIAS = { isAlias: true }
const AT_MOONSHOT = { endpoint: 'https://api.moonshot.ai/v1' }

/**
 * The models that are there without any file. Prices are list prices in US dollars per million tokens as they were reported by the
 * month that is noted; the vendors' pages themselves could not be asked from where this was written, so hold them against those before
 * you rely on a sum. A price that is not sure is left out. Where a price depends on the length of the prompt, it is the one of short
 * prompts. A user's entry of the same name overrides field by field.
 *
 * To be held against: anthropic: platform.claude.com/docs/en/about-claude/pricing; openai: platform.openai.com/docs/pricing;
 * google: ai.google.dev/gemini-api/docs/pricing; moonshot: platform.moonshot.ai/docs/pricing.
 */
const ROWS: readonly Row[] = [
  // Words of Claude Code itself: they go on meaning its newest models, so they have no price of their own.
  ['opus', 'anthropic', 'strong', null, null, ALIAS],
  ['sonnet', 'anthropic', 'standard', null, null, ALIAS],
  ['haiku', 'anthropic', 'light', null, null, ALIAS],
  ['claude-opus-4-6', 'anthropic', 'strong', MILLION, [5, 0.5, 25, '2026-04']],
  ['claude-sonnet-4-6', 'anthropic', 'standard', MILLION, [3, 0.3, 15, '2026-04']],
  ['claude-haiku-4-5', 'anthropic', 'light', 200_000, [1, 0.1, 5, '2026-04']],
  ['gpt-5.5', 'openai', null, null],
  ['gpt-5.4', 'openai', 'standard', null],
  ['gpt-5.4-mini', 'openai', 'light', null],
  ['gpt-5.3-codex', 'openai', 'strong', 400_000, [1.75, 0.175, 14, '2026-05']],
  ['gpt-5.2', 'openai', null, 400_000, [1.75, 0.175, 14, '2026-05']],
  ['gpt-5-codex', 'openai', null, 400_000, [1.25, 0.125, 10, '2026-05']],
  ['gpt-5', 'openai', null, 400_000, [1.25, 0.125, 10, '2026-05']],
  ['gpt-5-mini', 'openai', null, 400_000, [0.25, 0.025, 2, '2026-05']],
  ['gemini-2.5-pro', 'google', 'strong', MEBI, [1.25, 0.125, 10, '2026-04']],
  ['gemini-2.5-flash', 'google', 'standard', MEBI, [0.3, 0.03, 2.5, '2026-04']],
  ['gemini-2.5-flash-lite', 'google', 'light', MEBI, [0.1, null, 0.4, '2026-04']],
  ['gemini-3-flash-preview', 'google', null, MEBI, [0.5, 0.05, 3, '2026-04']],
  ['qwen3-coder-plus', 'qwen', 'strong', MILLION],
  ['qwen3-coder-flash', 'qwen', 'standard', MILLION],
  ['kimi-k2-thinking', 'moonshot', 'strong', 262_144, [0.6, 0.15, 2.5, '2025-12'], AT_MOONSHOT],
  [
    'kimi-k2-turbo-preview',
    'moonshot',
    'standard',
    262_144,
    [1.15, 0.15, 8, '2025-12'],
    AT_MOONSHOT,
  ],
  // Billed by requests of a GitHub plan, not by tokens.
  ['copilot-claude-sonnet', 'github', 'standard', null, null, { modelId: 'claude-sonnet-4.5' }],
  ['copilot-gpt-5', 'github', 'strong', null, null, { modelId: 'gpt-5' }],
]

export const BUILT_IN_MODELS: Readonly<Record<string, ModelEntry>> = Object.fromEntries(
  ROWS.map((row) => [row[0], entryOf(row)]),
)

function entryOf([name, provider, tier, contextWindow, price, more]: Row): ModelEntry {
  const [input = 0, cached = null, output = 0, notedOn = null] = price ?? []
  return {
    name,
    provider,
    modelId: name,
    endpoint: null,
    apiKeyEnv: null,
    tier,
    contextWindow,
    isAlias: false,
    price: price ? { input, output, cached, notedOn } : null,
    ...more,
  }
}

/** The error ends a sentence that begins with the model's key. */
export function createModelEntry(name: string, file: ModelFile): Result<ModelEntry, string> {
  const base = Object.hasOwn(BUILT_IN_MODELS, name) ? (BUILT_IN_MODELS[name] ?? null) : null
  const said = { ...fileOf(base), ...file }
  const { provider, model_id: modelId } = said
  if (provider === undefined || modelId === undefined) return err('needs a provider and a model_id')
  const price = priceFrom(file, base?.price ?? null)
  if (!price.ok) return price
  return ok({
    name,
    provider,
    modelId,
    endpoint: null,
    apiKeyEnv: null,
    tier: null,
    contextWindow: null,
    ...optional(said),
    price: price.value,
    // Another id is no longer the word that the CLI knows.
    isAlias: file.model_id === undefined && base?.isAlias === true,
  })
}

function optional({ endpoint, api_key_env, tier, context_window }: ModelFile) {
  return {
    ...(endpoint !== undefined && { endpoint }),
    ...(api_key_env !== undefined && { apiKeyEnv: api_key_env }),
    ...(tier !== undefined && { tier }),
    ...(context_window !== undefined && { contextWindow: context_window }),
  }
}

/** A date of its own belongs to a price of its own. */
function priceFrom(file: ModelFile, base: Price | null): Result<Price | null, string> {
  const said = Object.entries(pricesOf(base)).map(([key, known]) => [
    key,
    Reflect.get(file, key) ?? known,
  ])
  const price: ReturnType<typeof pricesOf> = Object.fromEntries(said)
  const isOwn = Object.keys(pricesOf(null)).some((key) => Reflect.get(file, key) !== undefined)
  if (!isOwn && file.price_date === undefined) return ok(base)
  const { cost_in: input, cost_out: output, cost_cached: cached } = price
  if (input === undefined || output === undefined)
    return err('needs both cost_in and cost_out to have a price')
  const notedOn = file.price_date ?? (isOwn ? null : (base?.notedOn ?? null))
  return ok({ input, output, cached: cached ?? null, notedOn })
}

const pricesOf = (price: Price | null) => ({
  cost_in: price?.input,
  cost_out: price?.output,
  cost_cached: price?.cached ?? undefined,
})

/** An entry in the form of the file; what it does not have is undefined. */
function fileOf(entry: ModelEntry | null): ModelFile {
  if (entry === null) return {}
  const { provider, modelId, endpoint, apiKeyEnv, tier, contextWindow, price } = entry
  const fields = {
    provider,
    model_id: modelId,
    endpoint,
    api_key_env: apiKeyEnv,
    tier,
    context_window: contextWindow,
    ...pricesOf(price),
    price_date: price?.notedOn,
  }
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  )
}

/** What a built-in model has under a key of the file; null where it has nothing there. */
export function modelField(entry: ModelEntry | null, field: string): unknown {
  const file: Readonly<Record<string, unknown>> = fileOf(entry)
  return file[field] ?? null
}

// The built-in profile of each executor type, and the fields that a type uses.

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
