/** What an agent did in its worktree, made into one commit on the task's branch. Runs after the agent is gone. */
import { rm } from 'node:fs/promises'
import { invariant, type Result } from '../../../base/result.ts'
import { attempted, GitError, type GitFailure } from '../git-failure.ts'
import { readLine, rowsOf, SLOW_MS } from '../git.ts'
import { branchName, commitAt, isAncestor, type Repository } from '../repository.ts'
import { openCheckout, type Checkout } from './checkout.ts'
import { installIndex, NO_NESTED, snapshot, type Snapshot } from './snapshot.ts'
import { listWorktrees, spellingOf } from './worktree-registry.ts'

export interface CollectRequest {
  readonly repo: Repository
  /** The worktree's folder, as `ensureWorktree` gave it. */
  readonly path: string
  /** Short name, `yard/<name>`. */
  readonly branch: string
  /** The base, as `ensureWorktree` gave it. */
  readonly base: string
  readonly agentId: string
  readonly taskId: string
  readonly taskTitle: string
  /** `keep`: what is uncommitted stays in the worktree and is no part of the result. Default: it is committed. */
  readonly uncommitted?: 'commit' | 'keep'
  /** The ref that anchors the result; `refs/yard/results/<agent>` unless said. */
  readonly resultRef?: string
}

export interface CollectedWork {
  /** Anchored at `refs/yard/results/<agent>`; null when the worktree is just as it was at the base. */
  readonly commit: string | null
  /** Whether the result's files differ from the base's: the one measure of work found. */
  readonly changed: boolean
  readonly filesChanged: number
  readonly insertions: number
  readonly deletions: number
  readonly commits: number
  /** Whether something that the agent had not committed was committed for it. */
  readonly dirtyCommitted: boolean
  /** A git operation that the agent left in the middle (`merge`, `rebase` …), else null. */
  readonly unfinished: string | null
  /** Sentences for people about what was found besides. */
  readonly notes: readonly string[]
}

/**
 * Collects the work: takes HEAD wherever the agent left it, commits what is uncommitted on top of it, anchors the result,
 * and lets the task's branch follow when that is a fast-forward. The worktree is clean afterwards, except in the middle
 * of a merge or rebase, which is kept for the next agent or a person. Twice has the effect of once.
 */
export const collectResult = (
  request: CollectRequest,
): Promise<Result<CollectedWork, GitFailure>> =>
  attempted(async () => {
    invariant(/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(request.agentId), `agent id ${request.agentId}`)
    const { repo, path, branch, base } = request
    const checkout = await openCheckout(repo, path, branch)
    const isKept = request.uncommitted === 'keep'
    const taken = isKept ? await headAsItIs(checkout) : await snapshot(checkout, request)
    if (taken.commit !== base) await repo.git(['update-ref', refOf(request), taken.commit])
    const left = await leaveClean(request, checkout, taken)
    const own = repo.note === null ? [] : [repo.note]
    const notes = [...own, ...checkout.notes, ...taken.notes, ...left]
    return summarize(request, checkout, { ...taken, notes })
  })

const refOf = ({ resultRef, agentId }: Pick<CollectRequest, 'resultRef' | 'agentId'>): string =>
  resultRef ?? `refs/yard/results/${agentId}`

async function headAsItIs({ git, head }: Checkout): Promise<Snapshot> {
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', NO_NESTED]
  const count = rowsOf(await git(args, { timeoutMs: SLOW_MS })).length
  const notes =
    count === 0 ? [] : [`${count} uncommitted files stay in the worktree and are not in the result`]
  return { commit: head, isNew: false, indexFile: null, notes }
}

async function leaveClean(
  request: CollectRequest,
  checkout: Checkout,
  { indexFile, commit }: Snapshot,
): Promise<string[]> {
  if (checkout.unfinished !== null) {
    if (indexFile !== null) await rm(indexFile, { force: true })
    return []
  }
  const moved = await moveBranch(request, checkout, commit)
  return indexFile === null ? moved : [...moved, ...(await installIndex(checkout, indexFile))]
}

async function summarize(
  { repo, base }: CollectRequest,
  checkout: Checkout,
  taken: Snapshot,
): Promise<CollectedWork> {
  const { ignored, ...counts } = await measure(checkout, base, taken.commit)
  const notes = [...taken.notes]
  if (!(await isAncestor(repo.git, base, taken.commit)))
    notes.push('the history was rewritten: the result no longer contains the base it started from')
  if (!counts.changed && ignored > 0) notes.push(`nothing but ignored files was left (${ignored})`)
  return {
    commit: taken.commit === base ? null : taken.commit,
    ...counts,
    dirtyCommitted: taken.isNew,
    unfinished: checkout.unfinished,
    notes,
  }
}

// How much a result differs from its base.

type WorkMeasure = Pick<
  CollectedWork,
  'changed' | 'filesChanged' | 'insertions' | 'deletions' | 'commits'
> & {
  /** Ignored files and folders that lie in the checkout; counted only when nothing else changed. */
  readonly ignored: number
}

async function measure({ git }: Checkout, base: string, result: string): Promise<WorkMeasure> {
  const commits = Number(await readLine(git(['rev-list', '--count', `${base}..${result}`])))
  const flags = ['-r', '-z', '--numstat', '--no-renames', '--no-ext-diff', '--no-textconv']
  const rows = rowsOf(await git(['diff-tree', ...flags, base, result, '--']))
  const changed = rows.length > 0
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']
  return {
    changed,
    filesChanged: rows.length,
    insertions: sum(rows, 0),
    deletions: sum(rows, 1),
    commits,
    ignored: changed ? 0 : rowsOf(await git(args)).length,
  }
}

/** Binary files count as files and not as lines: git writes `-` for them. */
const sum = (rows: readonly string[], column: number): number =>
  rows.reduce((total, row) => total + (Number(row.split('\t')[column]) || 0), 0)

// The task's branch and the worktree's HEAD follow a collected result. No commit is ever removed from a branch.

type Target = Pick<CollectRequest, 'repo' | 'branch' | 'agentId' | 'resultRef'>

// To update-ref an empty old value means: only if the branch does not exist.
const ABSENT = ''

/** Sentences about what was not as usual: another branch, a detached HEAD, a branch that could not follow. */
async function moveBranch(target: Target, checkout: Checkout, commit: string): Promise<string[]> {
  const { branch } = target
  const { headRef, head, git } = checkout
  const ref = `refs/heads/${branch}`
  const kept = `the result is at ${refOf(target)}`
  if (headRef === ref) {
    if (head === commit || (await update(target, ref, commit, head))) return []
    return [`${branch} moved while its work was collected and stays; ${kept}`]
  }
  const where = headRef === null ? 'a detached HEAD' : `the branch ${branchName(headRef)}`
  const found = `the work was left on ${where}`
  const obstacle = await follow(target, checkout, commit)
  if (obstacle === null) return [`${found}; ${branch} now points at it`]
  // HEAD goes to the result without a branch, so that the agent's own branch keeps only what the agent put there.
  if (head !== commit)
    await git(['update-ref', '--no-deref', '-m', 'yard: collect', 'HEAD', commit, head])
  return [`${found}; ${branch} stays because ${obstacle}, and ${kept}`]
}

/** Moves the branch to the work and HEAD onto the branch; what stands against it, or null when done. */
async function follow(target: Target, checkout: Checkout, commit: string): Promise<string | null> {
  const ref = `refs/heads/${target.branch}`
  const tip = await commitAt(target.repo.git, ref)
  const obstacle = await whyNot(target, checkout, { commit, tip })
  if (obstacle !== null) return obstacle
  if (!(await update(target, ref, commit, tip ?? ABSENT))) return 'it moved at the same moment'
  await checkout.git(['symbolic-ref', '-m', 'yard: collect', 'HEAD', ref])
  return null
}

/** Compare-and-set: false when somebody else moved the branch first. */
async function update(
  { repo }: Target,
  ref: string,
  commit: string,
  old: string,
): Promise<boolean> {
  const args = ['update-ref', '-m', 'yard: collect', ref, commit, old]
  const done = await attempted(() => repo.git(args))
  if (!done.ok && done.error.problem !== 'ref-moved') throw new GitError(done.error)
  return done.ok
}

async function whyNot(
  { repo, branch }: Target,
  checkout: Checkout,
  { commit, tip }: { readonly commit: string; readonly tip: string | null },
): Promise<string | null> {
  const own = await spellingOf(checkout.path)
  const ref = `refs/heads/${branch}`
  const entries = await listWorktrees(repo)
  const other = entries.find((entry) => entry.headRef === ref && entry.path !== own)
  if (other) return `it is checked out in ${other.path}`
  if (tip === null || (await isAncestor(repo.git, tip, commit))) return null
  return 'it has commits that the result does not contain'
}
