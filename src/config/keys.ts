/** The keys of the config as data: found by walking the schema, so that no second list of them exists. */
import { parse } from 'smol-toml'
import { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import type { DurationUnit } from '../domain/format.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { nearMatch } from '../domain/near-match.ts'
import type { ConfigSource } from '../domain/origin.ts'
import { configFileSchema, ROLES_TABLE } from './schema.ts'

export interface KeyInfo {
  /** `*` stands for a name of the user's own. */
  readonly path: readonly string[]
  readonly schema: z.ZodType
  readonly label: string
  readonly description: string
  readonly control: KeyControl
  /** In the form of the file; undefined where there is none. */
  readonly fallback: unknown
  /** What a bare number means, for a duration. */
  readonly unit: DurationUnit | null
}

/** How a value is edited in a form. `unit`: what a bare number means; `options`: values with their labels. */
type KeyControl =
  | { kind: 'switch' | 'number' | 'text' | 'list' | 'executor' | 'model' }
  | { kind: 'duration'; unit: 's' | 'm' | 'd' }
  | { kind: 'choice'; options: [value: string, label: string][] }

export const CONFIG_KEYS: readonly KeyInfo[] = walk(configFileSchema, [])

/** Keys without a name of the user's own: each always has a value. */
export const PLAIN_KEYS: readonly KeyInfo[] = CONFIG_KEYS.filter((key) => !key.path.includes('*'))

/** `named`: the schema that holds the label and the description. Those of a table with free names are at the table. */
function walk(schema: z.ZodType, path: readonly string[], named = schema): KeyInfo[] {
  const inner = bare(schema)
  if (inner instanceof z.ZodObject) {
    const keys = Object.entries<z.ZodType>(inner.shape).flatMap(([key, child]) =>
      walk(child, [...path, key]),
    )
    const { catchall } = inner.def
    const isOpen = catchall !== undefined && !(catchall instanceof z.ZodNever)
    return isOpen ? [...keys, ...walk(asType(catchall), [...path, '*'])] : keys
  }
  if (inner instanceof z.ZodRecord) return walk(asType(inner.def.valueType), [...path, '*'], schema)
  const unit = z.globalRegistry.get(inner)?.['unit']
  const { title = '', description = '', control } = z.globalRegistry.get(named) ?? {}
  return [
    {
      path,
      schema,
      label: title,
      description,
      control: controlOf(inner, control),
      fallback: schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined,
      unit: isUnit(unit) ? unit : null,
    },
  ]
}

function isUnit(unit: unknown): unit is 's' | 'm' | 'd' {
  return unit === 's' || unit === 'm' || unit === 'd'
}

function controlOf(schema: z.ZodType, given: unknown): KeyControl {
  if (given === 'list' || given === 'executor' || given === 'model') return { kind: given }
  const { unit, enumDescriptions } = z.globalRegistry.get(schema) ?? {}
  if (isUnit(unit)) return { kind: 'duration', unit }
  if (schema instanceof z.ZodEnum) {
    const labels: readonly unknown[] = Array.isArray(enumDescriptions) ? enumDescriptions : []
    const options = schema.options.map((value, index): [string, string] => [
      String(value),
      String(labels[index] ?? value),
    ])
    return { kind: 'choice', options }
  }
  if (schema instanceof z.ZodBoolean) return { kind: 'switch' }
  if (schema instanceof z.ZodNumber) return { kind: 'number' }
  return { kind: schema instanceof z.ZodArray ? 'list' : 'text' }
}

/** Without its default, prefault and optional, which all wrap one schema. */
function bare(schema: z.ZodType): z.ZodType {
  const wraps =
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional
  return wraps ? bare(asType(schema.def.innerType)) : schema
}

// zod types inner schemas by its core interface; every schema of ours is a full one.
function asType(schema: z.core.$ZodType): z.ZodType {
  return schema as z.ZodType
}

/** `a."b.c".d` → its parts; null when it is no dotted key. Names with dots need no quotes where they are unmistakable. */
export function parseKey(key: string): string[] | null {
  const parts: string[] = []
  const part = /\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'.]+))\s*(?:\.|$)/y
  while (part.lastIndex < key.length) {
    const match = part.exec(key)
    if (!match) return null
    parts.push(match[2] ?? match[3] ?? (match[1] ?? '').replace(/\\(.)/g, '$1'))
  }
  return parts.length === 0 || key.trimEnd().endsWith('.') ? null : joinName(key, parts)
}

function joinName(key: string, parts: string[]): string[] {
  const [table = '', second = ''] = parts
  if (/["']/.test(key) || parts.length <= 3) return parts
  if (table === 'caps' || table === 'evaluation') return [table, second, parts.slice(2).join('.')]
  if (table === 'models') return [table, parts.slice(1, -1).join('.'), ...parts.slice(-1)]
  if (table !== 'executors') return parts
  const inner = parts.at(-2)
  return inner === 'env' || inner === 'headers'
    ? [table, parts.slice(1, -2).join('.'), inner, ...parts.slice(-1)]
    : [table, parts.slice(1, -1).join('.'), ...parts.slice(-1)]
}

/** The dotted form that `parseKey` reads back. */
export const formatKey = (path: readonly string[]): string =>
  path.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part))).join('.')

export const keyInfo = (path: readonly string[]): KeyInfo | null =>
  CONFIG_KEYS.find(
    (key) =>
      key.path.length === path.length &&
      key.path.every((part, at) => part === path[at] || (part === '*' && !isRoles(path, at))),
  ) ?? null

interface KeyDescription {
  readonly label: string
  readonly note: string
  readonly control: KeyControl
}

/** For a form. The label of a freely named value ends with the name. */
export function describeKey(path: readonly string[]): KeyDescription {
  const info = keyInfo(path)
  if (!info) return { label: formatKey(path), note: '', control: { kind: 'text' } }
  const { label, description, control } = info
  const isNamed = info.path.at(-1) === '*'
  return { label: isNamed ? `${label} ${path.at(-1)}` : label, note: description, control }
}

/** A table of the user's own naming, such as `executors.NAME` or `members.NAME`. */
export const isNamedTable = (path: readonly string[]): boolean =>
  path.length === 2 && NAMED_TABLES.includes(path[0] ?? '') && !isRoles(path, 1)

const NAMED_TABLES: readonly string[] = ['executors', 'models', 'members', 'jobs']

/** `models.roles` stands beside the models and is none. */
const isRoles = (path: readonly string[], at: number): boolean =>
  at === 1 && path[0] === 'models' && path[1] === ROLES_TABLE

/** `bad-key` unless there is such a key. */
export function findKey(key: string): Result<{ path: string[]; info: KeyInfo }, Failure> {
  const path = parseKey(key)
  const info = path && keyInfo(path)
  if (!path || !info) return err(unknownKey(path ?? [key]))
  return ok({ path, info })
}

function unknownKey(path: readonly string[]): Failure {
  const near = nearKey(path)
  return failure('bad-key', `there is no config key ${formatKey(path)}`, {
    hint: near === null ? '`yard config --list` shows the keys' : `did you mean ${near}?`,
    facts: { key: formatKey(path) },
  })
}

/** Tables are known words too, so that `[cordinator]` finds its match. */
export function nearKey(path: readonly string[]): string | null {
  const known = new Set<string>()
  for (const key of CONFIG_KEYS)
    for (let depth = 1; depth <= key.path.length; depth++) {
      const parts = key.path.slice(0, depth).map((part, at) => (part === '*' ? path[at] : part))
      if (parts.every((part) => part !== undefined)) known.add(formatKey(parts))
    }
  const word = formatKey(path)
  known.delete(word)
  const near = nearMatch(
    word,
    [...known].filter((key) => key.split('.').length === path.length),
  )
  if (near !== null) return near
  const last = path.at(-1) ?? ''
  // Of two with the same last word the first is meant.
  const lastWords = new Map(
    PLAIN_KEYS.toReversed().map((key) => [key.path.at(-1) ?? '', formatKey(key.path)]),
  )
  const nearLast = nearMatch(last, lastWords.keys())
  return nearLast === null ? null : (lastWords.get(nearLast) ?? null)
}

/** What a person typed, as the value that the key takes. The error says what the value must be. */
export function readValue(info: KeyInfo, text: string): Result<unknown, string> {
  const literal = literalOf(text)
  if (literal === undefined) return fitValue(info, [text])
  // What was typed as a table or list is never meant as its own text.
  return fitValue(
    info,
    typeof literal === 'object' && literal !== null ? [literal] : [literal, text],
  )
}

/** The first of them that the key takes. */
export function fitValue(info: KeyInfo, candidates: readonly unknown[]): Result<unknown, string> {
  let reason = ''
  for (const candidate of candidates) {
    const result = info.schema.safeParse(candidate)
    if (result.success) return ok(candidate)
    reason = result.error.issues[0]?.message ?? 'is not allowed'
  }
  return err(reason)
}

interface Field {
  readonly at: readonly string[]
  readonly literal: unknown
}

/** The fields of an inline table as a person typed it, those of its own tables one by one; null when it is none. */
export function readTable(text: string): readonly Field[] | null {
  const table = literalOf(text)
  return isTable(table) && Object.keys(table).length > 0 ? fieldsIn(table, []) : null
}

const fieldsIn = (table: object, above: readonly string[]): readonly Field[] =>
  Object.entries(table).flatMap(([name, value]: [string, unknown]) => {
    const at = [...above, name]
    if (isTable(value) && above.length === 0 && Object.keys(value).length > 0)
      return fieldsIn(value, at)
    return [{ at, literal: value }]
  })

const isTable = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** `8`, `true`, `["a"]` as TOML has them; undefined for anything else. */
function literalOf(text: string): unknown {
  if (/[\n\r]/.test(text)) return undefined
  try {
    // TOML wants the zero that people leave out.
    const parsed = parse(`value = ${text.replace(/^\s*([+-]?)\.(?=\d)/, '$10.')}`)
    return Object.keys(parsed).length === 1 && !(parsed['value'] instanceof Date)
      ? parsed['value']
      : undefined
  } catch {
    return undefined // not TOML, so it is meant as a text
  }
}

/** Flags of `yard config`, `service start` and `service reload` that stand for a key. */
export const CONFIG_FLAGS = [
  { flag: '--max-agents', option: 'maxAgents', key: 'coordinator.max_agents', value: 'N' },
  { flag: '--poll-interval', option: 'pollInterval', key: 'coordinator.poll_interval', value: 'S' },
  { flag: '--auto-triage', option: 'autoTriage', key: 'triage.auto', value: 'true|false' },
  { flag: '--triage-model', option: 'triageModel', key: 'models.roles.triage', value: 'NAME' },
  { flag: '--auto-assign', option: 'autoAssign', key: 'assignment.auto', value: 'true|false' },
  { flag: '--executor', option: 'executor', key: 'coordinator.executor', value: 'NAME' },
  { flag: '--model', option: 'model', key: 'coordinator.model', value: 'NAME' },
] as const

// The configuration as forms need it: each entry with the label, the note and the control of its key.

export interface ConfigEntry {
  readonly key: string
  /** Durations as a number in the unit of the key; null when not set. */
  readonly value: unknown
  readonly source: ConfigSource
  /** The file that says so, and the line where it is found; null for what no file says. */
  readonly file: string | null
  readonly line: number | null
}

/** What the files say now and a running yard does not go by yet. */
export interface PendingEntry extends ConfigEntry {
  /** What is in force, and where that comes from. */
  readonly inForce: Pick<ConfigEntry, 'value' | 'source'>
}

interface Entries {
  list(): ConfigEntry[]
  get(key: string): Result<ConfigEntry, unknown>
}

/** By value: an entry that only moved to another line or file is not pending. In the order of the schema, freely named keys last. */
export function pendingEntries(inForce: Entries, now: Entries): PendingEntry[] {
  const keys = new Set([...inForce.list(), ...now.list()].map(({ key }) => key))
  return [...keys].flatMap((key) => {
    const [before, after] = [inForce.get(key), now.get(key)]
    if (!before.ok || !after.ok || isSame(before.value.value, after.value.value)) return []
    const { value, source } = before.value
    return [{ ...after.value, inForce: { value, source } }]
  })
}

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

type FormEntry = ConfigEntry & KeyDescription

/** The entries that are in force, then the keys that only the files name yet, with the value that holds without them. */
export function formEntries(
  inForce: readonly ConfigEntry[],
  pending: readonly PendingEntry[] = [],
): FormEntry[] {
  const known = new Set(inForce.map(({ key }) => key))
  const added = pending
    .filter(({ key }) => !known.has(key))
    .map((entry) => ({ ...entry.inForce, key: entry.key, file: null, line: null }))
  return [...inForce, ...added].map((entry) => ({
    ...entry,
    ...describeKey(parseKey(entry.key) ?? [entry.key]),
  }))
}
