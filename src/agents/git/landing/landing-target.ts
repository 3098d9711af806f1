/** Where results land: a branch, its tip, and the checkouts that have it. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { gitFailure, type GitFailure } from '../git-failure.ts'
import { astray, commitAt, isAstray, type Repository } from '../repository.ts'
import { listWorktrees } from '../worktree/worktree-registry.ts'

export interface LandingTarget {
  /** Short name. */
  readonly branch: string
  readonly ref: string
  /** Null while the branch has no commit yet. */
  readonly tip: string | null
}

/** `wanted`: a short name, or null for the branch that the checkout we came in by has. */
export async function landingTarget(
  repo: Repository,
  wanted: string | null,
): Promise<Result<LandingTarget, GitFailure>> {
  const branch = wanted ?? repo.headRef?.replace(/^refs\/heads\//, '') ?? null
  if (branch === null) return err(noBranch)
  if (branch.startsWith('yard/')) return err(ownBranch(branch))
  const ref = `refs/heads/${branch}`
  const tip = await commitAt(repo.git, ref)
  if (!tip.ok) return tip
  if (tip.value === null && repo.headRef !== ref) return err(missing(branch))
  if (tip.value === null) {
    const isLost = await isAstray(repo)
    if (!isLost.ok) return isLost
    if (isLost.value) return err(astray(repo))
  }
  return ok({ branch, ref, tip: tip.value })
}

/** The folders that have the branch checked out; a failure where it must not be moved now at all. */
export async function checkoutsOf(
  repo: Repository,
  { branch, ref }: LandingTarget,
): Promise<Result<readonly string[], GitFailure>> {
  const listed = await listWorktrees(repo)
  if (!listed.ok) return listed
  const rebased = await rebasing(repo, ref)
  if (rebased) return err(underRebase(branch))
  return ok(listed.value.filter((entry) => entry.headRef === ref).map(({ path }) => path))
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

const noBranch = gitFailure(
  'no-branch',
  'the checkout is on no branch (its HEAD is detached), so there is none to land on; switch to one, or name it: yard config worktree.target main',
)

const ownBranch = (branch: string): GitFailure =>
  gitFailure(
    'no-branch',
    `${branch} is the branch of a task; switch the checkout to another, or name one: yard config worktree.target main`,
  )

const missing = (branch: string): GitFailure =>
  gitFailure(
    'no-branch',
    `there is no branch ${branch} to land on; make it, or set worktree.target to another`,
  )

const underRebase = (branch: string): GitFailure =>
  gitFailure('branch-in-use', `a rebase of ${branch} is under way; finish it or abort it first`)
