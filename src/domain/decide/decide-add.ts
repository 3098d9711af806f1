/** New tasks, one or a whole graph: all or nothing. */
import { err, ok, type Result } from '../../base/result.ts'
import { finished, type Steps } from '../../base/steps.ts'
import type { Actor, CommandOf } from '../command.ts'
import { cycleInSteps, type Edge } from '../graph/dag.ts'
import type { Event, EventOf } from '../event.ts'
import { failure, type Failure } from '../failure.ts'
import { slugOf, type TaskId } from '../ids.ts'
import { standingIdOf } from '../messages/standing.ts'
import { nearTask, taskHint } from '../near-match.ts'
import type { NewTask, Task, TaskEdit } from '../task.ts'
import type { Plan } from '../plan.ts'
import type { Circumstances, Decided } from './decision.ts'

type Wish = CommandOf<'tasks.import'>['tasks'][number]

export interface IndexedIssue {
  /** The place of the task in the import, from 0. */
  readonly index: number
  readonly failure: Failure
}

interface Checked {
  readonly ids: readonly TaskId[]
  readonly edges: readonly Edge<TaskId>[]
  readonly faults: readonly IndexedIssue[]
}

/** Everything that keeps these tasks from being added to this plan. */
export const issuesOfAdd = (plan: Plan, tasks: readonly NewTask[]): readonly IndexedIssue[] =>
  finished(
    checkAll(
      plan,
      tasks.map((task) => ({ task, nextFireAt: null })),
    ),
  ).faults

function* checkAll(plan: Plan, wishes: readonly Wish[]): Steps<Checked> {
  const faults: IndexedIssue[] = []
  const fault = (index: number, f: Failure): void => void faults.push({ index, failure: f })
  const ids = yield* assignIds(plan, wishes, fault)
  const known = knownIds(plan, ids)
  const edges: Edge<TaskId>[] = []
  for (const [index, { task }] of wishes.entries()) {
    yield
    const id = ids[index]
    if (id === undefined) continue
    const own = edgesOf(plan, known, id, task)
    if (own.ok) edges.push(...own.value)
    else fault(index, own.error)
    const timing = clashOfTimes(task)
    if (timing) fault(index, timing)
  }
  if (faults.length === 0 && needsCycleCheck(wishes, ids)) {
    const cycle = yield* cycleInSteps(edges, (id) => plan.dependentsOf(id))
    if (cycle) fault(ids.indexOf(cycle[0] as TaskId), cycleFailure(cycle))
  }
  return { ids, edges, faults }
}

export const decideAdd = (plan: Plan, wishes: readonly Wish[], now: Circumstances): Decided =>
  finished(addInSteps(plan, wishes, now))

/** The same in small steps. */
export function* addInSteps(
  plan: Plan,
  wishes: readonly Wish[],
  now: Circumstances,
): Steps<Decided> {
  const { ids, edges, faults } = yield* checkAll(plan, wishes)
  if (faults.length > 0) return err(issuesFailure(faults, wishes.length))
  const inherited = inheritedOf(plan, now.by)
  const events: Event[] = []
  const first = plan.lastOrder + 1
  for (const [i, wish] of wishes.entries()) {
    // A member brings its own executor and model.
    const own = wish.task.member ? { ...inherited, executor: null, model: null } : inherited
    events.push(taskOf({ ...wish, own }, ids[i] as TaskId, first + i, now))
    yield
  }
  for (const edge of edges) {
    events.push(edgeAdded(edge, now.at))
    yield
  }
  return ok({ events, reply: { ids } })
}

const edgeAdded = (edge: Edge<TaskId>, at: number): Event => ({
  type: 'dependency.added',
  at,
  ...edge,
})

/** A lone new task that nothing waits for cannot close a cycle. */
const needsCycleCheck = (wishes: readonly Wish[], ids: readonly TaskId[]): boolean =>
  wishes.length > 1 ||
  wishes.some(
    ({ task }) => (task.before?.length ?? 0) > 0 || ids.some((id) => task.after?.includes(id)),
  )

function* assignIds(
  plan: Plan,
  wishes: readonly Wish[],
  fault: (index: number, f: Failure) => void,
): Steps<TaskId[]> {
  const taken = new Set<string>()
  const ids: TaskId[] = []
  for (const [index, { task }] of wishes.entries()) {
    yield
    if (task.id === undefined) continue
    if (plan.tasks.has(task.id) || taken.has(task.id)) {
      const hint = `choose another id, or change it: yard edit ${task.id}`
      const facts = { id: task.id }
      fault(index, failure('id-taken', `the id ${task.id} is taken`, { hint, facts }))
    }
    taken.add(task.id)
    ids[index] = task.id
  }
  const nextNumber = new Map<string, number>()
  for (const [index, { task }] of wishes.entries()) {
    yield
    if (task.id !== undefined) continue
    const slug = slugOf(task.title)
    let number = nextNumber.get(slug) ?? 1
    const named = () => (number === 1 ? slug : `${slug}-${number}`) as TaskId
    while (plan.tasks.has(named()) || taken.has(named())) number += 1
    nextNumber.set(slug, number + 1)
    taken.add(named())
    ids[index] = named()
  }
  return ids
}

/** A search takes milliseconds, and an import may have a hundred thousand faults. */
const MOST_SEARCHES = 20

/** What dependencies may name: tasks of the plan and of the import itself. */
function knownIds(plan: Plan, ids: readonly TaskId[]) {
  const own = new Set(ids)
  let searches = 0
  return {
    has: (id: TaskId): boolean => plan.tasks.has(id) || own.has(id),
    /** To find the one that was meant. */
    all: (): readonly string[] =>
      ++searches > MOST_SEARCHES ? [] : [...own, ...plan.tasks.keys()],
  }
}

function edgesOf(
  plan: Plan,
  known: ReturnType<typeof knownIds>,
  id: TaskId,
  task: NewTask,
): Result<Edge<TaskId>[], Failure> {
  const edges: Edge<TaskId>[] = []
  for (const blocker of new Set(task.after)) {
    if (!known.has(blocker)) return err(unknownDependency(id, blocker, known.all()))
    edges.push({ blocker, dependent: id })
  }
  for (const dependent of new Set(task.before)) {
    const later = plan.tasks.get(dependent)
    if (!known.has(dependent)) return err(unknownDependency(id, dependent, known.all()))
    if (later && later.state.kind !== 'open') return err(lateDependency(later))
    edges.push({ blocker: id, dependent })
  }
  return ok(edges)
}

export function unknownDependency(id: TaskId, missing: TaskId, known: Iterable<string>): Failure {
  const others = new Set(known)
  others.delete(id)
  return failure('unknown-dependency', `task ${id} names ${missing}, which does not exist`, {
    hint: taskHint(missing, others, 'add that task first, or yard list to see the ids'),
    facts: { id, missing, near: nearTask(missing, others) },
  })
}

export const lateDependency = (task: Task): Failure =>
  failure(
    'wrong-state',
    `task ${task.id} is ${task.state.kind}: it can no longer be made to wait for another`,
    { hint: 'only open tasks take new dependencies', facts: { id: task.id } },
  )

export const cycleFailure = (path: readonly TaskId[]): Failure =>
  failure('cycle', `that would close a cycle: ${path.join(' → ')}`, {
    hint: 'leave one of these dependencies out',
    facts: { path },
  })

/** Of two of them it would be unknown which counts. */
export function clashOfTimes({ delayMs, notBefore, schedule }: Partial<TaskEdit>): Failure | null {
  const said = [delayMs, notBefore, schedule ?? undefined].filter((time) => time !== undefined)
  if (said.length <= 1) return null
  return failure('bad-request', 'delay, not-before and schedule exclude each other', {
    hint: 'give one of them',
  })
}

/** One fault is told as it is; many as the first, with all in `facts.faults`. */
export function issuesFailure(faults: readonly IndexedIssue[], count: number): Failure {
  const first = faults[0]
  if (!first) return failure('internal', 'no fault to tell')
  const facts = {
    ...first.failure.facts,
    faults: faults.map((f) => ({ index: f.index, ...f.failure })),
  }
  if (count === 1 && faults.length === 1) return first.failure
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return { ...first.failure, message: `${first.failure.message}${more}; nothing was added`, facts }
}

/** A task that the yard adds by itself, with the fields that no request may set. */
export function newTaskEvent(
  plan: Plan,
  wish: NewTask & { readonly id: TaskId },
  more: Pick<Task, 'merging'>,
  now: Circumstances,
): Event {
  const asked = { task: wish, nextFireAt: null, own: NOTHING }
  const task = taskOf(asked, wish.id, plan.lastOrder + 1, now)
  return { ...task, task: { ...task.task, ...more } }
}

/** What a member's turns are tries of: it is there as long as the member, and no part of the graph. */
export const standingTask = (member: string, title: string, order: number, at: number): Task => {
  const now: Circumstances = { at, by: { kind: 'coordinator' }, newId: () => '' }
  const asked = { task: { title, member }, nextFireAt: null, own: NOTHING }
  return taskOf(asked, standingIdOf(member), order, now).task
}

type Inherited = Pick<Task, 'executor' | 'model' | 'timeoutMs' | 'maxAttempts' | 'mode' | 'repo'>

const NOTHING: Inherited = {
  executor: null,
  model: null,
  timeoutMs: null,
  maxAttempts: null,
  mode: null,
  repo: null,
}

/**
 * What a task gets where its words say nothing: nothing, or the ways of the agent that adds it, so that an agent gains no
 * right by asking. A shell is not passed on: its tasks need a command, which agents may not give.
 */
function inheritedOf(plan: Plan, by: Actor): Inherited {
  const agent = by.kind === 'agent' ? plan.agents.get(by.agentId) : undefined
  const own = agent && plan.tasks.get(agent.taskId)
  if (!own) return NOTHING
  const executor = agent.executorType === 'shell' ? null : agent.executor
  const { timeoutMs, maxAttempts, mode, repo } = own
  const model = executor === null ? null : own.model
  return { executor, model, timeoutMs, maxAttempts, mode, repo }
}

function taskOf(
  wish: Wish & { readonly own: Inherited },
  id: TaskId,
  order: number,
  now: Circumstances,
): EventOf<'task.added'> {
  const { task, nextFireAt, own } = wish
  const notBefore =
    task.delayMs !== undefined ? now.at + task.delayMs : (task.notBefore ?? nextFireAt)
  const added: Task = {
    id,
    ...definitionOf(task),
    ...inForceOf(task, own),
    order,
    state: { kind: 'open', notBefore, park: null },
    held: task.paused ?? false,
    draft: task.paused ?? false,
    generation: 0,
    attempts: 0,
    backOffs: 0,
    gateTries: 0,
    lastFailure: null,
    lastAgentId: null,
    conversation: null,
    worktreeName: null,
    resultCommit: null,
    landing: null,
    evaluation: null,
    merging: null,
    scheduledFor: task.schedule ? nextFireAt : null,
    firstSuccessAt: null,
    addedBy: now.by.kind === 'agent' ? now.by.taskId : null,
    createdAt: now.at,
    startedAt: null,
    completedAt: null,
  }
  return { type: 'task.added', at: now.at, task: added }
}

const definitionOf = (task: NewTask) => ({
  title: task.title,
  description: task.description ?? '',
  priority: task.priority ?? 'normal',
  tags: unique(task.tags),
  skills: unique(task.skills),
  deliverables: unique(task.deliverables),
  exec: task.exec ?? null,
  verify: task.verify ?? null,
  budget: task.budget ?? null,
  budgetTokens: task.budgetTokens ?? null,
  schedule: task.schedule ?? null,
  context: task.context ?? null,
  worktree: task.worktree ?? null,
  ...judgedAs(task),
})

const judgedAs = ({ gate = null, identity = null, kind = null, member = null }: NewTask) => ({
  gate,
  identity,
  kind,
  member,
})

const inForceOf = (task: NewTask, own: Inherited): Inherited => ({
  executor: task.executor ?? own.executor,
  model: task.model ?? modelOf(task, own),
  timeoutMs: task.timeoutMs ?? own.timeoutMs,
  maxAttempts: task.maxAttempts ?? own.maxAttempts,
  mode: task.mode ?? own.mode,
  repo: task.repo ?? own.repo,
})

/** A model is meant for the executor that it was named for. */
const modelOf = ({ executor }: NewTask, own: Inherited): string | null =>
  executor === undefined || executor === null || executor === own.executor ? own.model : null

const unique = (list: readonly string[] | undefined): string[] => [...new Set(list)]
