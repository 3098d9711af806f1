/** What an agent did in its worktree, made into one commit on the task's branch. Runs after the agent is gone. */
import { rm } from 'node:fs/promises'
import { invariant, ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import { openCheckout } from './checkout-state.ts'
import type { Checkout } from './checkout-state.ts'
import type { GitFailure } from './git-failure.ts'
import { moveBranch } from './move-branch.ts'
import type { Repository } from './repository.ts'
import { isAncestor } from './repository.ts'
import { installIndex, NO_NESTED, snapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import { measure } from './work-measure.ts'

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
