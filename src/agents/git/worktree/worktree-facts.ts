/** The worktrees of a yard: what each holds that exists nowhere else, and their removal, by which nothing that git can keep is lost. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { diskFailure, gitFailure, type GitFailure } from '../git-failure.ts'
import { withRepositoryLock } from '../repository-lock.ts'
import { commitAt, isAncestor, type Repository } from '../repository.ts'
import { openCheckout } from './checkout.ts'
import { NO_NESTED, snapshot } from './snapshot.ts'
import { isWorktreeName, listWorktrees, spellingOf, worktreeBranchOf } from './worktree-registry.ts'

export interface WorktreeFacts {
  readonly name: string
  readonly path: string
  /** Short name of what is checked out; null when HEAD is detached or the folder is broken. */
  readonly branch: string | null
  readonly head: string | null
  /** Files that differ from HEAD, new ones included. */
  readonly uncommitted: number
  /** Commits that the target has not, the merges that the work was based on left out; null without a target. */
  readonly unmerged: number | null
  /** Ignored files and folders in it, a folder in one word: they go with it. At most 20. */
  readonly ignored: readonly string[]
  /** Why nothing can be told of it; null when all is well. */
  readonly problem: string | null
}

const MAX_IGNORED = 20

/** In the order of their names. `target`: the commit that results are to land on; null when there is none. */
export async function worktreeFacts(
  repo: Repository,
  root: string,
  target: string | null,
): Promise<Result<readonly WorktreeFacts[], GitFailure>> {
  const listed = await listWorktrees(repo)
  if (!listed.ok) return listed
  const folder = await spellingOf(root)
  const registered = new Map(listed.value.map((entry) => [entry.path, entry]))
  const names = await readdir(folder).catch(() => [])
  const facts: WorktreeFacts[] = []
  for (const name of names.toSorted()) {
    const path = join(folder, name)
    if (isWorktreeName(name) && registered.has(path))
      facts.push(await factsOf(repo, { name, path }, target))
  }
  return ok(facts)
}

async function factsOf(
  repo: Repository,
  { name, path }: { readonly name: string; readonly path: string },
  target: string | null,
): Promise<WorktreeFacts> {
  const checkout = await openCheckout(repo, path, worktreeBranchOf(name))
  const broken = (problem: string): WorktreeFacts => ({
    name,
    path,
    branch: null,
    head: null,
    uncommitted: 0,
    unmerged: null,
    problem,
    ignored: [],
  })
  if (!checkout.ok) return broken(checkout.error.message)
  const { git, head, headRef, unfinished } = checkout.value
  const flags = ['--porcelain=v1', '-z', '--no-renames', '--ignored=traditional', NO_NESTED]
  const status = await git(['status', ...flags])
  if (!status.ok) return broken(status.error.message)
  const rows = status.value.stdout.split('\0').filter((row) => row !== '')
  const ignored = rows.filter((row) => row.startsWith('!! ')).map((row) => row.slice(3))
  const unmerged = await unmergedOf(repo, { name, head }, target)
  return {
    name,
    path,
    head,
    branch: headRef?.replace(/^refs\/heads\//, '') ?? null,
    uncommitted: rows.length - ignored.length,
    ignored: ignored.slice(0, MAX_IGNORED),
    unmerged: unmerged.ok ? unmerged.value : null,
    problem: unfinished === null ? null : `a ${unfinished} is under way`,
  }
}

async function unmergedOf(
  { git }: Repository,
  { name, head }: { readonly name: string; readonly head: string },
  target: string | null,
): Promise<Result<number | null, GitFailure>> {
  if (target === null) return ok(null)
  const bases = `--glob=refs/yard/bases/${name}.*`
  const counted = await git(['rev-list', '--count', head, '--not', target, bases, '--'])
  return counted.ok ? ok(Number(counted.value.stdout)) : counted
}

export interface Removal {
  /** Where its uncommitted files are kept; null when there were none. */
  readonly keptAt: string | null
  /** Whether its branch went too, because the target holds all of it. */
  readonly branchRemoved: boolean
}

export interface RemovalOptions {
  /** The commit that results are to land on; null when there is none. */
  readonly target: string | null
  /** Why it may not go, asked right before it goes, when no agent can be given it any more; null = it may. */
  whyNot(): Promise<string | null>
}

/**
 * Removes the folder and its registration. What is uncommitted is committed first and kept at `refs/yard/kept/<name>`; the
 * branch stays unless the target holds it. Only ignored files are lost.
 */
export async function removeWorktree(
  repo: Repository,
  { name, path }: Pick<WorktreeFacts, 'name' | 'path'>,
  { target, whyNot }: RemovalOptions,
): Promise<Result<Removal, GitFailure>> {
  const kept = await keepUncommitted(repo, { name, path })
  if (!kept.ok) return kept
  const removed = await withRepositoryLock(repo.commonDir, async () => {
    const why = await whyNot()
    if (why === null) return remove(repo, path)
    return err(gitFailure('branch-in-use', `the worktree ${name} stays: ${why}`))
  })
  if (!removed.ok) return removed
  const branchRemoved = await dropMergedBranch(repo, name, target)
  return branchRemoved.ok
    ? ok({ keptAt: kept.value, branchRemoved: branchRemoved.value })
    : branchRemoved
}

async function keepUncommitted(
  repo: Repository,
  { name, path }: { readonly name: string; readonly path: string },
): Promise<Result<string | null, GitFailure>> {
  const checkout = await openCheckout(repo, path, worktreeBranchOf(name))
  if (!checkout.ok) return checkout
  const { head } = checkout.value
  const words = { base: head, agentId: 'none', taskId: name, taskTitle: `kept from ${name}` }
  const taken = await snapshot(checkout.value, words)
  if (!taken.ok) return taken
  if (taken.value.indexFile !== null) await rm(taken.value.indexFile, { force: true })
  const branch = await commitAt(repo.git, `refs/heads/${worktreeBranchOf(name)}`)
  if (!branch.ok) return branch
  // A detached HEAD, or a branch of the agent's own, goes with the folder only in name; it is anchored all the same.
  if (!taken.value.isNew && branch.value === head) return ok(null)
  const ref = `refs/yard/kept/${name}`
  const before = await commitAt(repo.git, ref)
  if (!before.ok) return before
  const at = before.value === null ? ref : `${ref}.${taken.value.commit.slice(0, 10)}`
  const anchored = await repo.git(['update-ref', at, taken.value.commit])
  return anchored.ok ? ok(at) : anchored
}

async function remove(repo: Repository, path: string): Promise<Result<void, GitFailure>> {
  // Twice forced: ignored files, submodules and a lock of ours are no reason to stop once a person has said yes.
  const done = await repo.git(['worktree', 'remove', '--force', '--force', path], {
    timeoutMs: 15 * 60_000,
  })
  if (!done.ok) return done
  try {
    await rm(path, { recursive: true, force: true })
    return ok(undefined)
  } catch (error) {
    return err(diskFailure(path, error))
  }
}

async function dropMergedBranch(
  repo: Repository,
  name: string,
  target: string | null,
): Promise<Result<boolean, GitFailure>> {
  const ref = `refs/heads/${worktreeBranchOf(name)}`
  const tip = await commitAt(repo.git, ref)
  if (!tip.ok) return tip
  if (tip.value === null || target === null) return ok(false)
  const isIn = await isAncestor(repo.git, tip.value, target)
  if (!isIn.ok || !isIn.value) return isIn
  const dropped = await repo.git(['update-ref', '-d', ref, tip.value])
  if (!dropped.ok) return dropped.error.problem === 'ref-moved' ? ok(false) : dropped
  return ok(true)
}
