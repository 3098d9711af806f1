/** The start screen of this machine. What only a host can do, ask other hosts and start one, comes in by hand. */
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path'
import type { InferContractRouterOutputs } from '@orpc/contract'
import { findClis, pathOf } from '../../agents/clis/find-clis.ts'
import { loginEnvironment } from '../../agents/clis/login-environment.ts'
import { ok, orElse, type Result } from '../../base/result.ts'
import { findYard, yardPaths, type YardPaths } from '../../config/paths.ts'
import type { RecentYard, startScreenContract } from '../../contract/start-screen.ts'
import { fail, type Failure } from '../../domain/failure.ts'
import { initYard } from '../init-yard.ts'
import { isoTime } from '../views/iso-time.ts'
import { type ExampleParts, makeExample } from './make-example.ts'
import { forgetYard, readRecentYards, type RecentEntry, rememberYard } from './recent-yards.ts'
import { existsSync, realpathSync, statSync } from 'node:fs'

type Answers = InferContractRouterOutputs<typeof startScreenContract>

/** Before and beside a yard, as its handlers see it. Only ever for a person: an agent's token may call none of it. */
export interface StartScreen {
  recent(): Promise<RecentYard[]>
  /** Forgets that it was opened; the yard itself stays as it is. */
  forget(folder: string): Promise<Result<Answers['forget'], Failure>>
  clis(): Promise<Answers['clis']>
  inspect(folder: string): Promise<Result<Answers['inspect'], Failure>>
  open(wish: {
    readonly folder: string
    readonly make: boolean
  }): Promise<Result<Answers['open'], Failure>>
  example(): Promise<Result<Answers['example'], Failure>>
}

/** What the owner of a yard says of it. */
export type Glance = { readonly agents: number; readonly attention: number }

export interface StartScreenParts extends ExampleParts {
  /** The person's home, absolute. */
  readonly home: string
  readonly now: () => number
  /** Null when no host answers for that yard. */
  readonly glance: (paths: YardPaths) => Promise<Glance | null>
  /** Goes on to a yard, whose host is started where none runs. The address of its page, or null when a window has switched to it. */
  readonly enter: (paths: YardPaths) => Promise<Result<string | null, Failure>>
}

export function createStartScreen(parts: StartScreenParts): StartScreen {
  const { dataFolder, home, now } = parts
  const enter = async (paths: YardPaths): Promise<Result<Answers['open'], Failure>> => {
    const entered = await parts.enter(paths)
    if (!entered.ok) return entered
    rememberYard(dataFolder, paths.root, now())
    return ok({ folder: paths.root, pageUrl: entered.value })
  }
  return {
    recent: () =>
      Promise.all(readRecentYards(dataFolder).map((entry) => toRecent(entry, parts.glance))),
    async forget(text) {
      const folder = readFolder(text, home)
      return folder.ok ? ok({ ok: forgetYard(dataFolder, folder.value) }) : folder
    },
    async clis() {
      const env = await loginEnvironment(parts.env)
      return { clis: await findClis(env, home), path: pathOf(env) }
    },
    async inspect(text) {
      const folder = readFolder(text, home)
      return folder.ok ? ok(inspectFolder(folder.value)) : folder
    },
    async open({ folder: text, make }) {
      const folder = readFolder(text, home)
      if (!folder.ok) return folder
      const root = await rootOf(folder.value, make, dataFolder)
      return root.ok ? enter(yardPaths(root.value)) : root
    },
    async example() {
      const made = await makeExample(parts)
      return made.ok ? enter(made.value) : made
    },
  }
}

/** The folder that holds `.yard`. One that is found is taken as it is: opening it does not make it trusted. */
async function rootOf(
  folder: string,
  make: boolean,
  dataFolder: string,
): Promise<Result<string, Failure>> {
  const { exists, yard } = inspectFolder(folder)
  if (yard !== null) return ok(yard)
  if (!exists)
    return fail('unknown-folder', `there is no folder ${folder}`, { facts: { field: 'folder' } })
  if (!make) return fail('no-yard', `there is no yard in ${folder} or above it`)
  if (isSystemFolder(folder))
    return fail('bad-request', `${folder} belongs to the system: no yard is made there`, {
      hint: 'choose a folder of your own, or make one',
      facts: { field: 'folder' },
    })
  const made = await initYard(folder, dataFolder)
  return made.ok ? ok(made.value.paths.root) : made
}

async function toRecent(
  { folder, openedAt }: RecentEntry,
  glance: StartScreenParts['glance'],
): Promise<RecentYard> {
  const about = { folder, name: basename(folder) || folder, openedAt: isoTime(openedAt) }
  const unknown = { agents: 0, attention: 0 }
  if (inspectFolder(folder).yard !== folder) return { ...about, ...unknown, state: 'gone' }
  const seen = await glance(yardPaths(folder))
  if (seen === null) return { ...about, ...unknown, state: 'not-running' }
  const { agents, attention } = seen
  const state = attention > 0 ? 'needs-you' : agents > 0 ? 'working' : 'at-rest'
  return { ...about, state, agents, attention }
}

/** Longer than any path of a system that we know. */
const MOST_CHARACTERS = 4096

/** `~` is `home`; anything else must be absolute, for a host stands nowhere in particular. */
function readFolder(text: string, home: string): Result<string, Failure> {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.length > MOST_CHARACTERS || trimmed.includes('\0'))
    return fail('bad-request', 'name a folder', { facts: { field: 'folder' } })
  const atHome = trimmed === '~' || /^~[\\/]/.test(trimmed)
  const path = atHome ? join(home, trimmed.slice(1)) : trimmed
  if (!isAbsolute(path))
    return fail('bad-request', `${trimmed} is no absolute path`, {
      hint: 'begin it with / or ~',
      facts: { field: 'folder' },
    })
  const plain = normalize(path)
  return ok(plain.length > 1 && plain.endsWith(sep) ? plain.slice(0, -1) : plain)
}

function inspectFolder(folder: string): Answers['inspect'] {
  const exists = isFolder(folder)
  const found = exists ? findYard(folder, {}) : null
  const yard = found?.ok ? found.value.root : null
  return { folder, exists, isGit: exists && isInGit(folder), yard }
}

/** Folders that hold those of others. */
const SHARED_FOLDERS =
  /^\/(?:|home|Users|Volumes|private|tmp|var|usr|usr\/local|opt|mnt|media|srv|run)$/i
/** All that lies in these is the system's, too. */
const SYSTEM_TREES =
  /^\/(?:bin|boot|dev|etc|lib\d*|proc|sbin|sys|System|Library|usr\/(?:bin|sbin|lib\d*|libexec|share)|private\/etc)(?:\/|$)/
const WINDOWS_FOLDERS =
  /^[a-z]:\\?(?:|Users|(?:Windows|Program Files(?: \(x86\))?|ProgramData)(?:\\.*)?)$/i

/** The root of a disk, a folder of the system, or one that holds those of others, with links followed. */
function isSystemFolder(folder: string): boolean {
  let real = folder
  try {
    real = realpathSync(folder)
  } catch {
    // not there: its name is all there is
  }
  return [folder, real].some(
    (path) => SHARED_FOLDERS.test(path) || SYSTEM_TREES.test(path) || WINDOWS_FOLDERS.test(path),
  )
}

function isInGit(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (dirname(at) === at) return false
  }
}

function isFolder(path: string): boolean {
  return orElse(() => statSync(path).isDirectory(), false) // not there, or not for us to see
}
