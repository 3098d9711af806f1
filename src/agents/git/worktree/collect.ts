/** What an agent did in its worktree, made into one commit on the task's branch. Runs after the agent is gone. */
import { rm } from 'node:fs/promises'
import { invariant, ok, type Result } from '../../../base/result.ts'
import type { GitFailure } from '../git-failure.ts'
import { readLine } from '../git.ts'
import { commitAt, isAncestor, type Repository } from '../repository.ts'
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
export async function collectResult(
  request: CollectRequest,
): Promise<Result<CollectedWork, GitFailure>> {
  invariant(/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(request.agentId), `agent id ${request.agentId}`)
  const checkout = await openCheckout(request.repo, request.path, request.branch)
  if (!checkout.ok) return checkout
  const taken =
    request.uncommitted === 'keep'
      ? await headAsItIs(checkout.value)
      : await snapshot(checkout.value, request)
  if (!taken.ok) return taken
  const { note } = request.repo
  const notes = [...(note === null ? [] : [note]), ...checkout.value.notes, ...taken.value.notes]
  const isUntouched = taken.value.commit === request.base
  if (!isUntouched) {
    const anchored = await request.repo.git(['update-ref', refOf(request), taken.value.commit])
    if (!anchored.ok) return anchored
  }
  const left = await leaveClean(request, checkout.value, taken.value)
  if (!left.ok) return left
  notes.push(...left.value)
  return summarize(request, checkout.value, { ...taken.value, notes })
}

const refOf = ({ resultRef, agentId }: CollectRequest): string =>
  resultRef ?? `refs/yard/results/${agentId}`

async function headAsItIs({ git, head }: Checkout): Promise<Result<Snapshot, GitFailure>> {
  const status = await git(['status', '--porcelain=v1', '-z', '--no-renames', NO_NESTED], {
    timeoutMs: 15 * 60_000,
  })
  if (!status.ok) return status
  const count = status.value.stdout.split('\0').filter((row) => row !== '').length
  const notes =
    count === 0 ? [] : [`${count} uncommitted files stay in the worktree and are not in the result`]
  return ok({ commit: head, isNew: false, indexFile: null, notes })
}

async function leaveClean(
  request: CollectRequest,
  checkout: Checkout,
  taken: Snapshot,
): Promise<Result<string[], GitFailure>> {
  if (checkout.unfinished !== null) {
    if (taken.indexFile !== null) await rm(taken.indexFile, { force: true })
    return ok([])
  }
  const moved = await moveBranch(request, checkout, taken.commit)
  if (!moved.ok) return moved
  if (taken.indexFile === null) return moved
  const installed = await installIndex(checkout, taken.indexFile)
  return installed.ok ? ok([...moved.value, ...installed.value]) : installed
}

async function summarize(
  request: CollectRequest,
  checkout: Checkout,
  taken: Snapshot,
): Promise<Result<CollectedWork, GitFailure>> {
  const { repo, base } = request
  const size = await measure(checkout, base, taken.commit)
  if (!size.ok) return size
  const isOnBase = await isAncestor(repo.git, base, taken.commit)
  if (!isOnBase.ok) return isOnBase
  const notes = [...taken.notes]
  if (!isOnBase.value) {
    notes.push('the history was rewritten: the result no longer contains the base it started from')
  }
  if (!size.value.changed && size.value.ignored > 0) {
    notes.push(`nothing but ignored files was left (${size.value.ignored})`)
  }
  const { ignored: _, ...counts } = size.value
  return ok({
    commit: taken.commit === base ? null : taken.commit,
    ...counts,
    dirtyCommitted: taken.isNew,
    unfinished: checkout.unfinished,
    notes,
  })
}

// How much a result differs from its base.

export interface WorkMeasure {
  readonly changed: boolean
  readonly filesChanged: number
  readonly insertions: number
  readonly deletions: number
  readonly commits: number
  /** Ignored files and folders that lie in the checkout; counted only when nothing else changed. */
  readonly ignored: number
}

export async function measure(
  checkout: Checkout,
  base: string,
  result: string,
): Promise<Result<WorkMeasure, GitFailure>> {
  const counted = await readLine(checkout.git(['rev-list', '--count', `${base}..${result}`]))
  if (!counted.ok) return counted
  const flags = ['-r', '-z', '--numstat', '--no-renames', '--no-ext-diff', '--no-textconv']
  const listed = await checkout.git(['diff-tree', ...flags, base, result, '--'])
  if (!listed.ok) return listed
  const rows = listed.value.stdout.split('\0').filter((row) => row !== '')
  const changed = rows.length > 0
  const ignored = changed ? ok(0) : await countIgnored(checkout)
  if (!ignored.ok) return ignored
  return ok({
    changed,
    filesChanged: rows.length,
    insertions: sum(rows, 0),
    deletions: sum(rows, 1),
    commits: Number(counted.value),
    ignored: ignored.value,
  })
}

/** Binary files count as files and not as lines: git writes `-` for them. */
function sum(rows: readonly string[], column: number): number {
  return rows.reduce((total, row) => total + (Number(row.split('\t')[column]) || 0), 0)
}

async function countIgnored(checkout: Checkout): Promise<Result<number, GitFailure>> {
  const args = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']
  const listed = await checkout.git(args)
  return listed.ok ? ok(listed.value.stdout.split('\0').filter((row) => row !== '').length) : listed
}

// The task's branch and the worktree's HEAD follow a collected result. No commit is ever removed from a branch.

interface Target {
  readonly repo: Repository
  /** Short name of the task's branch. */
  readonly branch: string
  readonly agentId: string
  readonly resultRef?: string
}

// To update-ref an empty old value means: only if the branch does not exist.
const ABSENT = ''

/** Sentences about what was not as usual: another branch, a detached HEAD, a branch that could not follow. */
async function moveBranch(
  target: Target,
  checkout: Checkout,
  commit: string,
): Promise<Result<string[], GitFailure>> {
  if (checkout.headRef === `refs/heads/${target.branch}`) return advance(target, checkout, commit)
  const where = checkout.headRef?.replace(/^refs\/heads\//, '')
  const found = `the work was left on ${where === undefined ? 'a detached HEAD' : `the branch ${where}`}`
  const obstacle = await follow(target, checkout, commit)
  if (!obstacle.ok) return obstacle
  if (obstacle.value === null) return ok([`${found}; ${target.branch} now points at it`])
  const kept = await keepApart(checkout, commit)
  if (!kept.ok) return kept
  return ok([
    `${found}; ${target.branch} stays because ${obstacle.value}, and the result is at ${target.resultRef ?? `refs/yard/results/${target.agentId}`}`,
  ])
}

/** Moves the branch to the work and HEAD onto the branch; what stands against it, or null when done. */
async function follow(
  target: Target,
  checkout: Checkout,
  commit: string,
): Promise<Result<string | null, GitFailure>> {
  const ref = `refs/heads/${target.branch}`
  const tip = await commitAt(target.repo.git, ref)
  if (!tip.ok) return tip
  const obstacle = await whyNot(target, checkout, { commit, tip: tip.value })
  if (!obstacle.ok || obstacle.value !== null) return obstacle
  const moved = await update(target, ref, commit, tip.value ?? ABSENT)
  if (!moved.ok) return moved
  if (!moved.value) return ok('it moved at the same moment')
  const attached = await checkout.git(['symbolic-ref', '-m', 'yard: collect', 'HEAD', ref])
  return attached.ok ? ok(null) : attached
}

async function advance(
  target: Target,
  checkout: Checkout,
  commit: string,
): Promise<Result<string[], GitFailure>> {
  if (checkout.head === commit) return ok([])
  const moved = await update(target, `refs/heads/${target.branch}`, commit, checkout.head)
  if (!moved.ok || moved.value) return moved.ok ? ok([]) : moved
  return ok([
    `${target.branch} moved while its work was collected and stays; the result is at ${target.resultRef ?? `refs/yard/results/${target.agentId}`}`,
  ])
}

/** Compare-and-set: false when somebody else moved the branch first. */
async function update(
  target: Target,
  ref: string,
  commit: string,
  old: string,
): Promise<Result<boolean, GitFailure>> {
  const done = await target.repo.git(['update-ref', '-m', 'yard: collect', ref, commit, old])
  if (done.ok) return ok(true)
  return done.error.problem === 'ref-moved' ? ok(false) : done
}

async function whyNot(
  target: Target,
  checkout: Checkout,
  move: { readonly commit: string; readonly tip: string | null },
): Promise<Result<string | null, GitFailure>> {
  const listed = await listWorktrees(target.repo)
  if (!listed.ok) return listed
  const own = await spellingOf(checkout.path)
  const ref = `refs/heads/${target.branch}`
  const other = listed.value.find((entry) => entry.headRef === ref && entry.path !== own)
  if (other) return ok(`it is checked out in ${other.path}`)
  if (move.tip === null) return ok(null)
  const isIn = await isAncestor(target.repo.git, move.tip, move.commit)
  if (!isIn.ok) return isIn
  return ok(isIn.value ? null : 'it has commits that the result does not contain')
}

/** HEAD goes to the result without a branch, so that the agent's own branch keeps only what the agent put there. */
async function keepApart(checkout: Checkout, commit: string): Promise<Result<void, GitFailure>> {
  if (checkout.head === commit) return ok(undefined)
  const args = ['update-ref', '--no-deref', '-m', 'yard: collect', 'HEAD', commit, checkout.head]
  const moved = await checkout.git(args)
  return moved.ok ? ok(undefined) : moved
}
