/** Where an agent works: its own worktree, or the folder itself. Failing to isolate never falls back to the shared tree. */
import { realpathSync, statSync } from 'node:fs'
import { err, ok, type Result } from '../../base/result.ts'
import type { Workplace } from '../../domain/agent.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { taskBase } from '../git/base.ts'
import { findGit } from '../git/main-checkout.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { ensureWorktree } from '../git/worktree.ts'
import { worktreeBranchOf, worktreeNameOf } from '../git/worktree-name.ts'

export interface Place {
  readonly workplace: Workplace
  readonly worktreeName: string | null
  /** Sentences for the log of the task. */
  readonly notes: readonly string[]
}

/** The folder that the task is about: its `repo`, or the one that holds `.yard`. */
export const folderOf = (order: Pick<LaunchOrder, 'task'>, root: string): string =>
  order.task.repo ?? root

/** Coding work inside git gets a worktree unless the task says `off`; `on` demands one. */
export function wantsWorktree(order: Pick<LaunchOrder, 'task' | 'profile'>, root: string): boolean {
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

export async function preparePlace(
  order: LaunchOrder,
  root: string,
  worktrees: string,
): Promise<Result<Place, WorkFailure>> {
  const folder = folderOf(order, root)
  if (!wantsWorktree(order, root)) {
    if (!isFolder(folder)) return err(workFailure('launch', `its folder ${folder} does not exist`))
    return ok({
      workplace: { cwd: realpathSync(folder), branch: null, baseCommit: null },
      worktreeName: null,
      notes: [],
    })
  }
  const opened = await openRepository(folder)
  if (!opened.ok) return err(isolationFailure(opened.error.message))
  return prepareWorktree(order, opened.value, worktrees)
}

async function prepareWorktree(
  order: LaunchOrder,
  repo: Repository,
  root: string,
): Promise<Result<Place, WorkFailure>> {
  const name = order.task.worktreeName ?? worktreeNameOf(order.task.id)
  const branch = worktreeBranchOf(name)
  const results = order.dependencies.flatMap(({ id, resultCommit }) =>
    resultCommit === null ? [] : [{ name: id, commit: resultCommit }],
  )
  const base = await taskBase({
    repo,
    name,
    generation: order.agent.generation,
    target: null,
    results,
  })
  if (!base.ok) return err(isolationFailure(base.error.message))
  const made = await ensureWorktree({ repo, root, name, base: base.value, branch })
  if (!made.ok) return err(isolationFailure(made.error.message))
  const { path, notes } = made.value
  return ok({
    workplace: { cwd: path, branch, baseCommit: made.value.base },
    worktreeName: name,
    notes,
  })
}

const isolationFailure = (why: string): WorkFailure =>
  workFailure('isolation', `it got no worktree of its own: ${why}`)

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false // not there, too long, or not for us to see
  }
}
