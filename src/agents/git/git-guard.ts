/**
 * Which programs git may start for the yard. Filters and merge drivers are named in settings that agents can write, so what stands
 * there while no agent runs is put on record; what an agent adds or changes is overridden in each call of git, and listed for a person.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../../files/replace-file.ts'
import { gitError, type GitError, someOf } from './git-failure.ts'

export interface GitGuard {
  /** Value of the marker variable for git and all that it starts: to the yard they are that agent, or nobody that it knows. */
  readonly marker: string
  /** Absolute: `.yard/git-settings.json`. */
  readonly file: string
  /** Whether no process of an agent runs now: what has changed since the last look was changed by a person. */
  isQuiet(): boolean
}

/** Name of a setting, as git lists it, → its values in order. */
type Settings = Readonly<Record<string, readonly string[]>>

const settingsSchema = z.record(z.string(), z.array(z.string()))
const recordSchema = z.object({
  version: z.literal(1),
  /** By common directory. */
  repositories: z.record(
    z.string(),
    z.object({
      /** Of those that decide where git connects to only hashes: they may hold passwords, and are compared and never replayed. */
      accepted: settingsSchema,
      /** As an agent left them; an empty list is a setting that it removed. */
      refused: settingsSchema,
    }),
  ),
})
type SettingsRecord = z.infer<typeof recordSchema>
type Known = SettingsRecord['repositories'][string]

/** What runs while files are read or written. */
const FILE_PROGRAMS = /^(?:filter\..*\.(?:clean|smudge|process|required)|merge\..*\.driver)$/s
/** What decides where git connects to, by which program and with whose credentials. */
const CONNECTION =
  /^(?:core\.(?:sshcommand|askpass|gitproxy|hookspath|alternaterefscommand)|ssh\.|credential\.|remote\.|url\.|http\.|https\.|protocol\.|hook\.|extensions\.partialclone)/s
/** The hooks that a push runs on this side. */
const PUSH_HOOKS = ['pre-push', 'reference-transaction']

/** `listed`: what `git config --list -z` prints in the repository. */
export function guardedSettings(listed: string, commonDir: string): Settings {
  const found: Record<string, string[]> = {}
  for (const entry of listed.split('\0')) {
    const [key = '', ...value] = entry.split('\n')
    if (FILE_PROGRAMS.test(key) || CONNECTION.test(key)) (found[key] ??= []).push(value.join('\n'))
  }
  const folder = (found['core.hookspath']?.at(-1) ?? 'hooks').replace(/^~(?=\/|$)/, homedir())
  for (const name of PUSH_HOOKS) {
    const hash = hashOf(resolve(commonDir, folder, name))
    if (hash !== null) found[`the hook ${name}`] = [hash]
  }
  return found
}

function hashOf(file: string): string | null {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex')
  } catch {
    return null // there is none, or it cannot be read to be run
  }
}

export interface Judged {
  /** What holds for this repository. */
  readonly accepted: Settings
  /** Names of what is not as it was accepted. */
  readonly refused: readonly string[]
}

/**
 * Puts on record what is new, and says what holds. Without a record all is accepted; later what changed while nothing ran is, unless it
 * was refused before and has not changed since.
 */
export function judgeSettings(guard: GitGuard, commonDir: string, now: Settings): Judged {
  const record = readRecord(guard.file)
  const known = record.repositories[commonDir]
  const judged = known
    ? compared(known, now, guard.isQuiet())
    : { accepted: recordOf(now), refused: {} }
  if (known === undefined || JSON.stringify(sorted(known)) !== JSON.stringify(sorted(judged))) {
    record.repositories[commonDir] = judged
    writeRecord(guard.file, record)
  }
  return { accepted: judged.accepted, refused: Object.keys(judged.refused).toSorted() }
}

function compared(known: Known, now: Settings, isQuiet: boolean): Known {
  const accepted: Record<string, string[]> = {}
  const refused: Record<string, string[]> = {}
  for (const key of new Set([...Object.keys(now), ...Object.keys(known.accepted)])) {
    const [before, present] = [known.accepted[key], now[key]]
    const kept = present && recordForm(key, present)
    const isRefused = isSame(known.refused[key], present ?? [])
    const holds = isSame(before, kept) || (isQuiet && !isRefused)
    const value = holds ? kept : before
    if (value) accepted[key] = [...value]
    if (!holds) refused[key] = [...(present ?? [])]
  }
  return { accepted, refused }
}

const recordOf = (settings: Settings): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(settings).map(([key, values]) => [key, recordForm(key, values)]),
  )

const recordForm = (key: string, values: readonly string[]): string[] =>
  FILE_PROGRAMS.test(key)
    ? [...values]
    : values.map((value) => `sha256:${createHash('sha256').update(value).digest('hex')}`)

const isSame = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

const sorted = ({ accepted, refused }: Known) =>
  [accepted, refused].map((settings) =>
    Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )

/** `{key: value}` to lie over the repository's own settings, so that git runs what was accepted and nothing else. */
export function pinsOf(now: Settings, { accepted }: Judged): Readonly<Record<string, string>> {
  const pins: Record<string, string> = {}
  for (const name of namesIn('merge', now, accepted)) {
    const key = `merge.${name}.driver`
    if (!isSame(now[key], accepted[key])) pins[key] = accepted[key]?.at(-1) ?? TEXT_MERGE
  }
  for (const name of namesIn('filter', now, accepted))
    Object.assign(pins, filterPins(name, now, accepted))
  return pins
}

const namesIn = (section: string, ...all: readonly Settings[]): ReadonlySet<string> =>
  new Set(
    all
      .flatMap((settings) => Object.keys(settings))
      .filter((key) => key.startsWith(`${section}.`))
      .map((key) => key.slice(section.length + 1, key.lastIndexOf('.'))),
  )

function filterPins(name: string, now: Settings, accepted: Settings): Record<string, string> {
  const keyOf = (part: string): string => `filter.${name}.${part}`
  const keys = FILTER_PARTS.map(keyOf)
  if (keys.every((key) => isSame(now[key], accepted[key]))) return {}
  const long = keyOf('process')
  const isAccepted = keys.some((key) => accepted[key] !== undefined)
  // With an empty `process` git would not run `clean` and `smudge` either.
  if (isAccepted && now[long] && !accepted[long]) throw changedFilter(name, long)
  const pins = Object.fromEntries(keys.map((key) => [key, accepted[key]?.at(-1) ?? '']))
  if (!now[long] && !accepted[long]) delete pins[long]
  return { ...pins, [keyOf('required')]: accepted[keyOf('required')]?.at(-1) ?? 'false' }
}

const FILTER_PARTS = ['clean', 'smudge', 'process', 'required']
/** What git does by itself where no driver is named; it cannot be told to forget one. */
const TEXT_MERGE = 'git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B || exit 1'

const changedFilter = (name: string, key: string): GitError =>
  gitError(
    'settings-changed',
    `${key} was set while an agent worked, and the filter ${name} cannot be run without it; git config --unset ${key} takes it away, yard trust accepts it`,
  )

/** Why git may not connect to anywhere now; null when nothing of that has changed. */
export function changedConnection({ refused }: Judged): GitError | null {
  const changed = refused.filter((key) => !FILE_PROGRAMS.test(key))
  if (changed.length === 0) return null
  return gitError(
    'settings-changed',
    `nothing was sent, for ${settingNames(changed)} came while an agent worked; yard trust shows what it is and accepts it, or set it back with git config`,
  )
}

/** One sentence for people; null when no program is refused. What a push would be refused for is told when one is. */
export function refusedNote({ refused }: Judged): string | null {
  const programs = refused.filter((key) => FILE_PROGRAMS.test(key))
  return programs.length === 0
    ? null
    : `git settings that came or changed while an agent worked are not used by the yard: ${settingNames(programs)}; yard trust shows and accepts them`
}

const settingNames = (keys: readonly string[]): string =>
  someOf(
    keys.map((key) => key.replace(/\p{C}/gu, '?').slice(0, 80)),
    5,
  )

export interface RefusedSetting {
  readonly repository: string
  readonly key: string
  /** As it stands now; empty where it was removed. */
  readonly values: readonly string[]
}

/** For a person to judge. */
export const refusedSettings = (file: string): RefusedSetting[] =>
  Object.entries(readRecord(file).repositories).flatMap(([repository, { refused }]) =>
    Object.entries(refused).map(([key, values]) => ({ repository, key, values })),
  )

/** Only what a person was shown: another value that came meanwhile stays refused. */
export function acceptSettings(file: string, shown: readonly RefusedSetting[]): void {
  const record = readRecord(file)
  for (const { repository, key, values } of shown) {
    const known = record.repositories[repository]
    if (!known || !isSame(known.refused[key], values)) continue
    delete known.refused[key]
    if (values.length === 0) delete known.accepted[key]
    else known.accepted[key] = recordForm(key, values)
  }
  writeRecord(file, record)
}

function readRecord(file: string): SettingsRecord {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { version: 1, repositories: {} } // none was made yet
  }
}

function writeRecord(file: string, record: SettingsRecord): void {
  mkdirSync(dirname(file), { recursive: true })
  replaceFile(file, `${JSON.stringify(record, null, 2)}\n`)
}

/** Under the yard's own marker, which no agent has: what git starts there may do nothing in any yard. */
export const hostMarker = (yardFolder: string): string =>
  `git-${createHash('sha256').update(yardFolder).digest('hex').slice(0, 32)}`

export const settingsFile = (yardFolder: string): string => join(yardFolder, 'git-settings.json')
