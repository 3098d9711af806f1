/** One entry of the configuration, in the words of the window: where it comes from, and why it may not be changed here. */
import type { Setting } from '../../contract/page.ts'
import type { ConfigSource } from '../../domain/origin.ts'
import type { YardClient } from '../model/session/link.ts'

export type ConfigEntry = Awaited<ReturnType<YardClient['service']['config']>>[number]

/** What the files say that is not in force, or why they cannot be read. */
export type PendingConfig = Awaited<ReturnType<YardClient['service']['pendingConfig']>>
export type PendingEntry = PendingConfig['entries'][number]

/** Which file an edit goes to: this yard's own, or the person's, which holds for all yards. */
export type ConfigScope = 'project' | 'global'

const NAMED_GROUPS: readonly (string | undefined)[] = ['executors', 'models', 'members', 'jobs']

/** What one of several things of a kind has of its own, with the name of that thing before the label. */
export function titledSetting(setting: Setting): Setting {
  const [group, name] = keyParts(setting.key)
  if (!NAMED_GROUPS.includes(group)) return setting
  return { ...setting, label: `${name}: ${setting.label}` }
}

export interface KnownNames {
  readonly executors: readonly string[]
  readonly models: readonly string[]
}

/** The dotted form of a key; parts with signs of their own are quoted. */
export const formatKey = (parts: readonly string[]): string =>
  parts.map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part))).join('.')

export function keyParts(key: string): readonly string[] {
  const parts: string[] = []
  for (const [, quoted, plain] of key.matchAll(/"((?:[^"\\]|\\.)*)"|([^".]+)/g))
    parts.push(quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'))
  return parts
}

const SOURCES: Readonly<Record<ConfigSource, string>> = {
  default: 'Default',
  global: 'Your file',
  project: 'This yard',
  env: 'Environment',
  flag: 'Flag',
}
export const sourceLabel = (source: ConfigSource): string => SOURCES[source]

/** Why an edit of this scope would change nothing; null = it can be made. */
export function fixedReason(
  { key, source }: Pick<ConfigEntry, 'key' | 'source'>,
  scope: ConfigScope,
): string | null {
  if (source === 'env')
    return `Set by ${variableOf(key)} in the environment of the service, which stands over the files. Change it there.`
  if (source === 'flag')
    return 'Set by a flag of this run, which stands over the files. It holds until the run ends.'
  if (keyParts(key)[0] === 'machine' && scope === 'project')
    return 'It is about this machine and stands in your own file only. Choose that file to change it.'
  if (source === 'project' && scope === 'global')
    return 'This yard’s own file says it, and stands over what holds for all yards. Reset it first.'
  return null
}

const variableOf = (key: string): string => `YARD_${keyParts(key).join('_').toUpperCase()}`

/** The file that says it, if it is one of those that are edited here. */
export const scopeOf = (source: ConfigSource): ConfigScope | null =>
  source === 'project' || source === 'global' ? source : null

/** The value stands under another key, which this one falls back to: there it is reset. */
export const isSaidElsewhere = (
  { key, file, line }: ConfigEntry,
  entries: readonly ConfigEntry[],
): boolean =>
  file !== null &&
  entries.some((other) => other.key !== key && other.file === file && other.line === line)

/** As it is typed into a file, without the quotes of a plain text. Not set is empty. */
export function typedText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  return tomlOf(value)
}

function tomlOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlOf).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, each]) => `${name} = ${tomlOf(each)}`)
  return fields.length === 0 ? '' : `{ ${fields.join(', ')} }`
}

/** `.yard/config.toml:12`: the end of the path is enough to know it. */
export function locationText(file: string, line: number | null): string {
  const end = file.split(/[/\\]/).slice(-2).join('/')
  return line === null ? end : `${end}:${line}`
}
