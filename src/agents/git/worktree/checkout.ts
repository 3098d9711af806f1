/** A worktree as an agent left it: where its HEAD is, what it was in the middle of, and what it put aside. */
import { lstat, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { attempted, gitError, type GitFailure, onDisk } from '../git-failure.ts'
import { type Git, SLOW_MS } from '../git.ts'
import { withRepositoryLock } from '../repository-lock.ts'
import { commitAt, headOf, readPath, type Repository } from '../repository.ts'
import { listWorktrees, pointsInto, repairRegistration, spellingOf } from './worktree-registry.ts'
import type { Result } from '../../../base/result.ts'

export interface Checkout {
  readonly path: string
  readonly gitDir: string
  /** Full ref name of the branch at HEAD; null when detached. */
  readonly headRef: string | null
  readonly head: string
  readonly unfinished: string | null
  readonly notes: readonly string[]
  /** Runs git in the checkout, whatever the agent did to its `.git` file since. */
  readonly git: Git
}

const operations = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
] as const

export async function openCheckout(
  repo: Repository,
  path: string,
  branch: string,
): Promise<Checkout> {
  const gitDir = await ownGitDir(repo, path)
  const plain = repo.gitIn(path)
  const git: Git = (args, options) =>
    plain([`--git-dir=${gitDir}`, `--work-tree=${path}`, ...args], options)
  const { head, headRef } = await headOf(git)
  if (head === null)
    throw gitError(
      'broken-worktree',
      `${path} is on a branch without a commit; switch it to ${branch} with git and retry`,
    )
  const unfinished = await operationIn(gitDir)
  const notes = unfinished === null ? [] : [unfinishedNote(unfinished)]
  const stashes = await stashedOn(git, branch)
  if (stashes > 0)
    notes.push(
      `${stashes} stash${stashes > 1 ? 'es' : ''} of this worktree stay in git stash list and are not in the result`,
    )
  return { path, gitDir, headRef, head, unfinished, notes, git }
}

/** Never git's own search: from a folder that lost its `.git` file it would climb to another repository. */
async function ownGitDir(repo: Repository, path: string): Promise<string> {
  if (!(await stat(path).catch(() => null))?.isDirectory())
    throw gitError(
      'broken-worktree',
      `the worktree ${path} is gone, so nothing can be collected from it; retry the task to make it anew`,
    )
  const spelled = await spellingOf(path)
  if (!(await pointsInto(repo, spelled)))
    await withRepositoryLock(repo.commonDir, () => repairRegistration(repo, spelled))
  return readPath(repo.gitIn(path), '--git-dir')
}

/** The git operation that is under way in a checkout, by its git folder; null when none is. */
export async function operationIn(gitDir: string): Promise<string | null> {
  for (const [file, operation] of operations) if (await exists(join(gitDir, file))) return operation
  return null
}

/** The stash is shared by all worktrees, but each entry's reflog line says on which branch it was made. */
async function stashedOn(git: Git, branch: string): Promise<number> {
  const { stdout } = await git(['stash', 'list', '--format=%gs'])
  const mine = [`WIP on ${branch}:`, `On ${branch}:`]
  return stdout.split('\n').filter((line) => mine.some((start) => line.startsWith(start))).length
}

function unfinishedNote(operation: string): string {
  return `a ${operation} was left unfinished; the files are kept as they are, conflict marks included, and the ${operation} goes on or is undone with git in the worktree`
}

// The slow half of a new worktree: its files. `worktree add --no-checkout` leaves a mark in the worktree's own git folder that is removed
// once all files are there, so that an interrupted checkout is detected and repeated; without the mark no file is overwritten.

const DEAD_AFTER_MS = 30_000

export async function markUnfinished(git: Git): Promise<void> {
  const gitDir = await readPath(git, '--git-dir')
  await onDisk(gitDir, () => writeFile(markOf(gitDir), ''))
}

/** Does what is left of the checkout: all of it, only the index, or nothing. `git` runs in `path`. */
export async function finishCheckout(git: Git, path: string): Promise<void> {
  const gitDir = await readPath(git, '--git-dir')
  const mark = markOf(gitDir)
  const index = join(gitDir, 'index')
  const isMarked = await exists(mark)
  if (!isMarked && (await exists(index))) return
  const isBlank = (await readdir(path)).every((entry) => entry === '.git')
  if (isMarked || isBlank) {
    if (isMarked) await clearDeadLock(`${index}.lock`)
    const workers = `checkout.workers=${Math.min(availableParallelism(), 4)}`
    await git(['-c', workers, 'reset', '--hard', '--quiet'], { timeoutMs: SLOW_MS })
    return rm(mark, { force: true })
  }
  // Files but no index: the registration was made anew. Only the index is filled, every file stays as it is.
  await git(['reset', '--mixed', '--quiet'], { timeoutMs: SLOW_MS })
}

/**
 * A checkout that died left its lock; no agent has been in this worktree, so it is ours. But the git of an owner that was
 * killed may still be at work: its lock is young, and it is given time to end rather than left to write behind our back.
 */
async function clearDeadLock(lock: string): Promise<void> {
  for (;;) {
    const facts = await stat(lock).catch(() => null)
    if (facts === null) return
    // One from the future was left before the clock was set back.
    if (Math.abs(Date.now() - facts.mtimeMs) > DEAD_AFTER_MS) return rm(lock, { force: true })
    await wait(50)
  }
}

const markOf = (gitDir: string): string => join(gitDir, 'yard-unfinished')

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}

// A detached worktree of our own, to try a commit in. Nobody works there, so it is made anew and removed without asking.

/** The folder, with links resolved. One that has the commit already is kept, for a line may be running in it. */
export const addScratchTree = (
  repo: Repository,
  path: string,
  commit: string,
): Promise<Result<string, GitFailure>> =>
  attempted(async () => {
    await unlink(path)
    const spelled = await spellingOf(path)
    const git = repo.gitIn(spelled)
    const isKnown = (await listWorktrees(repo)).some((entry) => entry.path === spelled)
    const at = isKnown ? await commitAt(git, 'HEAD').catch(() => null) : null
    if (at !== commit) {
      if (isKnown) await removeScratchTree(repo, spelled)
      // A removal that was cut short has forgotten the tree and left files, which git would not write over.
      else await rm(spelled, { recursive: true, force: true }).catch(() => undefined)
      const form = ['worktree', 'add', '--quiet', '--no-checkout', '--detach', '--force']
      await withRepositoryLock(repo.commonDir, () => repo.git([...form, spelled, commit]))
    }
    // A second time it only looks: files that a line has made meanwhile stay.
    await git(['reset', '--hard', '--quiet'], { timeoutMs: SLOW_MS })
    return spelled
  })

/** Gone afterwards, as far as the system lets us; what is left is taken away the next time. */
export async function removeScratchTree(repo: Repository, path: string): Promise<void> {
  await unlink(path)
  const spelled = await spellingOf(path)
  const args = ['worktree', 'remove', '--force', '--force', spelled]
  await attempted(() =>
    withRepositoryLock(repo.commonDir, () =>
      repo.git(args, { expect: [0, 128], timeoutMs: SLOW_MS }),
    ),
  )
  await rm(spelled, { recursive: true, force: true }).catch(() => undefined)
}

/** A link in its place was put there by what ran in it: nothing behind it is ours. */
async function unlink(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  if (found?.isSymbolicLink()) await rm(path, { force: true })
}
