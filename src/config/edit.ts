/** Writes single keys of a config file: comments and order stay, the result is checked as a whole before anything is written. */
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { errorText } from '../base/text.ts'
import { fail, failure, type Failure } from '../domain/failure.ts'
import { hintOf } from '../domain/near-match.ts'
import { isRole, ROLES, type Settings } from '../domain/settings.ts'
import { replaceFile } from '../files/replace-file.ts'
import { isEmptyTable, removeFromText, setInText } from './edit-text.ts'
import {
  findKey,
  formatKey,
  isNamedTable,
  parseKey,
  readTable,
  readValue,
  fitValue,
} from './keys.ts'
import type { ConfigError } from './layer.ts'
import {
  assembleConfig,
  failureOf,
  loadConfig,
  type LoadedConfig,
  mergeTexts,
  readFiles,
  type ConfigSources,
  type FileTexts,
} from './load.ts'
import { ROLES_TABLE } from './schema.ts'
import { BUILT_IN_MODELS } from './models.ts'
import type { ModelFile } from './registry-schema.ts'
import { parseToml } from './toml-source.ts'

export interface ConfigEdit {
  readonly key: string
  /** As typed; null takes the key out of the file. */
  readonly value: string | null
}

export interface ConfigChange {
  readonly key: string
  readonly value: unknown
  readonly file: string
  /** It was to be taken out and did not stand there. */
  readonly wasAbsent?: true
}

/** How the files are in force, where they are: what does not go with that is refused, too. */
interface Applied {
  readonly sources: ConfigSources
  /** What else speaks against the settings as they would be. */
  refuse(before: Settings, next: Settings): Failure | null
}

/**
 * All edits or none. `project` falls on `.yard/config.toml`. `bad-key` and `bad-request` for wrong words, `unknown-executor`
 * and `unknown-model` for names that do not exist, `config-broken` when the file was broken before.
 * A profile goes whole with its table, or with its last key; `in-use` while a setting names it.
 * Two writers at once are kept apart by the caller, who holds the yard.
 */
export function editConfig(
  sources: ConfigSources,
  scope: 'project' | 'global',
  edits: readonly ConfigEdit[],
  applied: Applied | null = null,
): Result<readonly ConfigChange[], Failure> {
  const edited = editTexts(sources, scope, edits, applied)
  if (!edited.ok) return edited
  const { file, before, after, changes } = edited.value
  return after[scope] === before ? ok(changes) : writeConfigFile(file, after[scope], changes)
}

/** What would be in force after these edits of the project's file; nothing is written. */
export function previewConfig(
  sources: ConfigSources,
  edits: readonly ConfigEdit[],
  applied: Applied,
): Result<LoadedConfig, Failure> {
  const edited = editTexts(sources, 'project', edits, applied)
  return edited.ok ? assembleConfig(applied.sources, edited.value.after) : edited
}

interface EditedTexts {
  readonly file: string
  readonly before: string
  readonly after: FileTexts
  readonly changes: readonly ConfigChange[]
}

function editTexts(
  sources: ConfigSources,
  scope: 'project' | 'global',
  edits: readonly ConfigEdit[],
  applied: Applied | null,
): Result<EditedTexts, Failure> {
  const file = scope === 'global' ? sources.globalFile : sources.projectFile
  if (file === null)
    return fail('no-yard', 'there is no yard here', {
      hint: 'make one with `yard init`, or use --global',
    })
  const texts = readFiles(sources)
  if (!texts.ok) return texts
  const before = texts.value[scope]
  const readable = parseToml(before)
  if (!readable.ok)
    return fail('config-broken', `${file}:${readable.error.line}: ${readable.error.message}`, {
      hint: `${readable.error.hint ?? 'mend the file first'}; nothing was changed`,
    })
  const edited = applyEdits(file, before.replace(/^\uFEFF/, ''), edits)
  if (!edited.ok) return edited
  const { text, changes } = edited.value
  const after = { ...texts.value, [scope]: text }
  const refused = refuseEdited(sources, { before: texts.value, after, changes, applied })
  return refused ? err(refused) : ok({ file, before, after, changes })
}

function refuseEdited(
  sources: ConfigSources,
  edited: {
    readonly before: FileTexts
    readonly after: FileTexts
    readonly changes: readonly ConfigChange[]
    readonly applied: Applied | null
  },
): Failure | null {
  const { before, after, changes, applied } = edited
  const filesOnly = { ...sources, env: {}, flags: {} }
  const merged = mergeTexts(filesOnly, after)
  if (!merged.ok)
    return (
      stillNamed(merged.error, changes) ??
      refusalOf(merged.error, changes, mergeTexts(filesOnly, before).ok)
    )
  const elsewhere = errorElsewhere(filesOnly, before.global, after.global, changes)
  if (elsewhere) return elsewhere
  if (!applied) return null
  const inForce = mergeTexts(applied.sources, after)
  if (!inForce.ok) return stillNamed(inForce.error, changes) ?? failureOf(inForce.error)
  // Of files that could not be read before nothing is known: what is in force then stays.
  const was = mergeTexts(applied.sources, before)
  return applied.refuse((was.ok ? was.value : inForce.value).settings, inForce.value.settings)
}

/** Settings that name a profile which the edit takes away. */
function stillNamed(
  faults: readonly ConfigError[],
  changes: readonly ConfigChange[],
): Failure | null {
  for (const { key, value } of changes) {
    const [table, name, ...field] = parseKey(key) ?? []
    if (value !== null || table !== 'executors' || name === undefined || field.length > 0) continue
    const users = faults.filter(
      ({ kind, message }) => kind === 'unknown-executor' && message.endsWith(`"${name}"`),
    )
    if (users.length === 0) continue
    // A line of the file would be one of the text that is not written.
    const places = users.map((user) => (isFile(user.source) ? user.key : user.place)).join(', ')
    return failure('in-use', `executor "${name}" is still named by ${places}`, {
      hint: 'let that name another executor first; nothing was changed',
      facts: { key: users[0]?.key },
    })
  }
  return null
}

const isFile = (source: ConfigError['source']): boolean =>
  source === 'project' || source === 'global'

/** The user's file stands over every yard, and alone where there is none: what was sound there must stay so. */
function errorElsewhere(
  sources: ConfigSources,
  before: string,
  after: string,
  changes: readonly ConfigChange[],
): Failure | null {
  if (before === after) return null
  for (const projectFile of [null, ...(sources.otherProjects ?? [])]) {
    const at = { ...sources, projectFile }
    const texts = readFiles(at)
    if (!texts.ok) continue
    const next = mergeTexts(at, { ...texts.value, global: after })
    if (next.ok || !mergeTexts(at, { ...texts.value, global: before }).ok) continue
    const refused = stillNamed(next.error, changes) ?? {
      ...failureOf(next.error),
      kind: 'bad-request',
    }
    const where = projectFile === null ? 'where there is no yard' : `with ${projectFile}`
    return { ...refused, message: `${refused.message}, ${where}` }
  }
  return null
}

/** A new entry of the registry, or new words for one that is there. */
export function addModel(
  sources: ConfigSources,
  scope: 'project' | 'global',
  name: string,
  fields: ModelFile,
): Result<readonly ConfigChange[], Failure> {
  if (name === ROLES_TABLE)
    return err(
      failure('bad-request', `"${ROLES_TABLE}" is the table of roles and cannot name a model`, {
        hint: 'choose another name; yard model set --role gives a role a model',
      }),
    )
  const edits = Object.entries(fields).flatMap(([field, value]) =>
    value === undefined ? [] : [{ key: formatKey(['models', name, field]), value: String(value) }],
  )
  return editConfig(sources, scope, edits)
}

/** Only entries of the file can go; one that is built in cannot, and one that is in use is refused by its users. */
export function removeModel(
  sources: ConfigSources,
  scope: 'project' | 'global',
  name: string,
): Result<readonly ConfigChange[], Failure> {
  const loaded = loadConfig({ ...sources, env: {}, flags: {} })
  if (!loaded.ok) return loaded
  const { settings } = loaded.value
  if (!Object.hasOwn(settings.models, name))
    return err(
      failure('unknown-model', `there is no model "${name}"`, {
        hint: hintOf(name, Object.keys(settings.models), 'models'),
      }),
    )
  const source = loaded.value.sourceOf(['models', name])
  if (source === scope)
    return editConfig(sources, scope, [{ key: formatKey(['models', name]), value: null }])
  const isBuiltIn = source === 'default' && Object.hasOwn(BUILT_IN_MODELS, name)
  return err(
    failure(
      'not-allowed',
      isBuiltIn ? `model "${name}" is built in` : `model "${name}" stands in the ${source} file`,
      {
        hint: isBuiltIn ? 'it can be overridden with `yard model add`' : 'remove it there',
      },
    ),
  )
}

/** `coordinator.model`, of a model that is there. */
export const setDefaultModel = (
  sources: ConfigSources,
  scope: 'project' | 'global',
  name: string,
): Result<readonly ConfigChange[], Failure> =>
  editConfig(sources, scope, [{ key: 'coordinator.model', value: name }])

/** The model, or the tier, of one of the yard's own roles. The default is what tasks get that name none. */
export function setRole(
  sources: ConfigSources,
  scope: 'project' | 'global',
  role: string,
  name: string,
): Result<readonly ConfigChange[], Failure> {
  if (!isRole(role))
    return err(
      failure('bad-request', `there is no role "${role}"`, { hint: hintOf(role, ROLES, 'roles') }),
    )
  if (role === 'default') return setDefaultModel(sources, scope, name)
  return editConfig(sources, scope, [
    { key: formatKey(['models', ROLES_TABLE, role]), value: name },
  ])
}

function applyEdits(
  file: string,
  before: string,
  edits: readonly ConfigEdit[],
): Result<{ text: string; changes: ConfigChange[] }, Failure> {
  let text = before
  const changes: ConfigChange[] = []
  const remove = (path: readonly string[]): void => {
    const rest = removeFromText(text, path)
    const wasAbsent = rest === text ? ({ wasAbsent: true } as const) : {}
    text = rest
    changes.push({ key: formatKey(path), value: null, file, ...wasAbsent })
  }
  const fields = fieldsOf(edits)
  if (!fields.ok) return fields
  for (const { key, value, literal } of fields.value) {
    const path = parseKey(key)
    if (path && value === null && isNamedTable(path)) {
      remove(path)
      continue
    }
    const found = findKey(key)
    if (!found.ok) return found
    const { info, path: at } = found.value
    if (value === null) {
      remove(at)
      continue
    }
    const read = literal === undefined ? readValue(info, value) : fitValue(info, [literal])
    if (!read.ok)
      return fail(
        'bad-request',
        `${formatKey(at)} ${read.error}, not ${JSON.stringify(literal ?? value)}`,
        { facts: { key } },
      )
    text = setInText(text, at, read.value)
    changes.push({ key: formatKey(at), value: read.value, file })
  }
  for (const path of emptiedTables(text, changes)) remove(path)
  return ok({ text, changes })
}

interface FieldEdit extends ConfigEdit {
  /** The value itself, where it was typed as a part of something. */
  readonly literal?: unknown
}

/** The weights too: one that is changed alone breaks their sum. */
const isGivenWhole = (path: readonly string[]): boolean =>
  isNamedTable(path) || path.join('.') === 'evaluation.weights'

/** A profile or model that is given whole, `{ type = "command", command = ["prog"] }`, as its fields: one alone may not do. */
function fieldsOf(edits: readonly ConfigEdit[]): Result<readonly FieldEdit[], Failure> {
  const fields: FieldEdit[] = []
  for (const edit of edits) {
    const path = parseKey(edit.key)
    if (edit.value === null || !path || !isGivenWhole(path)) {
      fields.push(edit)
      continue
    }
    const table = readTable(edit.value)
    if (table === null)
      return err(
        failure('bad-request', `${formatKey(path)} is a table, not ${JSON.stringify(edit.value)}`, {
          hint: `give it whole: '{ key = "value" }', or name one key of it: ${formatKey([...path, 'KEY'])}`,
          facts: { key: edit.key },
        }),
      )
    for (const { at, literal } of table)
      fields.push({ key: formatKey([...path, ...at]), value: edit.value, literal })
  }
  return ok(fields)
}

/** Profiles and models whose last key these changes took. */
function emptiedTables(text: string, changes: readonly ConfigChange[]): string[][] {
  const tables = changes.map(({ key }) => formatKey((parseKey(key) ?? []).slice(0, 2)))
  return [...new Set(tables)]
    .map((key) => parseKey(key) ?? [])
    .filter((path) => isNamedTable(path) && isEmptyTable(text, path))
}

/** What was wrong before is the file's fault (1); what the edit brought is the command's (2, 3). */
function refusalOf(
  faults: readonly ConfigError[],
  changes: readonly ConfigChange[],
  wasSound: boolean,
): Failure {
  const isTouched = ({ key }: ConfigError) =>
    changes.some((change) => `${key}.`.startsWith(`${change.key}.`))
  const own = faults.find(isTouched) ?? (wasSound ? faults[0] : undefined)
  if (!own) return failureOf(faults)
  return failure(own.kind === 'config-broken' ? 'bad-request' : own.kind, own.message, {
    ...(own.hint === null ? {} : { hint: own.hint }),
    facts: { key: own.key },
  })
}

/** By a temporary file and a rename, through symlinks, with the mode that the file had. */
function writeConfigFile(
  file: string,
  text: string,
  changes: readonly ConfigChange[],
): Result<readonly ConfigChange[], Failure> {
  try {
    mkdirSync(dirname(file), { recursive: true })
    const target = resolveLink(file)
    const known = statSync(target, { throwIfNoEntry: false })
    // A rename would put a file in the place of a device: `/dev/null` for all, where root does it.
    if (known && !known.isFile()) throw new Error('it is no regular file')
    replaceFile(target, text, { mode: (known?.mode ?? 0o644) & 0o7777, flush: true })
    return ok(changes)
  } catch (error) {
    return err(
      failure('io', `${file} could not be written: ${errorText(error)}`, {
        hint: 'nothing was changed',
        facts: { file },
      }),
    )
  }
}

function resolveLink(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file // not there yet
  }
}
