/** Where things are: the yard of a folder, what lies in it, and the user's own folders. */
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'

type Env = Readonly<Record<string, string | undefined>>

/** All absolute. */
export interface YardPaths {
  /** The folder that holds `.yard`. */
  readonly root: string
  readonly yard: string
  readonly config: string
  readonly db: string
  readonly agents: string
  readonly identities: string
  readonly worktrees: string
  /** Mail that was not accepted. */
  readonly quarantine: string
  readonly service: {
    readonly folder: string
    readonly ownerDb: string
    readonly state: string
    readonly secret: string
    readonly pageSessions: string
    readonly port: string
    /** Since when the schedule of each job holds. */
    readonly jobs: string
    readonly log: string
    /** Where other machines reach this yard, and the pin of its certificate. */
    readonly door: string
    readonly doorKey: string
    /** Codes that are good for a token, as hashes. */
    readonly invites: string
    readonly revoked: string
    /** What mail to other machines is signed with. */
    readonly mailKey: string
    /** Four digits that tell this machine from others of its name. */
    readonly machine: string
  }
}

export function yardPaths(root: string): YardPaths {
  const yard = join(root, '.yard')
  const folder = join(yard, 'service')
  return {
    root,
    yard,
    config: join(yard, 'config.toml'),
    db: join(yard, 'yard.db'),
    agents: join(yard, 'agents'),
    identities: join(yard, 'identities'),
    worktrees: join(yard, 'worktrees'),
    quarantine: join(yard, 'quarantine'),
    service: {
      folder,
      ownerDb: join(folder, 'owner.db'),
      state: join(folder, 'state.json'),
      secret: join(folder, 'secret'),
      pageSessions: join(folder, 'page-sessions.json'),
      port: join(folder, 'port'),
      jobs: join(folder, 'jobs.json'),
      log: join(folder, 'service.log'),
      door: join(folder, 'door.json'),
      doorKey: join(folder, 'door-key.pem'),
      invites: join(folder, 'invites.json'),
      revoked: join(folder, 'revoked-tokens.json'),
      mailKey: join(folder, 'mail-key.pem'),
      machine: join(folder, 'machine'),
    },
  }
}

/**
 * `dir` (of `option`) over `YARD_DIR`, each the very folder that holds `.yard`, over walking up from `startDir`. Inside a linked
 * git worktree the main checkout's yard comes before one of the worktree's own.
 */
export function findYard(
  startDir: string,
  env: Env,
  dir: string | null = null,
  option = '--dir',
): Result<YardPaths, Failure> {
  const named = dir !== null ? { folder: dir, by: option } : null
  const given = named ?? (env['YARD_DIR'] ? { folder: env['YARD_DIR'], by: 'YARD_DIR' } : null)
  if (given) return givenYard(resolve(startDir, given.folder), given.by)
  const start = resolve(startDir)
  const root = inWorktree(start) ?? walkUp(start)
  if (root !== null) return ok(yardPaths(root))
  return err({
    kind: 'no-yard',
    message: `there is no yard in ${start} or above it`,
    hint: 'make one with `yard init`, or name its folder with --dir',
    facts: { path: start },
  })
}

/** A yard nearer to `startDir` than the one that is found there: a linked worktree's own. Null where there is none. */
export function passedOverYard(startDir: string, found: YardPaths): string | null {
  const nearest = walkUp(resolve(startDir))
  return nearest === null || nearest === found.root ? null : nearest
}

/** Whether `folder` is `root` or lies below it; by parts of the path, so that `/` holds all. Both absolute. */
export function isWithin(root: string, folder: string): boolean {
  const way = relative(root, folder)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function givenYard(root: string, by: string): Result<YardPaths, Failure> {
  if (hasYard(root)) return ok(yardPaths(root))
  const isInside = basename(root) === '.yard' && isFolder(root)
  const hint = isInside
    ? `give the folder that holds it: ${dirname(root)}`
    : 'make one with `yard init`'
  const message = `${by} names ${root}, which holds no .yard`
  return err({ kind: 'no-yard', message, hint, facts: { path: root } })
}

function walkUp(start: string): string | null {
  for (const folder of ancestors(start)) if (hasYard(folder)) return folder
  return null
}

/** At each step up through a linked worktree: the same place in the main checkout first, then here. */
function inWorktree(start: string): string | null {
  const linked = linkedWorktree(start)
  if (!linked) return null
  for (const folder of ancestors(start)) {
    const inMain = join(linked.main, relative(linked.top, folder))
    if (hasYard(inMain)) return inMain
    if (hasYard(folder)) return folder
    if (folder === linked.top) break
  }
  return walkUp(dirname(linked.main))
}

/** The nearest repository above `start`, when that is a linked worktree; `main` is the checkout that it was made from. */
function linkedWorktree(start: string): { top: string; main: string } | null {
  for (const top of ancestors(start)) {
    const dotGit = join(top, '.git')
    if (isFolder(dotGit)) return null
    const gitDir = /^gitdir: (.+?)\s*$/.exec(readSmall(dotGit) ?? '')?.[1]
    if (gitDir === undefined) continue
    const own = resolve(top, gitDir)
    const common = readSmall(join(own, 'commondir'))?.trim()
    // A submodule has no `commondir`; a bare repository has no checkout.
    if (!common) return null
    const shared = resolve(own, common)
    return basename(shared) === '.git' ? { top, main: dirname(shared) } : null
  }
  return null
}

function* ancestors(start: string): Generator<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    yield folder
    if (dirname(folder) === folder) return
  }
}

const hasYard = (root: string): boolean => isFolder(join(root, '.yard'))

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false // not there, or not for us to see
  }
}

function readSmall(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // not there, or not for us to see
  }
}

/** In the user's data folder: the programs of each installed version of the app. */
export const PROGRAMS_FOLDER = 'programs'

interface UserPaths {
  /** The user's own config file. */
  readonly config: string
  /** Backups, trust and caches. */
  readonly data: string
}

/** `XDG_*` counts everywhere when it is absolute, as its specification demands. */
export function userPaths(env: Env, platform: NodeJS.Platform = process.platform): UserPaths {
  const home = env['HOME'] || env['USERPROFILE'] || homedir()
  const isWindows = platform === 'win32'
  const configHome =
    absolute(env['XDG_CONFIG_HOME']) ??
    (isWindows ? (env['APPDATA'] ?? join(home, 'AppData', 'Roaming')) : join(home, '.config'))
  const usual = {
    win32: env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'),
    darwin: join(home, 'Library', 'Application Support'),
  }
  const dataHome =
    absolute(env['XDG_DATA_HOME']) ??
    (platform === 'win32' || platform === 'darwin'
      ? usual[platform]
      : join(home, '.local', 'share'))
  return { config: join(configHome, 'yard', 'config.toml'), data: join(dataHome, 'yard') }
}

/** Where nothing is lost if it is deleted; the same as in `bin/find-node.cjs`. Null without an absolute path: a relative one could lie in a repository of others. */
export function userCache(env: Env, platform: NodeJS.Platform = process.platform): string | null {
  const home = absolute(env['HOME'] || env['USERPROFILE'] || homedir())
  const usual = platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'] ?? (home && join(home, 'AppData', 'Local'))
    return local && join(local, 'yardmaster', 'Cache')
  }
  const folder = absolute(env['XDG_CACHE_HOME']) ?? (home && join(home, ...usual))
  return folder && join(folder, 'yardmaster')
}

const absolute = (path: string | undefined): string | null =>
  path && isAbsolute(path) ? path : null

const NEEDED_NODE_API = 10

/** What is wrong with this Node and what to do, or null. The database's native part needs Node-API 10. */
export function nodeProblem(versions: {
  readonly node: string
  readonly napi?: string | undefined
}): string | null {
  if (Number(versions.napi ?? 0) >= NEEDED_NODE_API) return null
  return `Node ${versions.node} is too old for the yard’s database: install Node 22.14 or later, or start it by \`bin/yard\`, which finds the right one`
}
