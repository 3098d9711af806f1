/** `config.toml` of workgraph: the keys that have an equal here, and a word about the others. */
import { z } from 'zod'
import { oneLine } from '../../base/text.ts'
import { toLiteral } from '../../config/edit-text.ts'
import { formatKey, keyInfo, readValue } from '../../config/keys.ts'
import { BUILT_IN_MODELS } from '../../config/models.ts'
import { parseToml } from '../../config/toml-source.ts'
import { EXECUTOR_TYPES } from '../../domain/settings.ts'
import type { Findings } from './source.ts'

interface Line {
  readonly key: string
  readonly value: string
}

/** A model with the program that serves it, where one is named. */
const PREFIXES = [
  ...['claude', 'codex', 'nex', 'openrouter', 'openai', 'oai-compat', 'local', 'ollama', 'vllm'],
  ...['llamacpp', 'gemini', 'native'],
]

export function splitModel(model: string): {
  readonly prefix: string | null
  readonly name: string
} {
  const colon = model.indexOf(':')
  const prefix = colon < 0 ? '' : model.slice(0, colon)
  return PREFIXES.includes(prefix)
    ? { prefix, name: model.slice(colon + 1) }
    : { prefix: null, name: model }
}

/** Keys of the program by those of a yard; a `*` stands for one part and is kept. */
const EQUALS: Readonly<Record<string, string>> = {
  'coordinator.max_agents': 'coordinator.max_agents',
  'coordinator.poll_interval': 'coordinator.poll_interval',
  'coordinator.safety_interval': 'coordinator.poll_interval',
  'agent.heartbeat_timeout': 'agent.heartbeat_timeout',
  'agency.auto_triage': 'triage.auto',
  'agency.triage_timeout': 'triage.timeout',
  'agency.triage_max_log_bytes': 'triage.tail',
  'agency.auto_assign': 'assignment.auto',
  'guardrails.max_child_tasks_per_agent': 'agent.max_subtasks',
}
const ROLES = ['evaluator', 'triage', 'assigner']

export function readWorkgraphConfig(findings: Findings, text: string): Line[] {
  const parsed = parseToml(text)
  if (!parsed.ok) {
    findings.fault('config.toml', parsed.error.line, parsed.error.message)
    return []
  }
  const { values } = parsed.value
  const models = registryOf(findings, values['model_registry'])
  const known: Names = {
    models: new Set([...Object.keys(BUILT_IN_MODELS), ...models.names]),
    executors: new Set([...EXECUTOR_TYPES, ...Object.keys(values['executors'] ?? {})]),
  }
  const lines = new Map<string, Line>(models.lines.map((line) => [line.key, line]))
  for (const [path, value] of leavesOf(values, [])) {
    const found = path[0] === 'model_registry' ? [] : equalOf(path, value, known)
    if (found === null) findings.left.add(`config ${oneLine(formatKey(path), 100)}`)
    for (const line of found ?? []) lines.set(line.key, line)
  }
  return [...lines.values()]
}

/** Where a key of a yard stands there; null where it has no equal. */
export function keyThere(path: readonly string[]): readonly string[] | null {
  const [table, name = '', role = ''] = path
  const key = path.join('.')
  const isSame = table === 'executors' || /^(coordinator|agent)\.(model|executor)$/.test(key)
  if (isSame) return path
  if (table === 'models' && name === 'roles' && ROLES.includes(role))
    return ['models', role, 'model']
  return (
    Object.entries(EQUALS)
      .find(([, ours]) => ours === key)?.[0]
      .split('.') ?? null
  )
}

interface Names {
  readonly models: ReadonlySet<string>
  readonly executors: ReadonlySet<string>
}

/** Null where it has no equal. */
function equalOf(given: readonly string[], value: unknown, names: Names): Line[] | null {
  const [first = '', ...rest] = given
  const path = [first === 'dispatcher' ? 'coordinator' : first, ...rest]
  const key = path.join('.')
  if (first === 'executors') return path.length >= 3 ? fitted(path, value) : null
  if (first === 'models') return roleOf(path, value, names)
  if (/^(coordinator|agent)\.model$/.test(key)) return modelOf(path, value, names)
  if (/^(coordinator|agent)\.executor$/.test(key))
    return names.executors.has(String(value)) ? fitted(path, value) : null
  const equal = Object.hasOwn(EQUALS, key) ? EQUALS[key] : undefined
  return equal === undefined ? null : fitted(equal.split('.'), value)
}

/** `[models.triage] model = "haiku"` */
function roleOf(
  [, role = '', ...field]: readonly string[],
  value: unknown,
  names: Names,
): Line[] | null {
  const { name } = splitModel(String(value))
  const isKnown = ROLES.includes(role) && field.join('.') === 'model' && names.models.has(name)
  return isKnown ? fitted(['models', 'roles', role], name) : null
}

/** `claude:opus` says who runs it as well. */
function modelOf(path: readonly string[], value: unknown, names: Names): Line[] | null {
  const { prefix, name } = splitModel(String(value))
  if (!names.models.has(name) || !names.executors.has(prefix ?? 'claude')) return null
  const model = fitted(path, name)
  const executor = prefix === null ? [] : fitted([...path.slice(0, -1), 'executor'], prefix)
  return model && [...(executor ?? []), ...model]
}

/** The value as the key takes it. */
function fitted(path: readonly string[], value: unknown): Line[] | null {
  const info = keyInfo(path)
  const text = toLiteral(value)
  return info && readValue(info, text).ok ? [{ key: formatKey(path), value: text }] : null
}

/** Values with their paths; a list or an inline table of a key that takes one is a value. */
function* leavesOf(
  value: unknown,
  path: readonly string[],
): Generator<[readonly string[], unknown]> {
  const isTable = typeof value === 'object' && value !== null && !(value instanceof Date)
  const isWhole = path.length >= 3 || Array.isArray(value)
  if (!isTable || (path.length > 0 && isWhole && keyInfo(path) !== null)) yield [path, value]
  else if (Array.isArray(value)) yield [path, value]
  else for (const [name, inner] of Object.entries(value)) yield* leavesOf(inner, [...path, name])
}

/** What of an entry of its registry is read here, and as what. */
export const MODEL_FIELDS: Readonly<Record<string, string>> = {
  provider: 'provider',
  model: 'model_id',
  tier: 'tier',
  context_window: 'context_window',
  cost_per_input_mtok: 'cost_in',
  cost_per_output_mtok: 'cost_out',
}

function registryOf(findings: Findings, registry: unknown): { lines: Line[]; names: string[] } {
  const lines: Line[] = []
  const names: string[] = []
  for (const entry of Array.isArray(registry) ? (registry as unknown[]) : []) {
    const said = registryEntrySchema.safeParse(entry)
    if (!said.success) {
      findings.left.add('config model_registry (an entry without id, provider or model)')
      continue
    }
    const { id, ...fields } = said.data
    names.push(id)
    for (const [field, value] of Object.entries(fields)) {
      const own = Object.hasOwn(MODEL_FIELDS, field) ? MODEL_FIELDS[field] : undefined
      const line = own === undefined ? null : fitted(['models', id, own], value)
      if (line === null) findings.left.add(`config model_registry.${oneLine(field, 100)}`)
      else lines.push(...line)
    }
  }
  return { lines, names }
}

const registryEntrySchema = z.looseObject({
  id: z
    .string()
    .min(1)
    .refine((id) => id !== 'roles'),
  provider: z.string(),
  model: z.string(),
})
