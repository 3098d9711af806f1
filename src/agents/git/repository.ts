/** A git repository as the worktrees see it: one common directory, whichever checkout we came in by. */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import { gitFailure, type GitFailure } from './git-failure.ts'
import {
  changedConnection,
  guardedSettings,
  judgeSettings,
  refusedNote,
  type GitGuard,
  type Judged,
} from './git-guard.ts'
import { answers, createGit, listSettings, readLine, withoutRemotes, type Git } from './git.ts'

export interface Repository {
  /** The checkout we came in by, links resolved; null in a bare repository. */
  readonly toplevel: string | null
  /** Shared by all worktrees of the repository; the key of every lock. Absolute, links resolved. */
  readonly commonDir: string
  readonly isBare: boolean
  /** Full ref name of the branch at HEAD when opened; null when detached. */
  readonly headRef: string | null
  /** HEAD when opened; null while the branch has no commit yet. */
  readonly head: string | null
  /** Runs git on the common directory: refs and objects, never a checkout. */
  readonly git: Git
  /** Runs git in a checkout of it, under the same guard. */
  gitIn(folder: string): Git
  /** What agents did to its settings, in a sentence for people; null when nothing is refused. */
  readonly note: string | null
}

const OLDEST = [2, 38] as const

/**
 * Finds the repository of a folder. Holds nothing open. `guard`: null where no agent can have been. `isForeign`: its settings are not
 * trusted to say what is fetched, and none of them is put on record.
 */
export async function openRepository(
  folder: string,
  guard: GitGuard | null,
  { isForeign = false }: { readonly isForeign?: boolean } = {},
): Promise<Result<Repository, GitFailure>> {
  const mark = guard && { marker: guard.marker }
  const git = withoutRemotes(createGit(folder, mark))
  const version = await checkVersion(git)
  if (!version.ok) return version
  const bare = await readLine(git(['rev-parse', '--is-bare-repository']))
  if (!bare.ok) return bare
  const isBare = bare.value === 'true'
  const common = await readPath(git, '--git-common-dir')
  if (!common.ok) return common
  const toplevel = isBare ? ok(null) : await toplevelOf(git)
  if (!toplevel.ok) return toplevel
  const head = await headOf(git)
  if (!head.ok) return head
  const commonDir = common.value
  const runner = await guardedRunner(git, commonDir, guard, isForeign)
  if (!runner.ok) return runner
  const { gitIn, note } = runner.value
  const inCommonDir = gitIn(commonDir)
  return ok({
    toplevel: toplevel.value,
    commonDir,
    isBare,
    ...head.value,
    git: (args, options) => inCommonDir([`--git-dir=${commonDir}`, ...args], options),
    gitIn,
    note,
  })
}

/** `git`: as it looks for the repository. */
async function guardedRunner(
  git: Git,
  commonDir: string,
  guard: GitGuard | null,
  isForeign: boolean,
): Promise<Result<Pick<Repository, 'gitIn' | 'note'>, GitFailure>> {
  if (guard === null) return ok({ gitIn: (folder) => createGit(folder, null), note: null })
  const { marker } = guard
  if (isForeign)
    return ok({ gitIn: (folder) => withoutRemotes(createGit(folder, { marker })), note: null })
  const judged = await judge(git, guard, commonDir)
  if (!judged.ok) return judged
  const gitIn = (folder: string): Git => createGit(folder, { ...guard, commonDir })
  return ok({
    // What is missing is fetched only by settings that nobody has changed.
    gitIn: changedConnection(judged.value) ? (folder) => withoutRemotes(gitIn(folder)) : gitIn,
    note: refusedNote(judged.value),
  })
}

/**
 * Puts on record which programs git may start in the repository of a folder, where nothing else is done there now. Gives what is refused,
 * in a sentence for people; null when nothing is, or where no repository is found.
 */
export async function recordSettings(folder: string, guard: GitGuard): Promise<string | null> {
  const place = findGit(folder)
  if (place === null) return null
  const git = withoutRemotes(createGit(folder, { marker: guard.marker }))
  const judged = await judge(git, guard, place.commonDir)
  return judged.ok ? refusedNote(judged.value) : null
}

async function judge(
  git: Git,
  guard: GitGuard,
  commonDir: string,
): Promise<Result<Judged, GitFailure>> {
  const listed = await listSettings(git)
  if (!listed.ok) return listed
  return ok(judgeSettings(guard, commonDir, guardedSettings(listed.value, commonDir)))
}

/** Where a checkout's HEAD is: on a branch or not, with a commit or not yet. */
export async function headOf(
  git: Git,
): Promise<Result<{ headRef: string | null; head: string | null }, GitFailure>> {
  const ref = await git(['symbolic-ref', '--quiet', 'HEAD'], { expect: [0, 1] })
  if (!ref.ok) return ref
  const head = await commitAt(git, 'HEAD')
  if (!head.ok) return head
  return ok({ headRef: ref.value.stdout.trim() || null, head: head.value })
}

/**
 * Whether HEAD names a branch that is not there while others are. In a checkout that is how a person begins anew; in a bare
 * repository nobody is there to mean it.
 */
export async function isAstray({
  git,
  isBare,
  head,
}: Repository): Promise<Result<boolean, GitFailure>> {
  if (!isBare || head !== null) return ok(false)
  const branches = await git(['for-each-ref', '--count=1', '--format=%(refname)', 'refs/heads'])
  return branches.ok ? ok(branches.value.stdout.trim() !== '') : branches
}

export const astray = ({ headRef, commonDir }: Repository): GitFailure =>
  gitFailure(
    'no-branch',
    `HEAD of the bare repository ${commonDir} names ${headRef?.replace(/^refs\/heads\//, '') ?? 'nothing'}, which has no commit, while others have; name one with git symbolic-ref HEAD refs/heads/main, or with yard config worktree.target main`,
  )

/** The commit that a name stands for; null when there is none. */
export async function commitAt(git: Git, name: string): Promise<Result<string | null, GitFailure>> {
  const found = await git(
    ['rev-parse', '--quiet', '--verify', '--end-of-options', `${name}^{commit}`],
    { expect: [0, 1] },
  )
  if (!found.ok) return found
  return ok(found.value.exitCode === 0 ? found.value.stdout.trim() : null)
}

/** Whether one commit contains another. Both must exist. */
export function isAncestor(
  git: Git,
  older: string,
  newer: string,
): Promise<Result<boolean, GitFailure>> {
  return answers(git, ['merge-base', '--is-ancestor', older, newer])
}

async function toplevelOf(git: Git): Promise<Result<string | null, GitFailure>> {
  const inside = await readLine(git(['rev-parse', '--is-inside-work-tree']))
  if (!inside.ok) return inside
  // Inside .git itself there is no checkout to name.
  if (inside.value !== 'true') return ok(null)
  return readPath(git, '--show-toplevel')
}

/** A path that rev-parse names, links resolved. Only the final newline goes: a folder's name may end in a space. */
export async function readPath(git: Git, what: string): Promise<Result<string, GitFailure>> {
  const said = await git(['rev-parse', '--path-format=absolute', what])
  return said.ok ? ok(await realpath(said.value.stdout.replace(/\r?\n$/, ''))) : said
}

async function checkVersion(git: Git): Promise<Result<void, GitFailure>> {
  const said = await readLine(git(['--version']))
  if (!said.ok) return said
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(said.value) ?? []
  const isOld =
    Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1])
  if (!isOld) return ok(undefined)
  return err(
    gitFailure('git-too-old', `${said.value} is too old for worktrees; install git 2.38 or newer`),
  )
}

/**
 * Makes a repository of a folder's files, with one commit on `main`. `author` is set in the repository itself, so the user's own
 * identity is neither needed nor used.
 */
export async function makeRepository(
  folder: string,
  author: { readonly name: string; readonly email: string },
  message: string,
): Promise<Result<null, GitFailure>> {
  const git = createGit(folder, null)
  const steps = [
    ['init', '-q'],
    ['symbolic-ref', 'HEAD', 'refs/heads/main'],
    ['config', 'user.name', author.name],
    ['config', 'user.email', author.email],
    ['config', 'commit.gpgsign', 'false'],
    ['add', '.'],
    ['commit', '-q', '-m', message],
  ]
  for (const step of steps) {
    const done = await git(step)
    if (!done.ok) return done
  }
  return ok(null)
}

// Where a folder's git repository is, read from its files alone: finding a yard must not cost a process.

export interface GitLocation {
  /** The folder that holds `.git`. */
  readonly toplevel: string
  /** Shared by all worktrees; links resolved. */
  readonly commonDir: string
  readonly isLinked: boolean
}

/**
 * The top of the main checkout when `folder` lies in a linked worktree of it. Null when it does not, when the link is
 * broken, or when the main repository is bare and so has no checkout. Never throws for what is on the disk.
 */
export function mainCheckoutOf(folder: string): string | null {
  const place = findGit(folder)
  if (!place?.isLinked || basename(place.commonDir) !== '.git') return null
  return dirname(place.commonDir)
}

/** The nearest repository around `folder`, upwards; null when there is none. */
export function findGit(folder: string): GitLocation | null {
  const start = attempt(() => realpathSync(folder)) ?? resolve(folder)
  for (let at = start; ; at = dirname(at)) {
    const place = gitAt(at)
    if (place || dirname(at) === at) return place
  }
}

function gitAt(toplevel: string): GitLocation | null {
  const entry = join(toplevel, '.git')
  const facts = attempt(() => statSync(entry))
  if (!facts) return null
  if (facts.isDirectory()) {
    const commonDir = attempt(() => realpathSync(entry))
    const isRepository = attempt(() => statSync(join(entry, 'HEAD'))) !== null
    return commonDir !== null && isRepository ? { toplevel, commonDir, isLinked: false } : null
  }
  const link = attempt(() => readFileSync(entry, 'utf8')) ?? ''
  const target = /^gitdir: (.+)/.exec(link)?.[1]
  return target === undefined ? null : linkedAt(toplevel, resolve(toplevel, target.trimEnd()))
}

/** A linked worktree's git folder names the common one in `commondir`; a submodule's has no such file and is its own. */
function linkedAt(toplevel: string, gitDir: string): GitLocation | null {
  const common = attempt(() => readFileSync(join(gitDir, 'commondir'), 'utf8'))
  const isLinked = common !== null
  const named = isLinked ? resolve(gitDir, common.trimEnd()) : gitDir
  const commonDir = attempt(() => realpathSync(named))
  return commonDir === null ? null : { toplevel, commonDir, isLinked }
}

/** Missing, unreadable and half-written all mean the same here: nothing to be found. */
function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
