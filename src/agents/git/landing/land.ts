/** Landing: a result merged with its target without a checkout, and the target moved only where that disturbs nobody. */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { shellWord } from '../../../base/text.ts'
import {
  attempted,
  failureOf,
  GitError,
  gitError,
  someOf,
  type GitFailure,
} from '../git-failure.ts'
import { readLine, rowsOf, SLOW_MS, type Git } from '../git.ts'
import {
  branchName,
  commitAt,
  isAncestor,
  readPath,
  refuseAstray,
  treeOf,
  type Repository,
} from '../repository.ts'
import { commitMerge, knownEmptyTree, mergeEven } from '../worktree/base.ts'
import { operationIn } from '../worktree/checkout.ts'
import { identity, NO_NESTED, oneLine } from '../worktree/snapshot.ts'
import { listWorktrees } from '../worktree/worktree-registry.ts'
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

/** The target's next commit. The same target and result give the same id, so that doing it again after a crash finds its own work. */
export async function mergeIntoTarget(
  repo: Repository,
  target: LandingTarget,
  work: LandingWork,
): Promise<Result<Merged, GitFailure | MergeConflict>> {
  const merged = await attempted(() => mergedOrNot(repo, target, work))
  if (!merged.ok) return merged
  return 'kind' in merged.value ? err(merged.value) : ok(merged.value)
}

async function mergedOrNot(
  repo: Repository,
  target: LandingTarget,
  work: LandingWork,
): Promise<Merged | MergeConflict> {
  const { tip } = target
  const theirs = await commitAt(repo.git, work.commit)
  if (theirs === null) throw resultGone(work)
  if (tip === null) return { commit: theirs, isIn: false }
  if (await holds(repo, tip, { ...work, commit: theirs })) return { commit: tip, isIn: true }
  if (await isAncestor(repo.git, tip, theirs)) return { commit: theirs, isIn: false }
  const merged = await mergeEven(repo, tip, theirs)
  if (merged.kind === 'merge-conflict') {
    const before = [{ name: target.branch, commit: tip }]
    const part = { name: work.taskId, commit: theirs }
    return conflictOf(repo.git, { ...merged, ours: tip }, before, part)
  }
  // A squash or a rewrite has brought the same changes there.
  if (merged.tree === (await treeOf(repo.git, tip))) return { commit: tip, isIn: true }
  const how = { message: messageOf(work), env: await identity(repo.git) }
  return { commit: await commitMerge(repo, merged.tree, [tip, theirs], how), isIn: false }
}

/** Whether the target's history holds the work: as a commit, or by the name that a merge of it bears. */
async function holds(
  { git }: Repository,
  tip: string,
  { result, commit }: Pick<LandingWork, 'result' | 'commit'>,
): Promise<boolean> {
  for (const one of new Set([commit, result])) {
    const known = await commitAt(git, one)
    if (known !== null && (await isAncestor(git, known, tip))) return true
  }
  const named = git([
    ...['log', '--format=%H', '--max-count=1', '--fixed-strings', `--grep=Yard-Result: ${result}`],
    ...['--end-of-options', tip, '--'],
  ])
  return (await readLine(named)) !== ''
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
export const moveTarget = (
  repo: Repository,
  target: LandingTarget,
  move: Move,
): Promise<Result<Moved, GitFailure>> =>
  attempted(async () => {
    const [checkout, ...others] = await foldersOn(repo, target)
    if (checkout === undefined) return updateRef(repo, target, move)
    const reason = await obstacleIn(repo, target, move.commit, [checkout, ...others])
    return reason === null ? fastForward(repo, checkout, target, move) : { kind: 'refused', reason }
  })

/** Why the target cannot be moved to the commit now; null when it can. Looks only. */
export const obstacleTo = (
  repo: Repository,
  target: LandingTarget,
  commit: string,
): Promise<Result<string | null, GitFailure>> =>
  attempted(async () => obstacleIn(repo, target, commit, await foldersOn(repo, target)))

async function updateRef(
  repo: Repository,
  { ref, tip }: LandingTarget,
  { commit, title, isWithdrawn }: Move,
): Promise<Moved> {
  if (isWithdrawn()) return { kind: 'withdrawn' }
  const message = `yard: land ${oneLine(title).slice(0, 100)}`
  const args = ['update-ref', '-m', message, ref, commit, tip ?? '']
  const done = await attempted(() => repo.git(args))
  if (done.ok) return { kind: 'moved' }
  const { problem } = done.error
  if (problem === 'ref-moved' || problem === 'locked') return { kind: 'stale' }
  throw new GitError(done.error)
}

async function fastForward(
  repo: Repository,
  checkout: string,
  { ref, tip, branch }: LandingTarget,
  { commit, isWithdrawn }: Move,
): Promise<Moved> {
  const git = repo.gitIn(checkout)
  const on = await readLine(git(['symbolic-ref', '--quiet', 'HEAD'], { expect: [0, 1] }))
  if (on !== ref) return { kind: 'stale' }
  if (isWithdrawn()) return { kind: 'withdrawn' }
  const args = ['merge', '--ff-only', '--no-overwrite-ignore']
  const { stderr } = await git([...args, '--no-autostash', '--quiet', commit], {
    expect: [0, 1, 2, 128],
    timeoutMs: SLOW_MS,
  })
  const now = await commitAt(repo.git, ref)
  if (now === commit) return { kind: 'moved' }
  if (now !== tip) return { kind: 'stale' }
  const said = failureOf(args, checkout, stderr)
  const half = await halfWritten(git, checkout, tip, commit)
  const reason = `${branch} could not be moved in ${checkout}: ${said.message}${half}`
  return { kind: 'refused', reason }
}

/** Git stops where it cannot write a file, and leaves those before it written: nothing but these, for all else was looked at before. */
async function halfWritten(
  git: Git,
  checkout: string,
  tip: string | null,
  commit: string,
): Promise<string> {
  const left = await attempted(() => blockingPaths(git, checkout, tip, commit))
  if (!left.ok || left.value.length === 0) return ''
  const names = left.value.map((path) => shellWord(oneLine(path))).join(' ')
  const some = names.length > 400 ? '.' : names
  return `; some files were written before that: git stash push --include-untracked -- ${some} takes them away there`
}

async function obstacleIn(
  repo: Repository,
  { branch, tip }: LandingTarget,
  commit: string,
  checkouts: readonly string[],
): Promise<string | null> {
  const [checkout, ...others] = checkouts
  if (checkout === undefined) return null
  if (others.length > 0)
    return `${branch} is checked out in ${checkouts.join(' and ')}, and they cannot be moved together; switch all but one to another branch`
  const git = repo.gitIn(checkout)
  const gitDir = await readPath(git, '--git-dir').catch(() => null)
  if (gitDir === null) return `${branch} is checked out in ${checkout}, which cannot be reached`
  const operation = await operationIn(gitDir)
  if (operation !== null)
    return `a ${operation} is under way in ${checkout}; finish it or abort it first`
  const blocking = await blockingPaths(git, checkout, tip, commit)
  if (blocking.length === 0) return null
  const names = someOf(blocking.map((path) => oneLine(path)))
  return `your checkout ${checkout} has changes in ${names}; commit or stash them, then merge again`
}

/** Paths that the move would write and that a person has changed, staged, or put there. */
async function blockingPaths(
  git: Git,
  checkout: string,
  tip: string | null,
  commit: string,
): Promise<readonly string[]> {
  const touched = await touchedPaths(git, tip, commit)
  const args = ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--no-renames', NO_NESTED]
  const changed = rowsOf(await git(args)).map((row) => row.slice(3))
  const blocking = new Set(changed.filter((path) => touched.has(path)))
  for (const [path, kind] of touched)
    if (kind === 'A' && (await isThere(join(checkout, path)))) blocking.add(path)
  return [...blocking].toSorted()
}

/** With git's letter for what becomes of each. */
async function touchedPaths(
  git: Git,
  tip: string | null,
  commit: string,
): Promise<ReadonlyMap<string, string>> {
  const from = tip ?? (await knownEmptyTree(git))
  const flags = ['-r', '-z', '--name-status', '--no-renames', '--no-ext-diff']
  const fields = rowsOf(await git(['diff-tree', ...flags, from, commit, '--']))
  const touched = new Map<string, string>()
  for (let at = 0; at + 1 < fields.length; at += 2)
    touched.set(fields[at + 1] ?? '', fields[at] ?? '')
  return touched
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null
}

const resultGone = ({ taskId, commit }: LandingWork): GitError =>
  gitError(
    'missing-commit',
    `the result ${commit} of ${taskId} is not in this repository any more; reopen the task to make it again`,
  )

function messageOf({ taskId, title, result }: LandingWork): string {
  const words = oneLine(title).slice(0, 200) || oneLine(taskId)
  return `Merge ${words}\n\nYard-Task: ${oneLine(taskId)}\nYard-Result: ${result}\n`
}

// Where results land: a branch, its tip, and the checkouts that have it.

export interface LandingTarget {
  /** Short name. */
  readonly branch: string
  readonly ref: string
  /** Null while the branch has no commit yet. */
  readonly tip: string | null
}

/** `wanted`: a short name, or null for the branch that the checkout we came in by has. */
export const landingTarget = (
  repo: Repository,
  wanted: string | null,
): Promise<Result<LandingTarget, GitFailure>> =>
  attempted(async () => {
    const branch = wanted ?? (repo.headRef === null ? null : branchName(repo.headRef))
    if (branch === null)
      throw noBranch(
        'the checkout is on no branch (its HEAD is detached), so there is none to land on; switch to one, or name it: yard config worktree.target main',
      )
    if (branch.startsWith('yard/'))
      throw noBranch(
        `${branch} is the branch of a task; switch the checkout to another, or name one: yard config worktree.target main`,
      )
    const ref = `refs/heads/${branch}`
    const tip = await commitAt(repo.git, ref)
    if (tip === null && repo.headRef !== ref)
      throw noBranch(
        `there is no branch ${branch} to land on; make it, or set worktree.target to another`,
      )
    if (tip === null) await refuseAstray(repo)
    return { branch, ref, tip }
  })

const noBranch = (message: string): GitError => gitError('no-branch', message)

/** The folders that have the branch checked out; a failure where it must not be moved now at all. */
export const checkoutsOf = (
  repo: Repository,
  target: LandingTarget,
): Promise<Result<readonly string[], GitFailure>> => attempted(() => foldersOn(repo, target))

async function foldersOn(repo: Repository, { branch, ref }: LandingTarget): Promise<string[]> {
  const entries = await listWorktrees(repo)
  if (await rebasing(repo, ref))
    throw gitError(
      'branch-in-use',
      `a rebase of ${branch} is under way; finish it or abort it first`,
    )
  return entries.filter((entry) => entry.headRef === ref).map(({ path }) => path)
}

/** A branch under rebase is checked out nowhere, and will be moved when that ends. */
async function rebasing({ commonDir }: Repository, ref: string): Promise<boolean> {
  const linked = await readdir(join(commonDir, 'worktrees')).catch(() => [])
  const gitDirs = [commonDir, ...linked.map((name) => join(commonDir, 'worktrees', name))]
  for (const gitDir of gitDirs)
    for (const kind of ['rebase-merge', 'rebase-apply']) {
      const head = await readFile(join(gitDir, kind, 'head-name'), 'utf8').catch(() => '')
      if (head.trim() === ref) return true
    }
  return false
}
