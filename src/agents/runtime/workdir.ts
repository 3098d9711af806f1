/** Where an agent works: its own worktree, or the folder itself. Failing to isolate never falls back to the shared tree. */
import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import type { Workplace } from '../../domain/agent.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { Conflict } from '../../domain/landing.ts'
import { someOf, type GitFailure } from '../git/git-failure.ts'
import type { GitGuard } from '../git/git-guard.ts'
import { conflictHunks, type MergeConflict } from '../git/landing/merge-tree.ts'
import {
  branchName,
  findGit,
  openRepository,
  recordSettings,
  type Repository,
} from '../git/repository.ts'
import { taskBase, type BaseFailure } from '../git/worktree/base.ts'
import { oneLine } from '../git/worktree/snapshot.ts'
import { worktreeBranchOf, worktreeNameOf } from '../git/worktree/worktree-registry.ts'
import { ensureWorktree } from '../git/worktree/worktree.ts'

export interface Workdir {
  readonly workplace: Workplace
  readonly worktreeName: string | null
  /** Sentences for the log of the task. */
  readonly notes: readonly string[]
}

/** The folder that the task is about: its `repo`, or the one that holds `.yard`. */
export const folderOf = (order: Pick<LaunchOrder, 'task'>, root: string): string =>
  order.task.repo ?? root

/** Coding work inside git gets a worktree unless the task says `off`; `on` demands one. */
function wantsWorktree(order: Pick<LaunchOrder, 'task' | 'profile'>, root: string): boolean {
  if (order.task.merging !== null) return true
  if (order.task.worktree !== null) return order.task.worktree === 'on'
  return order.profile.coding && findGit(folderOf(order, root)) !== null
}

/** The folder that only one coding agent may work in at a time; null where worktrees part them, or nobody edits. */
export function exclusiveFolderOf(
  order: Pick<LaunchOrder, 'task' | 'profile'>,
  root: string,
): string | null {
  if (!order.profile.coding || wantsWorktree(order, root)) return null
  const folder = folderOf(order, root)
  try {
    return realpathSync(folder)
  } catch {
    return folder // not there: the launch will say so
  }
}

/** Why there is no working directory; `conflict` where a merge task can resolve that. */
export interface NoWorkdir {
  readonly failure: WorkFailure
  readonly conflict: Conflict | null
}

interface WorkdirOptions {
  readonly guard: GitGuard
  readonly target: string | null
  /** The agent's own folder. */
  readonly own: string
}

const EMPTY = 'empty'

/** Of a question: no repository and no project. Made by `makeAnswerFolder`. */
const answerWorkdir = (own: string): Workdir => ({
  workplace: { cwd: join(own, EMPTY), branch: null, baseCommit: null },
  worktreeName: null,
  notes: [],
})

/** The empty `.git` is no repository; CLIs that look for the project of a folder take it for the top of one. */
export function makeAnswerFolder(own: string): void {
  for (const name of [EMPTY, '.git']) mkdirSync(join(own, name), { mode: 0o700 })
}

/** Keeps git from finding the repository that the yard lies in. Each counts for the folders below it only. */
export function gitCeilings(cwd: string): string {
  const own = dirname(cwd)
  return [own, dirname(own), dirname(dirname(own))].join(delimiter)
}

export async function prepareWorkdir(
  order: LaunchOrder,
  root: string,
  worktrees: string,
  { guard, target, own }: WorkdirOptions,
): Promise<Result<Workdir, NoWorkdir>> {
  if (order.answer !== null) return ok(answerWorkdir(own))
  const folder = folderOf(order, root)
  if (!wantsWorktree(order, root)) {
    if (!isFolder(folder)) return err(unplaced('launch', `its folder ${folder} does not exist`))
    // Before the agent can add some.
    await recordSettings(folder, guard)
    return ok({
      workplace: { cwd: realpathSync(folder), branch: null, baseCommit: null },
      worktreeName: null,
      notes: [],
    })
  }
  const opened = await openRepository(folder, guard)
  if (!opened.ok) return err(unisolated(opened.error))
  return prepareWorktree(order, opened.value, { root, worktrees, target })
}

interface Roots {
  readonly root: string
  readonly worktrees: string
  readonly target: string | null
}

async function prepareWorktree(
  order: LaunchOrder,
  repo: Repository,
  { root, worktrees, target }: Roots,
): Promise<Result<Workdir, NoWorkdir>> {
  const name = order.task.worktreeName ?? worktreeNameOf(order.task.id, yardMarkOf(repo, root))
  const branch = worktreeBranchOf(name)
  const base = await baseOf(order, repo, name, target)
  if (!base.ok) {
    if (base.error.kind === 'git') return err(unisolated(base.error))
    const conflict = await conflictFrom(repo, base.error)
    return err({ ...unisolated(base.error), conflict })
  }
  const made = await ensureWorktree({ repo, root: worktrees, name, base: base.value, branch })
  if (!made.ok) return err(unisolated(made.error))
  const { path, notes } = made.value
  const wanted = target ?? (repo.headRef === null ? null : branchName(repo.headRef))
  return ok({
    workplace: { cwd: path, branch, baseCommit: made.value.base, target: wanted },
    worktreeName: name,
    notes,
  })
}

/** A merge task begins at one side of its conflict, every other at its dependencies' results. */
async function baseOf(
  { task, agent, dependencies }: LaunchOrder,
  repo: Repository,
  name: string,
  target: string | null,
): Promise<Result<string, BaseFailure>> {
  const { generation } = agent
  if (task.merging !== null)
    return taskBase({ repo, name, generation, target: task.merging.ours.commit, results: [] })
  const results = dependencies.flatMap(({ id, resultCommit }) =>
    resultCommit === null ? [] : [{ name: id, commit: resultCommit }],
  )
  return taskBase({ repo, name, generation, target: target && `refs/heads/${target}`, results })
}

export async function conflictFrom(
  repo: Repository,
  { ours, theirs, paths, between, tree }: MergeConflict,
): Promise<Conflict> {
  const [first, second] = between
  return {
    ours: { name: first, commit: ours },
    theirs: { name: second, commit: theirs },
    paths: [...paths],
    reason: oneLine(`${first} and ${second} conflict in ${someOf(paths)}`),
    hunks: await conflictHunks(repo.git, { tree, paths }),
  }
}

/**
 * Tells the names of two yards in one repository apart; empty for the yard of the main checkout. Both may have a task of one
 * id, and both have an agent-7.
 */
function yardMarkOf({ commonDir }: Pick<Repository, 'commonDir'>, root: string): string {
  const own = realpathSync(root)
  const isMain = basename(commonDir) === '.git' && dirname(commonDir) === own
  return isMain ? '' : createHash('sha256').update(own).digest('hex').slice(0, 6)
}

/** The ref that keeps git from discarding an agent's result. */
export function resultRefOf(agentId: string, repo: Repository, root: string): string {
  const mark = yardMarkOf(repo, root)
  return `refs/yard/results/${agentId}${mark === '' ? '' : `.${mark}`}`
}

const unplaced = (kind: 'launch' | 'isolation' | 'machine-busy', why: string): NoWorkdir => ({
  failure: workFailure(kind, why),
  conflict: null,
})

const unisolated = (error: GitFailure | MergeConflict): NoWorkdir =>
  unplaced(isolationClass(error), `it got no worktree of its own: ${error.message}`)

/** A full disk is no failure of the task. */
export const isolationClass = (error: GitFailure | MergeConflict): 'isolation' | 'machine-busy' =>
  error.kind === 'git' && error.problem === 'disk-full' ? 'machine-busy' : 'isolation'

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false // not there, too long, or not for us to see
  }
}
