/**
 * Whether a yard may run anything. One that was made here is trusted; one that came with a repository is not, until a person
 * has seen what it would run. Kept in the user's own folder, keyed by path, and for a foreign yard by its config's hash too.
 */
import { createHash, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { replaceFile } from '../../files/replace-file.ts'
import { withFileLockSync } from '../../config/file-lock.ts'
import type { Answers } from '../../contract/contract.ts'
import type { YardPaths } from '../../config/paths.ts'
import { BUILT_IN_MODELS, createProfile } from '../../config/models.ts'
import type { Profile, Settings } from '../../domain/settings.ts'
import { readTaskLines } from '../../store/read-only.ts'
import { err, ok, orElse, type Result } from '../../base/result.ts'
import { failure, type Failure } from '../../domain/failure.ts'

const bookSchema = z.record(
  z.string(),
  z.union([z.object({ made: z.string() }), z.object({ configHash: z.string() })]),
)
type Book = z.infer<typeof bookSchema>

interface TrustPlace {
  readonly paths: YardPaths
  /** The user's data folder. */
  readonly dataFolder: string
}

export function isTrusted(place: TrustPlace): boolean {
  const entry = readBook(place)[keyOf(place)]
  if (!entry) return false
  return 'made' in entry
    ? entry.made === readId(place.paths)
    : entry.configHash === configHash(place.paths)
}

/** The yard gets an id of its own: another yard that comes to stand at this path is another yard. */
export function trustAsMade(place: TrustPlace): void {
  const id = readId(place.paths) ?? makeId(place.paths)
  write(place, { made: id })
}

/** One of those who make the same yard at once gives it its id. */
function makeId(paths: YardPaths): string {
  const file = idFile(paths)
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${randomUUID()}\n`)
  try {
    linkSync(own, file)
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    // Empty, or of a file system that knows no links: then it is ours to write.
    if (!isThere || readId(paths) === null) renameSync(own, file)
  } finally {
    rmSync(own, { force: true })
  }
  return readId(paths) ?? ''
}

/** `hash`: of the config file that a person has judged. */
export const confirmTrust = (place: TrustPlace, hash: string = configHash(place.paths)): void =>
  write(place, { configHash: hash })

/** With what stands for all of this, and for the config file as it was read. */
type TrustAsked = Omit<Answers['page']['trust'], 'trusted'>
export type TrustShown = Omit<TrustAsked, 'seen'>

/** What a person is shown before they say yes: what would run, and which variables it would read. */
export function describeTrust(settings: Settings, paths: YardPaths): TrustShown {
  const profiles = Object.values(settings.executors)
  const variables = profiles.flatMap((p) => [
    ...[...Object.values(p.env), ...Object.values(p.headers)].flatMap((v) =>
      typeof v === 'string' ? [] : [v.from],
    ),
    ...(p.apiKeyEnv === null ? [] : [p.apiKeyEnv]),
  ])
  const modelKeys = Object.values(settings.models).flatMap(({ apiKeyEnv }) => apiKeyEnv ?? [])
  return {
    executors: profiles.map(executorLine),
    builtIn: profiles.filter(isBuiltIn).map(executorLine),
    settings: [
      ...worktreeLines(settings),
      ...judgingLines(settings),
      ...modelLines(settings),
      ...endpointLines(settings),
      ...transportLines(settings),
    ],
    variables: [...new Set([...variables, ...modelKeys])].toSorted(),
    lines: readTaskLines(paths.db),
  }
}

const isBuiltIn = (p: Profile): boolean =>
  p.name === p.type && isDeepStrictEqual(p, createProfile(p.type, p.type, {}))

/** Values that stand in the file are shown as they are: its author chose them, and a program may be led by one. */
function executorLine(p: Profile): string {
  const command = p.command === null ? '' : ` runs ${p.command.join(' ')}`
  const place = p.baseUrl === null ? '' : ` asks ${p.baseUrl}`
  const service = p.url === null ? '' : ` posts to ${p.url}`
  return `${p.name} (${p.type}, permissions ${p.permissions})${command}${place}${service}${listed(' with', p.env, '=')}${listed(' sending', p.headers, ': ')}`
}

function listed(word: string, table: Profile['env'], is: string): string {
  const said = Object.entries(table).map(
    ([name, value]) => `${name}${is}${typeof value === 'string' ? value : `$${value.from}`}`,
  )
  return said.length === 0 ? '' : `${word} ${said.join(', ')}`
}

function worktreeLines({ worktree }: Settings): string[] {
  const { copy, setup, land, target, push, remote, merger } = worktree
  const where = target === null ? 'the branch of the main checkout' : `branch ${target}`
  return [
    ...(setup === null ? [] : [`new worktrees run ${setup}`]),
    ...(copy.length === 0 ? [] : [`new worktrees get a copy of ${copy.join(', ')}`]),
    ...(land === 'auto' ? [`finished work lands by itself on ${where}`] : []),
    ...(land === 'pr' ? [`finished work is prepared for a pull request to ${where}`] : []),
    ...(push ? [`what was prepared is pushed to ${remote}`] : []),
    ...(land === 'keep' ? [] : [`conflicts are settled by ${merger}`]),
  ]
}

/** Who is sent the work of tasks, and which lines run beside it. */
const judgingLines = ({ judging, evaluation }: Settings): string[] => [
  ...(judging.executors.length === 0 ? [] : [`judges are ${judging.executors.join(', ')}`]),
  ...evaluation.checks.map(({ name, line }) => `check ${name} runs ${line}`),
]

/** A model's own address gets the key of its provider; the built-in ones are no news. */
const modelLines = ({ models }: Settings): string[] =>
  Object.values(models).flatMap(({ name, endpoint }) =>
    endpoint === null || endpoint === BUILT_IN_MODELS[name]?.endpoint
      ? []
      : [`model ${name} is asked at ${endpoint}`],
  )

/** Where messages go, and where they come from. */
function transportLines({ transport }: Settings): string[] {
  const { type, remote, branch, url, tokenFile } = transport
  if (type === 'git')
    return [`mail is exchanged over the git remote ${remote}, branches ${branch}/*`]
  const token = tokenFile === null ? '' : `, with the token in ${tokenFile}`
  return type === 'hub' ? [`mail is exchanged with ${url ?? 'no address'}${token}`] : []
}

/** Whom it lets in, and by which files. */
function endpointLines({ fleet: { listen, tls } }: Settings): string[] {
  if (listen === null) return []
  const how =
    tls === 'auto'
      ? 'with a certificate of its own'
      : tls === 'off'
        ? 'without encryption'
        : `with ${tls.cert} and ${tls.key}`
  return [`other machines that have a token are served at ${listen} ${how}`]
}

const idFile = (paths: YardPaths): string => join(paths.yard, 'id')

function readId(paths: YardPaths): string | null {
  return orElse(() => readFileSync(idFile(paths), 'utf8').trim() || null, null) // made elsewhere, or not at all
}

function keyOf({ paths }: TrustPlace): string {
  return orElse(() => realpathSync(paths.root), paths.root) // not there yet: then nothing is trusted under that name either
}

const bookFile = ({ dataFolder }: TrustPlace): string => join(dataFolder, 'trust.json')

function readBook(place: TrustPlace): Book {
  return orElse(() => bookSchema.parse(JSON.parse(readFileSync(bookFile(place), 'utf8'))), {}) // no file, or one that cannot be read, trusts no yard
}

/** In turn with all others who write in the book: each keeps what it finds there. */
function write(place: TrustPlace, entry: Book[string]): void {
  const file = bookFile(place)
  const written = withFileLockSync(file, () => {
    const book = { ...readBook(place), [keyOf(place)]: entry }
    replaceFile(file, `${JSON.stringify(book, null, 2)}\n`)
    return true
  })
  if (written === null)
    throw new Error(`${file} is being written by another process; remove ${file}.lock if none runs`)
}

function configHash(paths: YardPaths): string {
  let text = ''
  try {
    text = readFileSync(paths.config, 'utf8')
  } catch {
    // no config of its own: the defaults are what is trusted
  }
  return createHash('sha256').update(text).digest('hex')
}

// Trust given from a window: what a person says yes to is exactly what they were shown.

/** `readSettings` reads the files anew: what counts is what would run next, not what was read at the start. */
type ReadSettings = () => Result<Settings, Failure>

export function askTrust(
  place: TrustPlace,
  readSettings: ReadSettings,
): Result<TrustAsked, Failure> {
  const looked = look(place, readSettings)
  return looked.ok ? ok(looked.value.asked) : looked
}

/** `hash`: of the config file that was judged. */
function look(
  place: TrustPlace,
  readSettings: ReadSettings,
): Result<{ readonly hash: string; readonly asked: TrustAsked }, Failure> {
  const hash = configHash(place.paths)
  const settings = readSettings()
  if (!settings.ok) return settings
  const shown = describeTrust(settings.value, place.paths)
  if (configHash(place.paths) !== hash) return err(changed)
  const seen = createHash('sha256')
    .update(JSON.stringify([hash, shown]))
    .digest('hex')
  return ok({ hash, asked: { ...shown, seen } })
}

/** `seen` as it came with what the person saw. `wrong-state` when something of it is another by now. */
export function giveTrust(
  place: TrustPlace,
  readSettings: ReadSettings,
  seen: string,
): Result<void, Failure> {
  const looked = look(place, readSettings)
  if (!looked.ok) return looked
  const { hash, asked } = looked.value
  if (asked.seen !== seen) return err(changed)
  confirmTrust(place, hash)
  return ok(undefined)
}

const changed = failure('wrong-state', 'what this yard would run has changed meanwhile', {
  hint: 'look at the list again',
})
