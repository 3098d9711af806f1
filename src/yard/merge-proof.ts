/** A merge task is done when git holds its merge: whoever says so is told what is missing, while it can still be done. */
import { err, ok, type Result } from '../base/result.ts'
import { openRepository } from '../agents/git/repository.ts'
import { stateOfMerge, type MergeState } from '../agents/git/settled-merge.ts'
import { worktreeBranchOf } from '../agents/git/worktree-name.ts'
import type { Command } from '../domain/command.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { Merging } from '../domain/landing.ts'
import type { Plan } from '../domain/plan.ts'
import type { Task } from '../domain/task.ts'
import { asFailure } from './changes.ts'

interface Place {
  readonly plan: Plan
  /** The folder of a task that names none. */
  readonly root: string
  readonly isTrusted: boolean
}

type Complete = Extract<Command, { type: 'task.complete' }>

/** The command as it was, with what git says of the merge where it calls a merge task done. */
export async function withProof(place: Place, command: Complete): Promise<Complete> {
  const task = place.plan.tasks.get(command.id)
  if (!task?.merging || task.state.kind === 'done') return command
  return { ...command, merge: await proofOf(place, task, task.merging) }
}

async function proofOf(
  { root, isTrusted }: Place,
  task: Task,
  merging: Merging,
): Promise<Result<{ readonly commit: string | null }, Failure>> {
  const opened = await openRepository(task.repo ?? root, { isForeign: !isTrusted })
  if (!opened.ok) return err(asFailure(opened.error))
  const branch = task.worktreeName === null ? null : worktreeBranchOf(task.worktreeName)
  const found = await stateOfMerge(opened.value, merging, branch)
  if (!found.ok) return err(asFailure(found.error))
  if (found.value.kind === 'settled') return ok({ commit: found.value.commit })
  return err(unmerged(task, found.value))
}

function unmerged(
  { id, state }: Task,
  { why, folder, missing }: Extract<MergeState, { kind: 'open' }>,
): Failure {
  const merges = missing.map((commit) => `git merge ${commit}, `).join('')
  const where = folder === null ? '' : `in ${folder}: `
  return failure('wrong-state', `task ${id} is not merged, so it cannot be marked done: ${why}`, {
    hint: `${where}${merges}settle the conflicts, git commit, then say it again; yard abandon ${id} gives it up`,
    facts: { id, state: state.kind },
  })
}
