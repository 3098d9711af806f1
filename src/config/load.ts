/** Reads the layers (user's file, project's file, environment, flags over the defaults) and tells where each value came from. */
import { readFileSync } from 'node:fs'
import { err, ok, type Result } from '../base/result.ts'
import { toUnit } from '../domain/format.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { Settings } from '../domain/settings.ts'
import {
  CONFIG_FLAGS,
  findKey,
  formatKey,
  isNamedTable,
  keyInfo,
  type KeyInfo,
  parseKey,
  PLAIN_KEYS,
  type ConfigEntry,
} from './keys.ts'
import {
  type ConfigError,
  findWinner,
  type LayerReading,
  readEnvLayer,
  readFileLayer,
  readFlagLayer,
  type Source,
} from './layer.ts'
import { type Merged, mergeLayers, sourceAt } from './merge.ts'
import { BUILT_IN_MODELS, builtInField, FIELDS_OF_TYPE, modelField } from './models.ts'
import { durationMs } from './value-schemas.ts'

export interface ConfigSources {
  /** `~/.config/yard/config.toml`; need not exist. */
  readonly globalFile: string
  /** `.yard/config.toml`; null outside a yard. */
  readonly projectFile: string | null
  /** Config files of other yards, which the user's file meets, too. */
  readonly otherProjects?: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** By dotted key, as typed. */
  readonly flags?: Readonly<Record<string, string | number>>
}

export interface LoadedConfig {
  /** Frozen through and through. */
  readonly settings: Settings
  /** Every plain key, and every other that some layer names, in the order of the schema. */
  list(): ConfigEntry[]
  /** One key; `bad-key` when there is none of that name. */
  get(key: string): Result<ConfigEntry, Failure>
  /** All fields of a profile in the order of a form, also those that no layer names. Empty for a profile that does not exist. */
  profile(name: string): ConfigEntry[]
  /** The highest layer that says anything at or below a key such as `models.opus`. */
  sourceOf(path: readonly string[]): Source
  readonly flagsApplied: Readonly<Record<string, string | number>>
}

export function loadConfig(sources: ConfigSources): Result<LoadedConfig, Failure> {
  const files = readFiles(sources)
  return files.ok ? assembleConfig(sources, files.value) : files
}

export interface FileTexts {
  readonly global: string
  readonly project: string
}

/** A file that is not there is empty. */
export function readFiles(sources: ConfigSources): Result<FileTexts, Failure> {
  const global = readText(sources.globalFile)
  if (!global.ok) return global
  const project = sources.projectFile === null ? ok('') : readText(sources.projectFile)
  return project.ok ? ok({ global: global.value, project: project.value }) : project
}

function readText(file: string): Result<string, Failure> {
  try {
    return ok(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return ok('')
    return err(failure('config-broken', `${file} cannot be read: ${message}`, { facts: { file } }))
  }
}

/** Faults of a layer on its own come first; only sound layers are put together. */
export function mergeTexts(
  sources: ConfigSources,
  texts: FileTexts,
): Result<Merged, readonly ConfigError[]> {
  const readings: LayerReading[] = [
    readFileLayer('global', sources.globalFile, texts.global),
    readFileLayer('project', sources.projectFile ?? '', texts.project),
    readEnvLayer(sources.env),
    readFlagLayer(sources.flags ?? {}, flagName),
  ]
  const faults = readings.flatMap((reading) => reading.faults)
  return faults.length > 0 ? err(faults) : mergeLayers(readings.map((reading) => reading.layer))
}

const flagName = (path: readonly string[]): string =>
  CONFIG_FLAGS.find((flag) => flag.key === formatKey(path))?.flag ?? formatKey(path)

/** What these texts say, in the place of the files. */
export function assembleConfig(
  sources: ConfigSources,
  texts: FileTexts,
): Result<LoadedConfig, Failure> {
  const merged = mergeTexts(sources, texts)
  if (!merged.ok) return err(failureOf(merged.error))
  const view = merged.value
  return ok({
    settings: view.settings,
    list: () => listEntries(view),
    get: (key) => {
      const found = findKey(key)
      return found.ok ? ok(entryOf(view, found.value.path, found.value.info)) : found
    },
    profile: (name) => profileEntries(view, name),
    sourceOf: (path) => sourceAt(view.winners, path),
    flagsApplied: Object.freeze({ ...sources.flags }),
  })
}

const SHOWN_ERRORS = 20

/** One line: the first fault with its hint apart, the number of others; all of them in the facts. */
export function failureOf(faults: readonly ConfigError[]): Failure {
  const [first] = faults
  if (!first) return failure('internal', 'a config was refused without a fault')
  const isWord = first.source === 'flag'
  const others = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  const facts = {
    key: first.key,
    faults: faults
      .slice(0, SHOWN_ERRORS)
      .map(({ place, key, message, hint }) => ({ place, key, message, hint })),
  }
  return failure(
    isWord ? first.kind : 'config-broken',
    `${first.place}: ${first.message}${others}`,
    {
      ...(first.hint === null ? {} : { hint: first.hint }),
      facts,
    },
  )
}

function listEntries(view: Merged): ConfigEntry[] {
  const plain = PLAIN_KEYS.map((info) => entryOf(view, info.path, info))
  const named = [...view.winners.values()].flatMap(({ path }) => {
    const info = isNamedTable(path) ? null : keyInfo(path)
    return info && info.path.includes('*') ? [entryOf(view, path, info)] : []
  })
  return [...plain, ...named]
}

/** Variables and headers are entries of their own, and `endpoint` is another name of `url`: they are listed where they are set. */
const LISTED_WHEN_SET: readonly string[] = ['type', 'env', 'headers', 'endpoint']

function profileEntries(view: Merged, name: string): ConfigEntry[] {
  const profile = Object.hasOwn(view.settings.executors, name) && view.settings.executors[name]
  if (!profile) return []
  const fields = FIELDS_OF_TYPE[profile.type]
    .filter((field) => !LISTED_WHEN_SET.includes(field))
    .map((field): ConfigEntry => {
      const path = ['executors', name, field]
      const info = keyInfo(path)
      const isSet = info !== null && view.winners.has(formatKey(path))
      if (isSet) return entryOf(view, path, info)
      return { key: formatKey(path), value: builtInField(profile.type, field), ...BUILT_IN }
    })
  const listed = new Set(fields.map(({ key }) => key))
  const others = listEntries(view).filter(
    ({ key }) => isOfProfile(parseKey(key), name) && !listed.has(key),
  )
  return [...fields, ...others]
}

const isOfProfile = (path: readonly string[] | null, name: string): boolean =>
  path !== null && path[0] === 'executors' && path[1] === name

function entryOf(view: Merged, path: readonly string[], info: KeyInfo): ConfigEntry {
  const key = formatKey(path)
  if (key === 'coordinator.executor')
    return chosenEntry(view, key, view.settings.coordinator.executor, view.executorSource)
  if (key === 'coordinator.model')
    return chosenEntry(view, key, view.settings.coordinator.model, view.modelSource)
  const winner = view.winners.get(key)
  if (!winner) return { key, value: builtInValue(path) ?? info.fallback ?? null, ...BUILT_IN }
  const spot = winner.layer.spotOf(winner.path)
  return {
    key,
    value: shownValue(info, winner.value),
    source: winner.layer.source,
    file: spot?.file ?? null,
    line: spot?.line ?? null,
  }
}

const builtInValue = ([table, name = '', field = '']: readonly string[]): unknown =>
  table === 'models' && Object.hasOwn(BUILT_IN_MODELS, name)
    ? modelField(BUILT_IN_MODELS[name] ?? null, field)
    : null

const BUILT_IN = { source: 'default', file: null, line: null } as const

/** The executor and the model that tasks get which name none: said under one of several keys. */
function chosenEntry(view: Merged, key: string, value: unknown, source: Source): ConfigEntry {
  const field = key.slice('coordinator.'.length)
  const saying = [
    ['coordinator', field],
    ['agent', field],
    ['executors', 'default'],
  ]
    .map((path) => findWinner(view.winners, path))
    .find((winner) => winner?.layer.source === source)
  const spot = saying?.layer.spotOf(saying.path) ?? null
  return { key, value, source, file: spot?.file ?? null, line: spot?.line ?? null }
}

function shownValue(info: KeyInfo, value: unknown): unknown {
  if (info.unit === null || (typeof value !== 'string' && typeof value !== 'number')) return value
  const ms = durationMs(value, info.unit)
  return ms === null ? value : toUnit(ms, info.unit)
}
