/** What was chosen for a task before its first agent, where nobody said so. */
import type { CommandOf } from '../command.ts'
import type { Event } from '../event.ts'
import { assignedFields, assignmentText, mayBeAssigned } from '../judging/assignment.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import { decided, loggedEvent, noOp, type Circumstances, type Decided } from './decision.ts'

/** Too late, or a second time, it changes nothing. */
export function decideAssign(
  task: Task,
  { assignment }: CommandOf<'task.assign'>,
  now: Circumstances,
  plan: Plan,
): Decided {
  const { id } = task
  if (!mayBeAssigned(task)) return noOp(id)
  const { at } = now
  const fields = assignedFields(task, assignment)
  const { identity } = assignment
  const isNew = fields.identity !== undefined && identity && !plan.identities.has(identity.id)
  const known: Event[] = isNew ? [{ type: 'identity.known', at, identity }] : []
  const assigned: Event = { type: 'task.assigned', at, id, fields }
  if (Object.keys(fields).length === 0) return decided([id], assigned)
  const chosen = { ...assignment, identity: fields.identity === undefined ? null : identity }
  const text = assignmentText({ ...task, ...fields }, chosen)
  return decided([id], ...known, assigned, loggedEvent(id, text, now))
}
