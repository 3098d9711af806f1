/** One layer of configuration: what one file, the environment or the flags say, checked against the schema on its own. */
import type { z } from 'zod'
import { invariant } from '../base/result.ts'
import type { FailureKind } from '../domain/failure.ts'
import type { ConfigSource } from '../domain/origin.ts'
import {
  isNamedTable,
  findKey,
  formatKey,
  keyInfo,
  nearKey,
  PLAIN_KEYS,
  readValue,
} from './keys.ts'
import { configFileSchema, MACHINE_TABLE, READ_ONCE } from './schema.ts'
import { parseToml } from './toml-source.ts'

export type Source = ConfigSource

interface Leaf {
  readonly path: readonly string[]
  readonly value: unknown
}

export interface Layer {
  readonly source: Exclude<Source, 'default'>
  readonly leaves: readonly Leaf[]
  /** Where a key stands, for people: `…/config.toml:3`, `YARD_COORDINATOR_MODEL`, `--model`. */
  placeOf(path: readonly string[]): string
  /** The same for programs; null where no file says it. */
  spotOf(path: readonly string[]): Spot | null
}

/** A place in a file; lines count from 1. */
export interface Spot {
  readonly file: string
  readonly line: number
}

/** Something wrong with what a person wrote. `kind` is what a command's own words answer with; in a file it is always `config-broken`. */
export interface ConfigError {
  readonly source: Layer['source']
  readonly place: string
  readonly key: string
  readonly message: string
  readonly hint: string | null
  readonly kind: FailureKind
}

export interface LayerReading {
  readonly layer: Layer
  readonly faults: readonly ConfigError[]
}

export function readFileLayer(
  source: 'project' | 'global',
  file: string,
  text: string,
): LayerReading {
  const parsed = parseToml(text)
  if (!parsed.ok) {
    const fault = {
      source,
      place: `${file}:${parsed.error.line}`,
      key: '',
      message: parsed.error.message,
      hint: parsed.error.hint ?? null,
      kind: 'config-broken',
    } as const
    return {
      layer: { source, leaves: [], placeOf: () => file, spotOf: () => null },
      faults: [fault],
    }
  }
  const { values, lineOf } = parsed.value
  const layer: Layer = {
    source,
    leaves: leavesOf(values),
    placeOf: (path) => `${file}:${lineOf(path)}`,
    spotOf: (path) => ({ file, line: lineOf(path) }),
  }
  const result = configFileSchema.safeParse(values, READ_ONCE)
  const faults = result.success
    ? []
    : result.error.issues.flatMap((issue) => toErrors(layer, values, issue))
  // The schema library leaves this name out without a word.
  const odd = layer.leaves.filter((leaf) => leaf.path.includes('__proto__'))
  const strange = odd.map((leaf) => unknownKeyError(layer, leaf.path))
  return { layer, faults: [...faults, ...strange, ...machineErrors(layer)] }
}

/** A project is shared between people; how much a machine bears is for its owner to say. */
const machineErrors = (layer: Layer): ConfigError[] =>
  layer.leaves
    .filter(({ path }) => layer.source === 'project' && path[0] === MACHINE_TABLE)
    .map(({ path }) => ({
      source: layer.source,
      place: layer.placeOf(path),
      key: formatKey(path),
      message: `${formatKey(path)} is about the whole machine and cannot be set for one project`,
      hint: 'set it in your own file with `yard config --global`',
      kind: 'bad-request',
    }))

/** Only names of known keys count; an empty variable is as good as none. */
export function readEnvLayer(env: Readonly<Record<string, string | undefined>>): LayerReading {
  const entries = PLAIN_KEYS.flatMap((info) => {
    const text = env[variableOf(info.path)]
    return text === undefined || text === '' ? [] : [{ key: formatKey(info.path), text }]
  })
  return readWords('env', entries, variableOf)
}

/** By dotted key, as typed. */
export function readFlagLayer(
  flags: Readonly<Record<string, string | number>>,
  placeOf: Layer['placeOf'],
): LayerReading {
  const entries = Object.entries(flags).map(([key, value]) => ({ key, text: String(value) }))
  return readWords('flag', entries, placeOf)
}

export const variableOf = (path: readonly string[]): string =>
  `YARD_${path.join('_').toUpperCase()}`

function readWords(
  source: 'env' | 'flag',
  entries: readonly { key: string; text: string }[],
  placeOf: Layer['placeOf'],
): LayerReading {
  const leaves: Leaf[] = []
  const faults: ConfigError[] = []
  for (const { key, text } of entries) {
    const found = findKey(key)
    if (!found.ok) {
      const { message, hint = null, kind } = found.error
      faults.push({ source, place: key, key, message, hint, kind })
      continue
    }
    const { path, info } = found.value
    const value = readValue(info, text)
    if (value.ok) leaves.push({ path, value: value.value })
    else faults.push(valueError({ source, place: placeOf(path) }, path, text, value.error))
  }
  return { layer: { source, leaves, placeOf, spotOf: () => null }, faults }
}

const valueError = (
  at: Pick<ConfigError, 'source' | 'place'>,
  path: readonly string[],
  value: unknown,
  reason: string,
): ConfigError => ({
  ...at,
  key: formatKey(path),
  message: isTold(path)
    ? `${formatKey(path)} = ${shorten(value)} ${reason}`
    : `${formatKey(path)} ${reason}`,
  hint: null,
  kind: 'bad-request',
})

const SECRETIVE: ReadonlySet<string> = new Set(['api_key_env', 'base_url', 'url', 'endpoint'])

/** Somebody may have put the secret itself where only its name, or an address without one, belongs; so with the value of a header or a variable. */
const isTold = ([_table, _name, field = '', inner]: readonly string[]): boolean =>
  !SECRETIVE.has(field) && !(inner !== undefined && ['headers', 'env'].includes(field))

const shorten = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function toErrors(
  layer: Layer,
  values: Readonly<Record<string, unknown>>,
  issue: z.core.$ZodIssue,
): ConfigError[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKeyError(layer, [...path, key]))
  const value = path.reduce<unknown>(valueAt, values)
  const at = { source: layer.source, place: layer.placeOf(path) }
  if (issue.code === 'invalid_key')
    return [
      valueError(at, path.slice(0, -1), path.at(-1), issue.issues[0]?.message ?? 'is no name'),
    ]
  const isTable = keyInfo(path) === null && issue.code === 'invalid_type'
  return [valueError(at, path, value, isTable ? 'must be a table' : issue.message)]
}

function unknownKeyError(layer: Layer, path: readonly string[]): ConfigError {
  const near = nearKey(path)
  return {
    source: layer.source,
    place: layer.placeOf(path),
    key: formatKey(path),
    message: `unknown key ${formatKey(path)}`,
    hint: near === null ? null : `did you mean ${near}?`,
    kind: 'bad-key',
  }
}

const valueAt = (parent: unknown, key: string): unknown =>
  typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key)
    ? Reflect.get(parent, key)
    : undefined

/** All values that have a key of their own. A table of the user's naming stands for itself too, so that an empty one is there. */
function leavesOf(
  values: Readonly<Record<string, unknown>>,
  parent: readonly string[] = [],
): Leaf[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = [...parent, key]
    const isTable =
      keyInfo(path) === null && typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isTable) return [{ path, value }]
    const inside = leavesOf(Object.fromEntries(Object.entries(value)), path)
    return isNamedTable(path) ? [{ path, value: {} }, ...inside] : inside
  })
}

export interface Winner {
  readonly path: readonly string[]
  readonly value: unknown
  readonly layer: Layer
}
/** By dotted key: what the highest layer says. */
export type Winners = ReadonlyMap<string, Winner>

/** `layers` from the lowest to the highest. */
export function toWinners(layers: readonly Layer[]): Winners {
  const winners = new Map<string, Winner>()
  for (const layer of layers)
    for (const leaf of layer.leaves) winners.set(formatKey(leaf.path), { ...leaf, layer })
  return winners
}

/** At the key, or the first below it; null where no layer says anything. */
export const findWinner = (winners: Winners, path: readonly string[]): Winner | null =>
  winners.get(formatKey(path)) ??
  [...winners.values()].find((winner) => path.every((part, at) => winner.path[at] === part)) ??
  null

export function errorAt(
  winners: Winners,
  path: readonly string[],
  more: Partial<ConfigError> & { readonly message: string },
): ConfigError {
  const winner = findWinner(winners, path)
  invariant(winner, `no layer says ${formatKey(path)}`)
  const { layer } = winner
  return {
    ...valueError({ source: layer.source, place: layer.placeOf(path) }, path, winner.value, ''),
    ...more,
  }
}
