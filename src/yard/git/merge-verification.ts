/** What is looked at before a task counts as done by somebody's word: git for a merge task, the deliverables of a service's. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { stateOfMerge, type MergeState } from '../../agents/git/landing/settled-merge.ts'
import { openRepository, type Repository } from '../../agents/git/repository.ts'
import { oneLine } from '../../agents/git/worktree/snapshot.ts'
import { worktreeBranchOf } from '../../agents/git/worktree/worktree-registry.ts'
import { err, ok, type Result } from '../../base/result.ts'
import { shellWord } from '../../base/text.ts'
import type { YardPaths } from '../../config/paths.ts'
import type { AnyCommand, ChangeCommand } from '../../domain/command.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import type { Merging } from '../../domain/landing.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Task } from '../../domain/task.ts'
import { asFailure } from './changes.ts'
import { planGitGuard } from './plan-git-guard.ts'

interface Place {
  readonly plan: Plan
  /** Its `root` is the folder of a task that names none. */
  readonly paths: Pick<YardPaths, 'root' | 'yard'>
  readonly isTrusted: boolean
}

type Complete = Extract<AnyCommand, { type: 'task.complete' }>

/** The command as it was, with what git says of the merge where it calls a merge task done. */
export async function withVerification(place: Place, command: AnyCommand): Promise<AnyCommand> {
  if (command.type === 'task.complete') return withProofOf(place, command)
  if (command.type !== 'tasks.change') return command
  const prove = (each: ChangeCommand): Promise<ChangeCommand> | ChangeCommand =>
    each.type === 'task.complete' ? withProofOf(place, each) : each
  return { ...command, commands: await Promise.all(command.commands.map(prove)) }
}

async function withProofOf(place: Place, command: Complete): Promise<Complete> {
  const task = place.plan.tasks.get(command.id)
  if (!task || task.state.kind === 'done') return command
  const isOfService = place.plan.agentOf(task.id)?.by === 'service'
  const looked = isOfService ? { ...command, missing: missingOf(task, place.paths.root) } : command
  if (!task.merging) return looked
  return { ...looked, merge: await proofOf(place, task, task.merging) }
}

/** A service works elsewhere; what the task owes must lie in its folder here. */
const missingOf = ({ repo, deliverables }: Task, root: string): readonly string[] =>
  deliverables.filter((path) => !existsSync(resolve(repo ?? root, path)))

async function proofOf(
  { plan, paths, isTrusted }: Place,
  task: Task,
  merging: Merging,
): Promise<Result<{ readonly commit: string | null }, Failure>> {
  if (!isTrusted) return err(unconfirmed(task))
  const opened = await openRepository(task.repo ?? paths.root, planGitGuard({ plan, paths }))
  if (!opened.ok) return err(asFailure(opened.error))
  const branch = task.worktreeName === null ? null : worktreeBranchOf(task.worktreeName)
  const found = await stateOfMerge(opened.value, merging, branch)
  if (!found.ok) return err(asFailure(found.error))
  if (found.value.kind === 'settled') return ok({ commit: found.value.commit })
  return err(unmerged(task, opened.value, found.value))
}

/** To look whether it is merged git would run what the repository's own settings name. */
const unconfirmed = ({ id }: Task): Failure =>
  failure(
    'untrusted',
    `nothing is merged in a yard that nobody has confirmed, so the merge task ${id} cannot be marked done`,
    { hint: `yard trust shows what it would run; yard abandon ${id} gives the merge up` },
  )

type Open = Extract<MergeState, { kind: 'open' }>

function unmerged(task: Task, repo: Repository, state: Open): Failure {
  const { id } = task
  return failure(
    'wrong-state',
    `task ${id} is not merged, so it cannot be marked done: ${state.why}`,
    {
      hint: `${whereOf(task, repo, state)}settle the conflicts, git commit, then say it again; yard abandon ${id} gives it up`,
      facts: { id, state: task.state.kind },
    },
  )
}

/** A checkout that is on a branch of another matter is no place for it: one is made, or the branch that it is for taken there. */
function whereOf(
  { id, merging }: Task,
  repo: Repository,
  { folder, start, missing }: Open,
): string {
  const merges = missing.map((commit) => `git merge ${commit}, `).join('')
  if (folder !== null) return `in ${folder}: ${merges}`
  const { toplevel, commonDir } = repo
  const from = toplevel ?? commonDir
  const made = `${from}-${id}`
  const branch = merging?.kind === 'landing' && toplevel !== null ? merging.ours.name : null
  const other = branch === null ? '' : ` (or switch ${from} to ${oneLine(branch)})`
  return `git -C ${shellWord(from)} worktree add --detach ${shellWord(made)} ${start}, and there${other}: ${merges}`
}
