/** Lets the task's branch and the worktree's HEAD follow a collected result, and never takes a commit from a branch. */
import { ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import type { Checkout } from './checkout-state.ts'
import type { GitFailure } from './git-failure.ts'
import { commitAt, isAncestor } from './repository.ts'
import type { Repository } from './repository.ts'
import { listWorktrees, spellingOf } from './worktree-list.ts'

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
export async function moveBranch(
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
