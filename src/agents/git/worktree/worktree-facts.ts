/** The worktrees of a yard: what each holds that exists nowhere else, and their removal, by which nothing that git can keep is lost. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Result } from '../../../base/result.ts'
import { attempted, GitError, gitError, onDisk, type GitFailure } from '../git-failure.ts'
import { readLine, rowsOf, SLOW_MS } from '../git.ts'
import { withRepositoryLock } from '../repository-lock.ts'
import { branchName, commitAt, isAncestor, type Repository } from '../repository.ts'
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
export const worktreeFacts = (
  repo: Repository,
  root: string,
  target: string | null,
): Promise<Result<readonly WorktreeFacts[], GitFailure>> =>
  attempted(async () => {
    const registered = new Set((await listWorktrees(repo)).map(({ path }) => path))
    const folder = await spellingOf(root)
    const names = await readdir(folder).catch(() => [])
    const facts: WorktreeFacts[] = []
    for (const name of names.toSorted()) {
      const path = join(folder, name)
      if (isWorktreeName(name) && registered.has(path))
        facts.push(await factsOf(repo, { name, path }, target))
    }
    return facts
  })

async function factsOf(
  repo: Repository,
  { name, path }: Pick<WorktreeFacts, 'name' | 'path'>,
  target: string | null,
): Promise<WorktreeFacts> {
  const read = await attempted(async (): Promise<WorktreeFacts> => {
    const { git, head, ...at } = await openCheckout(repo, path, worktreeBranchOf(name))
    const flags = ['--porcelain=v1', '-z', '--no-renames', '--ignored=traditional', NO_NESTED]
    const rows = rowsOf(await git(['status', ...flags]))
    const unmerged = await attempted(() => unmergedOf(repo, { name, head }, target))
    const ignored = rows.filter((row) => row.startsWith('!! ')).map((row) => row.slice(3))
    return {
      name,
      path,
      head,
      branch: at.headRef === null ? null : branchName(at.headRef),
      uncommitted: rows.length - ignored.length,
      ignored: ignored.slice(0, MAX_IGNORED),
      unmerged: unmerged.ok ? unmerged.value : null,
      problem: at.unfinished === null ? null : `a ${at.unfinished} is under way`,
    }
  })
  if (read.ok) return read.value
  const nothing = { branch: null, head: null, uncommitted: 0, unmerged: null, ignored: [] }
  return { name, path, ...nothing, problem: read.error.message }
}

async function unmergedOf(
  { git }: Repository,
  { name, head }: { readonly name: string; readonly head: string },
  target: string | null,
): Promise<number | null> {
  if (target === null) return null
  const bases = `--glob=refs/yard/bases/${name}.*`
  return Number(await readLine(git(['rev-list', '--count', head, '--not', target, bases, '--'])))
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
export const removeWorktree = (
  repo: Repository,
  { name, path }: Pick<WorktreeFacts, 'name' | 'path'>,
  { target, whyNot }: RemovalOptions,
): Promise<Result<Removal, GitFailure>> =>
  attempted(async () => {
    const keptAt = await keepUncommitted(repo, { name, path })
    await withRepositoryLock(repo.commonDir, async () => {
      const why = await whyNot()
      if (why !== null) throw gitError('branch-in-use', `the worktree ${name} stays: ${why}`)
      // Twice forced: ignored files, submodules and a lock of ours are no reason to stop once a person has said yes.
      const args = ['worktree', 'remove', '--force', '--force', path]
      await repo.git(args, { timeoutMs: SLOW_MS })
      await onDisk(path, () => rm(path, { recursive: true, force: true }))
    })
    return { keptAt, branchRemoved: await dropMergedBranch(repo, name, target) }
  })

async function keepUncommitted(
  repo: Repository,
  { name, path }: Pick<WorktreeFacts, 'name' | 'path'>,
): Promise<string | null> {
  const checkout = await openCheckout(repo, path, worktreeBranchOf(name))
  const { head } = checkout
  const words = { base: head, agentId: 'none', taskId: name, taskTitle: `kept from ${name}` }
  const taken = await snapshot(checkout, words)
  if (taken.indexFile !== null) await rm(taken.indexFile, { force: true })
  const branch = await commitAt(repo.git, `refs/heads/${worktreeBranchOf(name)}`)
  // A detached HEAD, or a branch of the agent's own, goes with the folder only in name; it is anchored all the same.
  if (!taken.isNew && branch === head) return null
  const ref = `refs/yard/kept/${name}`
  const before = await commitAt(repo.git, ref)
  const at = before === null ? ref : `${ref}.${taken.commit.slice(0, 10)}`
  await repo.git(['update-ref', at, taken.commit])
  return at
}

async function dropMergedBranch(
  { git }: Repository,
  name: string,
  target: string | null,
): Promise<boolean> {
  const ref = `refs/heads/${worktreeBranchOf(name)}`
  const tip = await commitAt(git, ref)
  if (tip === null || target === null || !(await isAncestor(git, tip, target))) return false
  const dropped = await attempted(() => git(['update-ref', '-d', ref, tip]))
  if (!dropped.ok && dropped.error.problem !== 'ref-moved') throw new GitError(dropped.error)
  return dropped.ok
}
