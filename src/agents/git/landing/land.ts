/** Landing: a result merged with its target without a checkout, and the target moved only where that disturbs nobody. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { shellWord } from '../../../base/text.ts'
import { failureOf, gitFailure, type GitFailure } from '../git-failure.ts'
import type { Git } from '../git.ts'
import { commitAt, isAncestor, readPath, type Repository } from '../repository.ts'
import { commitMerge, mergeEven } from '../worktree/base.ts'
import { operationIn } from '../worktree/checkout.ts'
import { identity, NO_NESTED, oneLine } from '../worktree/snapshot.ts'
import { checkoutsOf, type LandingTarget } from './landing-target.ts'
import { conflictOf, type MergeConflict } from './merge-tree.ts'

/** What is to be landed. */
export interface LandingWork {
  /** Name that people know it by: the task's id. */
  readonly taskId: string
  readonly title: string
  /** The task's own result; named in the merge commit, so that it is known again after a rewrite of history. */
  readonly result: string
  /** What is merged: the result, or what a merge task made of it. */
  readonly commit: string
}

/** `isIn`: the target has it already and nothing is to be done. */
export interface Merged {
  readonly commit: string
  readonly isIn: boolean
}

const SLOW_MS = 15 * 60_000

/** The target's next commit. The same target and result give the same id, so that doing it again after a crash finds its own work. */
export async function mergeIntoTarget(
  repo: Repository,
  target: LandingTarget,
  work: LandingWork,
): Promise<Result<Merged, GitFailure | MergeConflict>> {
  const { tip } = target
  const commit = await commitAt(repo.git, work.commit)
  if (!commit.ok) return commit
  if (commit.value === null) return err(resultGone(work))
  const theirs = commit.value
  if (tip === null) return ok({ commit: theirs, isIn: false })
  const known = await holds(repo, tip, { ...work, commit: theirs })
  if (!known.ok) return known
  if (known.value) return ok({ commit: tip, isIn: true })
  const isAhead = await isAncestor(repo.git, tip, theirs)
  if (!isAhead.ok) return isAhead
  return isAhead.value
    ? ok({ commit: theirs, isIn: false })
    : merge(repo, target, { tip, theirs }, work)
}

async function merge(
  repo: Repository,
  { branch }: LandingTarget,
  { tip, theirs }: { readonly tip: string; readonly theirs: string },
  work: LandingWork,
): Promise<Result<Merged, GitFailure | MergeConflict>> {
  const merged = await mergeEven(repo, tip, theirs)
  if (!merged.ok) return merged
  if (merged.value.kind === 'merge-conflict') {
    const clash = { ...merged.value, ours: tip }
    const before = [{ name: branch, commit: tip }]
    return conflictOf(repo.git, clash, before, { name: work.taskId, commit: theirs })
  }
  const tree = await commitTreeOf(repo, tip)
  if (!tree.ok) return tree
  // A squash or a rewrite has brought the same changes there.
  if (tree.value === merged.value.tree) return ok({ commit: tip, isIn: true })
  const made = await commitMerge(repo, merged.value.tree, [tip, theirs], {
    message: messageOf(work),
    env: await identity(repo.git),
  })
  return made.ok ? ok({ commit: made.value, isIn: false }) : made
}

/** Whether the target's history holds the work: as a commit, or by the name that a merge of it bears. */
export async function holds(
  repo: Repository,
  tip: string,
  { result, commit }: Pick<LandingWork, 'result' | 'commit'>,
): Promise<Result<boolean, GitFailure>> {
  for (const one of new Set([commit, result])) {
    const known = await commitAt(repo.git, one)
    if (!known.ok) return known
    if (known.value === null) continue
    const isIn = await isAncestor(repo.git, known.value, tip)
    if (!isIn.ok || isIn.value) return isIn
  }
  const named = await repo.git([
    ...['log', '--format=%H', '--max-count=1', '--fixed-strings', `--grep=Yard-Result: ${result}`],
    ...['--end-of-options', tip, '--'],
  ])
  return named.ok ? ok(named.value.stdout.trim() !== '') : named
}

export type Moved =
  | { readonly kind: 'moved' }
  /** Somebody else moved the target first: merge again. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'withdrawn' }
  | { readonly kind: 'refused'; readonly reason: string }

export interface Move {
  readonly commit: string
  /** For the reflog. */
  readonly title: string
  /** Asked right before the branch moves. After that it has moved, whatever anybody wants. */
  isWithdrawn(): boolean
}

/** Compare-and-set of the branch, through the checkout that has it where one does. No file that a person changed is touched. */
export async function moveTarget(
  repo: Repository,
  target: LandingTarget,
  move: Move,
): Promise<Result<Moved, GitFailure>> {
  const checkouts = await checkoutsOf(repo, target)
  if (!checkouts.ok) return checkouts
  const [checkout, ...others] = checkouts.value
  if (checkout === undefined) return updateRef(repo, target, move)
  if (others.length > 0) return ok(refused(severalCheckouts(target.branch, checkouts.value)))
  const obstacle = await obstacleIn(repo, checkout, target, move.commit)
  if (!obstacle.ok) return obstacle
  if (obstacle.value !== null) return ok(refused(obstacle.value))
  return fastForward(repo, checkout, target, move)
}

/** Why the target cannot be moved to the commit now; null when it can. Looks only. */
export async function obstacleTo(
  repo: Repository,
  target: LandingTarget,
  commit: string,
): Promise<Result<string | null, GitFailure>> {
  const checkouts = await checkoutsOf(repo, target)
  if (!checkouts.ok) return checkouts
  const [checkout, ...others] = checkouts.value
  if (checkout === undefined) return ok(null)
  if (others.length > 0) return ok(severalCheckouts(target.branch, checkouts.value))
  return obstacleIn(repo, checkout, target, commit)
}

async function updateRef(
  repo: Repository,
  { ref, tip }: LandingTarget,
  { commit, title, isWithdrawn }: Move,
): Promise<Result<Moved, GitFailure>> {
  if (isWithdrawn()) return ok(WITHDRAWN)
  const message = `yard: land ${oneLine(title).slice(0, 100)}`
  const done = await repo.git(['update-ref', '-m', message, ref, commit, tip ?? ''])
  if (done.ok) return ok({ kind: 'moved' })
  return done.error.problem === 'ref-moved' || done.error.problem === 'locked'
    ? ok({ kind: 'stale' })
    : done
}

async function fastForward(
  repo: Repository,
  checkout: string,
  { ref, tip, branch }: LandingTarget,
  { commit, isWithdrawn }: Move,
): Promise<Result<Moved, GitFailure>> {
  const git = repo.gitIn(checkout)
  const on = await git(['symbolic-ref', '--quiet', 'HEAD'], { expect: [0, 1] })
  if (!on.ok) return on
  if (on.value.stdout.trim() !== ref) return ok({ kind: 'stale' })
  if (isWithdrawn()) return ok(WITHDRAWN)
  const args = ['merge', '--ff-only', '--no-overwrite-ignore']
  const done = await git([...args, '--no-autostash', '--quiet', commit], {
    expect: [0, 1, 2, 128],
    timeoutMs: SLOW_MS,
  })
  if (!done.ok) return done
  const now = await commitAt(repo.git, ref)
  if (!now.ok) return now
  if (now.value === commit) return ok({ kind: 'moved' })
  if (now.value !== tip) return ok({ kind: 'stale' })
  const said = failureOf(args, checkout, done.value.stderr)
  const half = await halfWritten(git, checkout, tip, commit)
  return ok(refused(`${branch} could not be moved in ${checkout}: ${said.message}${half}`))
}

/** Git stops where it cannot write a file, and leaves those before it written: nothing but these, for all else was looked at before. */
async function halfWritten(
  git: Git,
  checkout: string,
  tip: string | null,
  commit: string,
): Promise<string> {
  const left = await blockingPaths(git, checkout, tip, commit)
  if (!left.ok || left.value.length === 0) return ''
  const names = left.value.map((path) => shellWord(oneLine(path))).join(' ')
  const some = names.length > 400 ? '.' : names
  return `; some files were written before that: git stash push --include-untracked -- ${some} takes them away there`
}

async function obstacleIn(
  repo: Repository,
  checkout: string,
  target: LandingTarget,
  commit: string,
): Promise<Result<string | null, GitFailure>> {
  const git = repo.gitIn(checkout)
  const gitDir = await readPath(git, '--git-dir').catch(() => null)
  if (gitDir === null || !gitDir.ok)
    return ok(`${target.branch} is checked out in ${checkout}, which cannot be reached`)
  const operation = await operationIn(gitDir.value)
  if (operation !== null)
    return ok(`a ${operation} is under way in ${checkout}; finish it or abort it first`)
  const blocking = await blockingPaths(git, checkout, target.tip, commit)
  if (!blocking.ok) return blocking
  return ok(blocking.value.length === 0 ? null : dirtyWords(checkout, blocking.value))
}

/** Paths that the move would write and that a person has changed, staged, or put there. */
async function blockingPaths(
  git: Git,
  checkout: string,
  tip: string | null,
  commit: string,
): Promise<Result<readonly string[], GitFailure>> {
  const touched = await touchedPaths(git, tip, commit)
  if (!touched.ok) return touched
  const args = ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--no-renames', NO_NESTED]
  const status = await git(args)
  if (!status.ok) return status
  const changed = status.value.stdout.split('\0').map((row) => row.slice(3))
  const blocking = new Set(changed.filter((path) => touched.value.has(path)))
  for (const [path, kind] of touched.value)
    if (kind === 'A' && (await isThere(join(checkout, path)))) blocking.add(path)
  return ok([...blocking].toSorted())
}

/** With git's letter for what becomes of each. */
async function touchedPaths(
  git: Git,
  tip: string | null,
  commit: string,
): Promise<Result<ReadonlyMap<string, string>, GitFailure>> {
  const from = tip ?? (await emptyTree(git))
  const flags = ['-r', '-z', '--name-status', '--no-renames', '--no-ext-diff']
  const listed = await git(['diff-tree', ...flags, from, commit, '--'])
  if (!listed.ok) return listed
  const fields = listed.value.stdout.split('\0')
  const touched = new Map<string, string>()
  for (let at = 0; at + 1 < fields.length; at += 2)
    touched.set(fields[at + 1] ?? '', fields[at] ?? '')
  return ok(touched)
}

async function emptyTree(git: Git): Promise<string> {
  const made = await git(['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' })
  return made.ok ? made.value.stdout.trim() : '4b825dc642cb6eb9a060e54bf8d69288fbee4904'
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null
}

async function commitTreeOf(repo: Repository, commit: string): Promise<Result<string, GitFailure>> {
  const tree = await repo.git(['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`])
  // With --end-of-options some versions of rev-parse repeat it.
  return tree.ok ? ok(tree.value.stdout.trim().split('\n').at(-1) ?? '') : tree
}

const WITHDRAWN: Moved = { kind: 'withdrawn' }
const refused = (reason: string): Moved => ({ kind: 'refused', reason })

function dirtyWords(checkout: string, paths: readonly string[]): string {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
  const names = paths.slice(0, 3).map((path) => oneLine(path))
  return `your checkout ${checkout} has changes in ${names.join(', ')}${more}; commit or stash them, then merge again`
}

const severalCheckouts = (branch: string, paths: readonly string[]): string =>
  `${branch} is checked out in ${paths.join(' and ')}, and they cannot be moved together; switch all but one to another branch`

const resultGone = ({ taskId, commit }: LandingWork): GitFailure =>
  gitFailure(
    'missing-commit',
    `the result ${commit} of ${taskId} is not in this repository any more; reopen the task to make it again`,
  )

function messageOf({ taskId, title, result }: LandingWork): string {
  const words = oneLine(title).slice(0, 200) || oneLine(taskId)
  return `Merge ${words}\n\nYard-Task: ${oneLine(taskId)}\nYard-Result: ${result}\n`
}
