/** Changes of a task's fields and dependencies. */
import { err, ok, type Result } from '../../base/result.ts'
import type { CommandOf } from '../command.ts'
import { findCycle, type Edge } from '../graph/dag.ts'
import type { Event } from '../event.ts'
import type { Failure } from '../failure.ts'
import type { TaskId } from '../ids.ts'
import {
  DEFINITION_FIELDS,
  isFinished,
  type Task,
  type TaskDefinition,
  type TaskEdit,
} from '../task.ts'
import type { Plan } from '../plan.ts'
import { clashOfTimes, cycleFailure, lateDependency, unknownDependency } from './decide-add.ts'
import { waitersUnder } from './decide-open.ts'
import {
  decided,
  noOp,
  returnedEvent,
  wrongState,
  type Circumstances,
  type Decided,
} from './decision.ts'

type Edit = CommandOf<'task.edit'>

export function decideEdit(task: Task, command: Edit, { at }: Circumstances, plan: Plan): Decided {
  const { id } = task
  const edges = edgeChanges(plan, task, command.edit)
  if (!edges.ok) return edges
  const timing = timingEvents(task, command, at)
  if (!timing.ok) return timing
  const fields = changedFields(task, command.edit)
  const events: Event[] = edges.value.map((edge) => ({ ...edge, at }))
  if (Object.keys(fields).length > 0) events.push({ type: 'task.edited', at, id, fields })
  events.push(...timing.value)
  if ('budget' in fields || 'budgetTokens' in fields)
    events.push(...waitersUnder(plan, task).map((waiter) => returnedEvent(waiter, at)))
  return events.length > 0 ? decided([id], ...events) : noOp(id)
}

function changedFields(task: Task, edit: TaskEdit): Partial<TaskDefinition> {
  const fields: Record<string, unknown> = {}
  for (const key of DEFINITION_FIELDS) {
    if (key === 'tags') continue // single ones are added and removed
    const value = edit[key]
    if (value !== undefined && JSON.stringify(value) !== JSON.stringify(task[key]))
      fields[key] = value
  }
  const tags = new Set(edit.tags ?? task.tags)
  for (const tag of edit.addTags ?? []) tags.add(tag)
  for (const tag of edit.removeTags ?? []) tags.delete(tag)
  const list = [...tags]
  if (JSON.stringify(list) !== JSON.stringify(task.tags)) fields['tags'] = list
  return fields
}

type EdgeEvent = { type: 'dependency.added' | 'dependency.removed' } & Edge<TaskId>

function edgeChanges(plan: Plan, task: Task, edit: TaskEdit): Result<EdgeEvent[], Failure> {
  const wanted = new Set<TaskId>(edit.after ?? plan.blockersOf(task.id))
  for (const id of edit.removeAfter ?? []) {
    if (!plan.tasks.has(id)) return err(unknownDependency(task.id, id, plan.tasks.keys()))
    wanted.delete(id)
  }
  for (const id of edit.addAfter ?? []) wanted.add(id)
  const has = plan.blockersOf(task.id)
  const added: Edge<TaskId>[] = [...wanted]
    .filter((b) => !has.has(b))
    .map((blocker) => ({ blocker, dependent: task.id }))
  const removed: Edge<TaskId>[] = [...has]
    .filter((b) => !wanted.has(b))
    .map((blocker) => ({ blocker, dependent: task.id }))
  for (const dependent of edit.addBefore ?? [])
    if (!plan.dependentsOf(task.id).has(dependent)) added.push({ blocker: task.id, dependent })
  const bad = checkAdded(plan, task, added)
  if (bad) return err(bad)
  const gone = new Set(removed.map(({ blocker }) => blocker))
  const cycle = findCycle(added, (id) => {
    const dependents = plan.dependentsOf(id)
    return gone.has(id) ? [...dependents].filter((each) => each !== task.id) : dependents
  })
  if (cycle) return err(cycleFailure(cycle))
  return ok([
    ...removed.map((e): EdgeEvent => ({ type: 'dependency.removed', ...e })),
    ...added.map((e): EdgeEvent => ({ type: 'dependency.added', ...e })),
  ])
}

function checkAdded(plan: Plan, task: Task, added: readonly Edge<TaskId>[]): Failure | null {
  for (const { blocker, dependent } of added) {
    const first = plan.tasks.get(blocker)
    const second = plan.tasks.get(dependent)
    if (!first) return unknownDependency(task.id, blocker, plan.tasks.keys())
    if (!second) return unknownDependency(task.id, dependent, plan.tasks.keys())
    if (second.state.kind !== 'open') return lateDependency(second)
  }
  return null
}

function timingEvents(task: Task, command: Edit, at: number): Result<Event[], Failure> {
  const { edit } = command
  const clash = clashOfTimes(edit)
  if (clash) return err(clash)
  const { delayMs, notBefore: start, schedule } = edit
  if (delayMs === undefined && start === undefined && schedule === undefined) return ok([])
  if (task.state.kind !== 'open') {
    if (schedule !== undefined) return ok([])
    const hint = isFinished(task) ? `yard reopen ${task.id} first` : 'it has begun already'
    return err(wrongState(task, 'delayed', hint))
  }
  const notBefore = newTimeOf(command, at)
  const next = schedule ? command.nextFireAt : null
  const scheduledFor = schedule === undefined ? task.scheduledFor : next
  return ok([{ type: 'task.timed', at, id: task.id, notBefore, scheduledFor }])
}

function newTimeOf({ edit, nextFireAt }: Edit, at: number): number | null {
  if (edit.delayMs !== undefined) return at + edit.delayMs
  return edit.schedule ? nextFireAt : (edit.notBefore ?? null)
}
