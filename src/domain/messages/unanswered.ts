/** Questions that a task waits for the answer to, and what it goes on with where none comes. */
import { loggedEvent, reopenedEvent } from '../decide/decision.ts'
import type { Event } from '../event.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import { derivedMessageId } from './derived-id.ts'
import type { Delivery, Message } from './message.ts'

/** What a delivery keeps of that: the try of the task that asks. */
export function askedBy(plan: Plan, { asks }: Message): Pick<Delivery, 'asks'> {
  const task = asks?.what === 'answer' ? plan.tasks.get(asks.taskId) : undefined
  return task ? { asks: { taskId: task.id, generation: task.generation } } : {}
}

/** The task that still waits for the answer to it, or will once its agent has ended; null = none does. */
export function askerOf(plan: Plan, { asks }: Pick<Delivery, 'asks'>): Task | null {
  const task = asks && plan.tasks.get(asks.taskId)
  if (!task || task.generation !== asks.generation) return null
  const isWaiting = task.state.kind === 'waiting' && task.state.for === 'answer'
  return isWaiting || isStillAsking(plan, task) ? task : null
}

function isStillAsking(plan: Plan, { id, state }: Task): boolean {
  if (state.kind !== 'in-progress') return false
  const report = plan.agentOf(id)?.report
  return report?.kind === 'fail' && report.failure.class === 'question' && !report.isAnswered
}

/** It was given up: whoever asked goes on without an answer, unless another recipient may still give one. */
export function unansweredEvents(
  plan: Plan,
  delivery: Delivery,
  { reason, at }: { readonly reason: string; readonly at: number },
): Event[] {
  const task = askerOf(plan, delivery)
  if (!task || mayStillBeAnswered(plan, delivery)) return []
  const text = `No answer came from ${delivery.recipient}: ${reason}`
  const noted = loggedEvent(task.id, text, {
    at,
    by: { kind: 'coordinator' },
    newId: () => derivedMessageId(at, `unanswered ${delivery.id}`),
  })
  const asker = plan.agentOf(task.id)
  if (!asker) return [noted, reopenedEvent(task, at)]
  if (asker.report?.kind !== 'fail') return [noted]
  const { failure } = asker.report
  return [noted, { type: 'agent.reported', at, id: asker.id, failure, isAnswered: true }]
}

/** What the same agent holds ends with this one. */
function mayStillBeAnswered(plan: Plan, { id, messageId, state }: Delivery): boolean {
  const holder = state.kind === 'taken' ? state.agentId : null
  return [...plan.deliveries.values()].some(
    (other) =>
      other.messageId === messageId &&
      other.id !== id &&
      (other.state.kind !== 'taken' || other.state.agentId !== holder),
  )
}
