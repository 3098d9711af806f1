/** The identities of a yard: those of its files, of the user's, and those that come with Yardmaster. Files are read when they have changed. */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import type { Log } from '../../base/log.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { errorText } from '../../base/text.ts'
import { formatOfText, type IdentityFormat, parseIdentity } from '../../config/identity-text.ts'
import { userPaths, type YardPaths } from '../../config/paths.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { type Identity, shortId } from '../../domain/judging/identity.ts'
import { hintOf } from '../../domain/near-match.ts'
import { replaceFile } from '../../files/replace-file.ts'
import { findIdentities, identityOf, SHIPPED_IDENTITIES } from '../../judging/identity.ts'

/** known: no file says it any more, but an agent was asked to be it. */
export type IdentitySource = 'project' | 'global' | 'shipped' | 'known'

export interface ListedIdentity extends Identity {
  readonly source: IdentitySource
  readonly file: string | null
}

export interface BrokenIdentity {
  readonly file: string
  /** One line. */
  readonly problem: string
}

export type IdentityBook = ReturnType<typeof openIdentities>

/** What agents were asked to be, from the store. */
interface KnownIdentities {
  /** Whose id begins so, at most two. */
  knownIdentities(prefix: string): readonly Identity[]
}

interface Read {
  readonly signature: string
  readonly identities: readonly ListedIdentity[]
  readonly broken: readonly BrokenIdentity[]
}

const SHIPPED: readonly ListedIdentity[] = SHIPPED_IDENTITIES.map((identity) => ({
  ...identity,
  source: 'shipped',
  file: null,
}))

interface IdentityPlaces {
  readonly paths: Pick<YardPaths, 'identities'>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: Pick<Log, 'warn'>
}

export function openIdentities({ paths, env, log }: IdentityPlaces, known: KnownIdentities) {
  const folders = [
    ['project', paths.identities],
    ['global', join(dirname(userPaths(env).config), 'identities')],
  ] as const
  let read: Read = { signature: '', identities: SHIPPED, broken: [] }
  const warned = new Set<string>()

  function current(): Read {
    const files = folders.flatMap(([source, folder]) =>
      filesOf(folder).map((file) => ({ source, ...file })),
    )
    const signature = files.map(({ file, stamp }) => `${file} ${stamp}`).join('\n')
    if (signature === read.signature) return read
    read = { signature, ...readAll(files) }
    for (const { file, problem } of read.broken) {
      const text = `${file} is no identity and is passed over: ${problem}`
      if (!warned.has(text)) log.warn(text)
      warned.add(text)
    }
    return read
  }

  /** The nearest of those that bear the word: the project's before the user's before the shipped. */
  function resolve(word: string): Result<ListedIdentity, Failure> {
    const { identities } = current()
    const found = findIdentities(identities, word)
    const nearest = found.filter(({ source }) => source === found[0]?.source)
    const isName = found.some(({ name }) => name.toLowerCase() === word.trim().toLowerCase())
    const [only, ...others] = isName ? nearest : found
    if (only && others.length === 0) return ok(only)
    if (only) return err(ambiguous(word, [only, ...others]))
    const [past, ...more] = /^[0-9a-f]{4,64}$/i.test(word.trim())
      ? known.knownIdentities(word.trim().toLowerCase())
      : []
    if (past && more.length === 0) return ok({ ...past, source: 'known', file: null })
    return err(past ? ambiguous(word, [past, ...more]) : unknownIdentity(word, identities))
  }

  return {
    /** The project's, the user's, the shipped; each id once. */
    all: (): readonly ListedIdentity[] => current().identities,
    /** Files that say none. */
    broken: (): readonly BrokenIdentity[] => current().broken,
    /** Changes when the files do. */
    version: (): string => current().signature,
    resolve,
    /** Writes a file of the yard; one that is there already stays as it is. `file-broken`, `io`. */
    add(text: string, format: IdentityFormat | 'auto'): Result<ListedIdentity, Failure> {
      const form = format === 'auto' ? formatOfText(text) : format
      const content = parseIdentity(text, form)
      if (!content.ok) return err(failure('file-broken', `this is no identity: ${content.error}`))
      const identity = identityOf(content.value)
      const there = current().identities.find(({ id }) => id === identity.id)
      if (there) return ok(there)
      const name = identity.name
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .slice(0, 60)
      const file = join(paths.identities, `${name}-${shortId(identity.id)}.${form}`)
      try {
        mkdirSync(paths.identities, { recursive: true })
        replaceFile(file, text.endsWith('\n') ? text : `${text}\n`)
      } catch (error) {
        return err(failure('io', `${file} could not be written: ${errorText(error)}`))
      }
      return ok({ ...identity, source: 'project', file })
    },
  }
}

const FORMATS: Readonly<Record<string, IdentityFormat>> = { '.toml': 'toml', '.md': 'md' }
const MOST_FILES = 1000
const MOST_BYTES = 100_000

interface FoundFile {
  readonly file: string
  readonly bytes: number
  readonly stamp: string
}

function filesOf(folder: string): readonly FoundFile[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return [] // there are none
  }
  return names
    .filter((name) => FORMATS[extname(name)] !== undefined)
    .toSorted()
    .slice(0, MOST_FILES)
    .flatMap((name) => {
      const file = join(folder, name)
      const stat = statSync(file, { throwIfNoEntry: false })
      if (!stat?.isFile()) return []
      return [{ file, bytes: stat.size, stamp: `${stat.mtimeMs} ${stat.size} ${stat.ino}` }]
    })
}

function readAll(
  files: readonly (FoundFile & { readonly source: 'project' | 'global' })[],
): Omit<Read, 'signature'> {
  const identities = new Map<string, ListedIdentity>()
  const broken: BrokenIdentity[] = []
  for (const { file, bytes, source } of files) {
    const content = bytes > MOST_BYTES ? err('it is larger than 100 kB') : readOne(file)
    if (!content.ok) broken.push({ file, problem: content.error })
    else if (!identities.has(content.value.id))
      identities.set(content.value.id, { ...content.value, source, file })
  }
  for (const shipped of SHIPPED)
    if (!identities.has(shipped.id)) identities.set(shipped.id, shipped)
  return { identities: [...identities.values()], broken }
}

function readOne(file: string): Result<Identity, string> {
  try {
    const content = parseIdentity(readFileSync(file, 'utf8'), FORMATS[extname(file)] ?? 'toml')
    return content.ok ? ok(identityOf(content.value)) : content
  } catch (error) {
    return err(errorText(error))
  }
}

const ambiguous = (word: string, found: readonly Identity[]): Failure =>
  failure(
    'bad-request',
    `"${word}" means ${found.map(({ id, name }) => `${name} (${shortId(id)})`).join(' and ')}`,
    { hint: 'name one by more of its id', facts: { ids: found.map(({ id }) => id) } },
  )

const unknownIdentity = (word: string, known: readonly Identity[]): Failure =>
  failure('unknown-identity', `there is no identity "${word}"`, {
    hint: /^[0-9a-f]{1,3}$/i.test(word.trim())
      ? 'an id is named by its first 4 or more characters'
      : hintOf(
          word,
          known.map(({ name }) => name),
          'identities',
        ),
    facts: { identity: word },
  })
