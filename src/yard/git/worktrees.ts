/** The worktrees of a yard with the tasks they belong to, and their removal. */
import { err, ok, type Result } from '../../base/result.ts'
import type { Answers } from '../../contract/contract.ts'
import type { WorktreeView } from '../../contract/change.ts'
import { landingTarget } from '../../agents/git/landing/land.ts'
import { openRepository, type Repository } from '../../agents/git/repository.ts'
import {
  removeWorktree,
  worktreeFacts,
  type WorktreeFacts,
} from '../../agents/git/worktree/worktree-facts.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { shownStateOf } from '../../domain/plan.ts'
import type { Task } from '../../domain/task.ts'
import type { Yard } from '../yard.ts'
import { asFailure, toLandingView } from './changes.ts'
import { planGitGuard } from './plan-git-guard.ts'

type Source = Pick<Yard, 'plan' | 'paths' | 'config' | 'now' | 'isTrusted'>

/** Git runs the filters that the repository's own settings name as soon as it compares files with what it knows. */
const UNTRUSTED = failure(
  'untrusted',
  'nobody has confirmed this yard, and git would run what its repository says to look at worktrees',
  { hint: 'yard trust shows what it would run' },
)

type Removed = Answers['change']['removeWorktree']

interface Place {
  readonly repo: Repository
  /** The commit that results are to land on; null where there is none. */
  readonly target: string | null
  readonly facts: readonly WorktreeFacts[]
}

/** Every repository that tasks of this yard work in: that of its own folder, and those of tasks with a folder of their own. */
async function placesOf(yard: Source): Promise<Result<Place[], Failure>> {
  const { plan, paths } = yard
  if (!yard.isTrusted()) return err(UNTRUSTED)
  const folders = new Set([paths.root])
  for (const { repo, worktreeName } of plan.tasks.values())
    if (repo !== null && worktreeName !== null) folders.add(repo)
  const places = new Map<string, Place>()
  for (const folder of folders) {
    const repo = await openRepository(folder, planGitGuard(yard))
    if (!repo.ok) {
      if (folder === paths.root && repo.error.problem !== 'not-a-repository')
        return err(asFailure(repo.error))
      continue
    }
    const { commonDir } = repo.value
    if (places.has(commonDir)) continue
    const found = await landingTarget(repo.value, yard.config().settings.worktree.target)
    const target = found.ok ? found.value.tip : null
    const facts = await worktreeFacts(repo.value, paths.worktrees, target)
    if (!facts.ok) return err(asFailure(facts.error))
    places.set(commonDir, { repo: repo.value, target, facts: facts.value })
  }
  return ok([...places.values()])
}

export async function listOf(yard: Source): Promise<Result<WorktreeView[], Failure>> {
  const places = await placesOf(yard)
  if (!places.ok) return places
  const byName = tasksByWorktree(yard)
  return ok(
    places.value.flatMap(({ facts }) =>
      facts.map((one) => toView(yard, one, byName.get(one.name) ?? null)),
    ),
  )
}

const tasksByWorktree = ({ plan }: Source): Map<string, Task> =>
  new Map(
    [...plan.tasks.values()].flatMap((task) =>
      task.worktreeName === null ? [] : [[task.worktreeName, task] as const],
    ),
  )

function toView(yard: Source, facts: WorktreeFacts, task: Task | null): WorktreeView {
  const { name, path, branch, uncommitted, unmerged, ignored, problem } = facts
  const inUse = task && inUseBy(yard, task)
  return {
    name,
    path,
    branch,
    uncommitted,
    unmerged,
    ignored: [...ignored],
    task: task?.id ?? null,
    state: task && shownStateOf(yard.plan, task, yard.now()),
    landing: task && toLandingView(task),
    canGo: !inUse && problem === null && isSpent(task) && uncommitted === 0 && unmerged === 0,
    problem: inUse ?? problem,
  }
}

/** Its result has landed, or it is done and had none to land. */
const isSpent = (task: Task | null): boolean =>
  task?.resultCommit === null
    ? task.state.kind === 'done'
    : task?.landing?.state === 'landed' && task.landing.result === task.resultCommit

function inUseBy({ plan }: Source, task: Task): string | null {
  const agent = plan.agentOf(task.id)
  if (agent) return `${agent.id} works there`
  return task.landing?.state === 'queued' ? 'its result is being merged' : null
}

export const removeOne = (yard: Source, name: string): Promise<Result<Removed, Failure>> =>
  remove(yard, name, (task) => (task ? inUseBy(yard, task) : null))

/** `whyNot`: why it must stay as it is now. Asked before anything is done, and again when no agent can get it any more. */
async function remove(
  yard: Source,
  name: string,
  whyNot: (task: Task | null, facts: WorktreeFacts) => string | null,
): Promise<Result<Removed, Failure>> {
  const places = await placesOf(yard)
  if (!places.ok) return places
  for (const { repo, target, facts } of places.value) {
    const one = facts.find((known) => known.name === name)
    if (!one) continue
    const why = (): string | null => whyNot(tasksByWorktree(yard).get(name) ?? null, one)
    const reason = why()
    if (reason !== null) return err(staysInUse(name, reason))
    const removed = await removeWorktree(repo, one, { target, whyNot: async () => why() })
    if (removed.ok) return ok({ name, ignored: [...one.ignored], ...removed.value })
    const late = why()
    return err(late === null ? asFailure(removed.error) : staysInUse(name, late))
  }
  return err(unknownWorktree(name))
}

const unknownWorktree = (name: string): Failure =>
  failure('unknown-worktree', `there is no worktree ${JSON.stringify(name)}`, {
    hint: 'yard worktree list shows them',
    facts: { name },
  })

const staysInUse = (name: string, why: string): Failure =>
  failure('in-use', `the worktree ${name} cannot be removed: ${why}`)

/** Only what is recorded as landed, or as without a result, and holds nothing besides. */
export async function collectGarbage(
  yard: Source,
  isDry: boolean,
): Promise<Result<Answers['change']['gc'], Failure>> {
  const listed = await listOf(yard)
  if (!listed.ok) return listed
  const removed: Removed[] = []
  for (const { name, canGo, ignored } of listed.value) {
    if (!canGo) continue
    const gone = isDry
      ? ok({ name, ignored, keptAt: null, branchRemoved: true })
      : await remove(yard, name, (task, facts) => whyKept(yard, task, facts))
    // What has changed since is no fault of the others.
    if (gone.ok) removed.push(gone.value)
    else if (gone.error.kind !== 'in-use') return gone
  }
  if (isDry) return ok({ removed, kept: listed.value.filter(({ canGo }) => !canGo) })
  const left = await listOf(yard)
  return left.ok ? ok({ removed, kept: left.value }) : left
}

/** Null when it is recorded as landed, or as without a result, and holds nothing besides. */
function whyKept(yard: Source, task: Task | null, facts: WorktreeFacts): string | null {
  const view = toView(yard, facts, task)
  return view.canGo ? null : (view.problem ?? 'it holds what is not recorded as landed')
}
