/** A git repository as the worktrees see it: one common directory, whichever checkout we came in by. */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Result } from '../../base/result.ts'
import { errorCode } from '../../base/text.ts'
import { attempted, gitError, onDisk, type GitFailure } from './git-failure.ts'
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
export const openRepository = (
  folder: string,
  guard: GitGuard | null,
  { isForeign = false }: { readonly isForeign?: boolean } = {},
): Promise<Result<Repository, GitFailure>> =>
  attempted(async () => {
    const git = withoutRemotes(createGit(folder, guard && { marker: guard.marker }))
    await checkVersion(git)
    const isBare = (await readLine(git(['rev-parse', '--is-bare-repository']))) === 'true'
    const commonDir = await readPath(git, '--git-common-dir')
    const toplevel = isBare ? null : await toplevelOf(git)
    const head = await headOf(git)
    const { gitIn, note } = await guardedRunner(git, commonDir, guard, isForeign)
    const inCommonDir = gitIn(commonDir)
    return {
      toplevel,
      commonDir,
      isBare,
      ...head,
      git: (args, options) => inCommonDir([`--git-dir=${commonDir}`, ...args], options),
      gitIn,
      note,
    }
  })

/** `git`: as it looks for the repository. */
async function guardedRunner(
  git: Git,
  commonDir: string,
  guard: GitGuard | null,
  isForeign: boolean,
): Promise<Pick<Repository, 'gitIn' | 'note'>> {
  if (guard === null) return { gitIn: (folder) => createGit(folder, null), note: null }
  const { marker } = guard
  if (isForeign)
    return { gitIn: (folder) => withoutRemotes(createGit(folder, { marker })), note: null }
  const judged = await judge(git, guard, commonDir)
  const gitIn = (folder: string): Git => createGit(folder, { ...guard, commonDir })
  return {
    // What is missing is fetched only by settings that nobody has changed.
    gitIn: changedConnection(judged) ? (folder) => withoutRemotes(gitIn(folder)) : gitIn,
    note: refusedNote(judged),
  }
}

/**
 * Puts on record which programs git may start in the repository of a folder, where nothing else is done there now. Gives what is refused,
 * in a sentence for people; null when nothing is, or where no repository is found.
 */
export async function recordSettings(folder: string, guard: GitGuard): Promise<string | null> {
  const place = findGit(folder)
  if (place === null) return null
  const git = withoutRemotes(createGit(folder, { marker: guard.marker }))
  const judged = await attempted(() => judge(git, guard, place.commonDir))
  return judged.ok ? refusedNote(judged.value) : null
}

const judge = async (git: Git, guard: GitGuard, commonDir: string): Promise<Judged> =>
  judgeSettings(guard, commonDir, guardedSettings(await listSettings(git), commonDir))

/** Where a checkout's HEAD is: on a branch or not, with a commit or not yet. */
export async function headOf(git: Git): Promise<Pick<Repository, 'headRef' | 'head'>> {
  const ref = await readLine(git(['symbolic-ref', '--quiet', 'HEAD'], { expect: [0, 1] }))
  return { headRef: ref || null, head: await commitAt(git, 'HEAD') }
}

/** The short name of a branch. */
export const branchName = (ref: string): string => ref.replace(/^refs\/heads\//, '')

/**
 * Throws where HEAD names a branch that is not there while others are. In a checkout that is how a person begins anew; in a bare
 * repository nobody is there to mean it.
 */
export async function refuseAstray({ git, isBare, head, ...repo }: Repository): Promise<void> {
  if (!isBare || head !== null) return
  const branches = git(['for-each-ref', '--count=1', '--format=%(refname)', 'refs/heads'])
  if ((await readLine(branches)) === '') return
  const named = repo.headRef === null ? 'nothing' : branchName(repo.headRef)
  throw gitError(
    'no-branch',
    `HEAD of the bare repository ${repo.commonDir} names ${named}, which has no commit, while others have; name one with git symbolic-ref HEAD refs/heads/main, or with yard config worktree.target main`,
  )
}

/** The commit that a name stands for; null when there is none. */
export async function commitAt(git: Git, name: string): Promise<string | null> {
  const args = ['rev-parse', '--quiet', '--verify', '--end-of-options', `${name}^{commit}`]
  const { exitCode, stdout } = await git(args, { expect: [0, 1] })
  return exitCode === 0 ? stdout.trim() : null
}

/** The id of its tree. */
export async function treeOf(git: Git, commit: string): Promise<string> {
  const said = await readLine(
    git(['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`]),
  )
  // With --end-of-options some versions of rev-parse repeat it.
  return said.split('\n').at(-1) ?? ''
}

/** Whether one commit contains another. Both must exist. */
export const isAncestor = (git: Git, older: string, newer: string): Promise<boolean> =>
  answers(git, ['merge-base', '--is-ancestor', older, newer])

async function toplevelOf(git: Git): Promise<string | null> {
  // Inside .git itself there is no checkout to name.
  const isInside = (await readLine(git(['rev-parse', '--is-inside-work-tree']))) === 'true'
  return isInside ? readPath(git, '--show-toplevel') : null
}

/** A path that rev-parse names, links resolved. Only the final newline goes: a folder's name may end in a space. */
export async function readPath(git: Git, what: string): Promise<string> {
  const { stdout } = await git(['rev-parse', '--path-format=absolute', what])
  return realpath(stdout.replace(/\r?\n$/, ''))
}

/** As it says it, with why it is too old; null = it is not. */
export const gitVersion = (
  folder: string,
): Promise<Result<{ readonly version: string; readonly problem: string | null }, GitFailure>> =>
  attempted(async () => {
    const git = createGit(folder, null)
    const version = await readLine(git(['--version'], { timeoutMs: 10_000 }))
    return { version, problem: isTooOld(version) ? tooOld(version) : null }
  })

/** What a name of a remote, or an address, leads to. With `limitMs` it is asked; null = nothing is wrong with it. */
export async function remoteProblem(
  { git, gitIn, commonDir }: Repository,
  remote: string,
  limitMs: number | null,
): Promise<string | null> {
  const isAddress = /[:/\\]/.test(remote)
  const key = `remote.${remote}.url`
  const { exitCode } = isAddress
    ? { exitCode: 0 }
    : await git(['config', '--get', key], { expect: [0, 1] })
  if (exitCode !== 0) return `there is no remote "${remote}"`
  if (limitMs === null) return null
  const asked = await attempted(() =>
    gitIn(commonDir)(['ls-remote', '--quiet', '--heads', '--', remote, 'HEAD'], {
      timeoutMs: limitMs,
    }),
  )
  return asked.ok ? null : asked.error.message
}

async function checkVersion(git: Git): Promise<void> {
  const said = await readLine(git(['--version']))
  if (isTooOld(said)) throw gitError('git-too-old', tooOld(said))
}

const tooOld = (said: string): string =>
  `${said} is too old for worktrees; install git 2.38 or newer`

function isTooOld(said: string): boolean {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(said) ?? []
  return Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1])
}

/**
 * Makes a repository of a folder's files, with one commit on `main`. `author` is set in the repository itself, so the user's own
 * identity is neither needed nor used.
 */
export const makeRepository = (
  folder: string,
  author: { readonly name: string; readonly email: string },
  message: string,
): Promise<Result<void, GitFailure>> =>
  attempted(async () => {
    const git = createGit(folder, null)
    await git(['init', '-q'])
    await git(['symbolic-ref', 'HEAD', 'refs/heads/main'])
    await git(['config', 'user.name', author.name])
    await git(['config', 'user.email', author.email])
    await git(['config', 'commit.gpgsign', 'false'])
    await git(['add', '.'])
    await git(['commit', '-q', '-m', message])
  })

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
  const facts = attempt(() => statSync(entry, { throwIfNoEntry: false }))
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

// Keeps git's hands off `.yard/`. A line in `info/exclude` keeps it out of status and `git add -A` in every worktree; a tiny repository
// of its own makes `git clean -fdx` and `git stash --all` pass it by. `git clean -ffdx`, twice forced, removes nested repositories too:
// that cannot be prevented from here.

export type Protection =
  { readonly kind: 'protected'; readonly excludeFile: string } | { readonly kind: 'not-in-git' }

const LINE = '.yard/'

/**
 * Needs no git program and no identity, and doing it again changes nothing. Outside git it does nothing and says so.
 * Makes `.yard/` when it is not there yet.
 */
export const protectYardFolder = (projectRoot: string): Promise<Result<Protection, GitFailure>> =>
  attempted(async () => {
    const place = findGit(projectRoot)
    if (!place) return { kind: 'not-in-git' }
    const yard = join(projectRoot, '.yard')
    const excludeFile = join(place.commonDir, 'info', 'exclude')
    await onDisk(yard, async () => {
      await addLine(excludeFile)
      await plantRepository(join(yard, '.git'))
    })
    return { kind: 'protected', excludeFile }
  })

async function addLine(excludeFile: string): Promise<void> {
  await mkdir(join(excludeFile, '..'), { recursive: true })
  const before = await readFile(excludeFile, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  })
  if (before.split(/\r?\n/).some((line) => line.trim() === LINE)) return
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  const draft = `${excludeFile}.yard-${process.pid}`
  try {
    await writeFile(draft, `${before}${gap}${LINE}\n`)
    await rename(draft, excludeFile)
  } finally {
    await rm(draft, { force: true })
  }
}

/** The least that git takes for a repository. HEAD comes last: with it the stub counts. It ignores all, so it stays empty. */
async function plantRepository(gitDir: string): Promise<void> {
  if ((await stat(join(gitDir, 'HEAD')).catch(() => null)) !== null) return
  await mkdir(join(gitDir, 'objects'), { recursive: true })
  await mkdir(join(gitDir, 'refs', 'heads'), { recursive: true })
  await mkdir(join(gitDir, 'info'), { recursive: true })
  await writeFile(join(gitDir, 'info', 'exclude'), '*\n')
  await writeFile(join(gitDir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n')
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/yard\n')
}
