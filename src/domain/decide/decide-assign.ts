/** What was chosen for a task before its first agent, where nobody said so: by the yard itself, or by a model that it asks. */
import type { CommandOf } from '../command.ts'
import type { Event } from '../event.ts'
import {
  assignedFields,
  assignmentText,
  isAssignmentWanted,
  mayBeAssigned,
  type Assignment,
} from '../judging/assignment.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import { decided, loggedEvent, nameOf, noOp, type Circumstances, type Decided } from './decision.ts'
import { judgementEvent } from './evaluated.ts'

/** Too late, or a second time, it changes nothing. */
export const decideAssign = (
  task: Task,
  { assignment }: CommandOf<'task.assign'>,
  now: Circumstances,
  plan: Plan,
): Decided =>
  mayBeAssigned(task)
    ? decided([task.id], ...assignedEvents(plan, task, assignment, now))
    : noOp(task.id)

/** Once for a task; it does not start before the question has ended. */
export function decideAssignmentRequest(
  task: Task,
  { dueAt }: CommandOf<'assignment.request'>,
  now: Circumstances,
  plan: Plan,
): Decided {
  const { id } = task
  if (!mayBeAssigned(task)) return noOp(id)
  const about = { taskId: id, agentId: null, generation: null, subject: null, wish: null, dueAt }
  const by = nameOf(now.by)
  const queued = judgementEvent(plan, { purpose: 'assignment', ...about, by, at: now.at })
  const judgementId = queued.judgement.id
  return decided([id, judgementId], queued, {
    type: 'task.assigning',
    at: now.at,
    id,
    judgementId,
  })
}

/** An answer that comes too late changes nothing; without one all is as it was said. */
export function answeredAssignment(
  plan: Plan,
  task: Task,
  { judgementId, reply: { value } }: CommandOf<'judgement.end'>,
  now: Circumstances,
): Event[] {
  if (!isAssignmentWanted(task, judgementId)) return []
  const assignment = value?.purpose === 'assignment' ? value.assignment : null
  const nothing = { identity: null, mode: null, context: null, reason: '' }
  return assignedEvents(plan, task, assignment ?? nothing, now)
}

function assignedEvents(
  plan: Plan,
  task: Task,
  assignment: Assignment,
  now: Circumstances,
): Event[] {
  const { id } = task
  const { at } = now
  const fields = assignedFields(task, assignment)
  const { identity } = assignment
  const isNew = fields.identity !== undefined && identity && !plan.identities.has(identity.id)
  const known: Event[] = isNew ? [{ type: 'identity.known', at, identity }] : []
  const assigned: Event = { type: 'task.assigned', at, id, fields }
  if (Object.keys(fields).length === 0) return [assigned]
  const chosen = { ...assignment, identity: fields.identity === undefined ? null : identity }
  const text = assignmentText({ ...task, ...fields }, chosen)
  return [...known, assigned, loggedEvent(id, text, now)]
}
