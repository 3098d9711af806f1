/**
 * Whether a yard may run anything. One that was made here is trusted; one that came with a repository is not, until a person
 * has seen what it would run. Kept in the user's own folder, keyed by path, and for a foreign yard by its config's hash too.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { YardPaths } from '../config/paths.ts'
import type { Settings } from '../domain/settings.ts'

const bookSchema = z.record(
  z.string(),
  z.union([z.object({ made: z.literal(true) }), z.object({ configHash: z.string() })]),
)
type Book = z.infer<typeof bookSchema>

export interface TrustPlace {
  readonly paths: YardPaths
  /** The user's data folder. */
  readonly dataFolder: string
}

export function isTrusted(place: TrustPlace): boolean {
  const entry = readBook(place)[keyOf(place)]
  if (!entry) return false
  return 'made' in entry || entry.configHash === configHash(place.paths)
}

export const trustAsMade = (place: TrustPlace): void => write(place, { made: true })
export const confirmTrust = (place: TrustPlace): void =>
  write(place, { configHash: configHash(place.paths) })

/** What a person is shown before they say yes: what would run, and which variables it would read. */
export function describeTrust(settings: Settings): {
  readonly executors: string[]
  readonly variables: string[]
} {
  const executors = Object.values(settings.executors).map((p) => {
    const command = p.command === null ? '' : ` runs ${p.command.join(' ')}`
    return `${p.name} (${p.type}, permissions ${p.permissions})${command}`
  })
  const variables = Object.values(settings.executors).flatMap((p) =>
    Object.values(p.env).flatMap((v) => (typeof v === 'string' ? [] : [v.from])),
  )
  return { executors, variables: [...new Set(variables)].toSorted() }
}

function keyOf({ paths }: TrustPlace): string {
  try {
    return realpathSync(paths.root)
  } catch {
    return paths.root // not there yet: then nothing is trusted under that name either
  }
}

const bookFile = ({ dataFolder }: TrustPlace): string => join(dataFolder, 'trust.json')

function readBook(place: TrustPlace): Book {
  try {
    return bookSchema.parse(JSON.parse(readFileSync(bookFile(place), 'utf8')))
  } catch {
    return {} // no book, or one that nobody can read, trusts nobody
  }
}

function write(place: TrustPlace, entry: Book[string]): void {
  const file = bookFile(place)
  mkdirSync(dirname(file), { recursive: true })
  const next = `${file}.${process.pid}`
  writeFileSync(
    next,
    `${JSON.stringify({ ...readBook(place), [keyOf(place)]: entry }, null, 2)}\n`,
    { mode: 0o600 },
  )
  renameSync(next, file)
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
