/** What was sent to a task for its next agent, when there will be none: it is given up, and its sender is told. */
import { diedEvents } from '../decide/mail-turn.ts'
import type { Event } from '../event.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import type { Delivery } from './message.ts'

/** Beside these events of one command. A task that has failed may be tried again, and keeps its mail. */
export function unreadEvents(plan: Plan, events: readonly Event[], at: number): Event[] {
  const ends = endsOf(plan, events)
  if (ends.size === 0) return []
  const senders = new Set([...ends.keys()].map((id) => `task:${id}`))
  return [...ends].flatMap(([id, how]) =>
    [...plan.deliveriesTo(`task:${id}`)].flatMap((deliveryId) => {
      const delivery = plan.deliveries.get(deliveryId)
      if (!delivery || !isLeft(delivery, events)) return []
      const reason = `task ${id} ${how}, and no agent of it has dealt with this`
      const died = diedEvents(plan, delivery, { reason, isTry: false, at })
      // A sender that ends by the same would never be told.
      return senders.has(delivery.from) ? died.slice(0, 1) : died
    }),
  )
}

/** Tasks that no agent works on any more, each with how it ended. */
function endsOf(plan: Plan, events: readonly Event[]): ReadonlyMap<TaskId, string> {
  const ends = new Map<TaskId, string>()
  for (const event of events) {
    if (event.type === 'task.completed') ends.set(event.id, 'is done')
    if (event.type === 'task.abandoned') ends.set(event.id, 'is abandoned')
    if (event.type === 'task.removed') ends.set(event.id, 'was removed')
    if (event.type === 'agent.ended') noteOver(plan, ends, plan.agents.get(event.id)?.taskId)
  }
  return ends
}

/** Somebody else had settled it while its agent was at work. */
function noteOver(plan: Plan, ends: Map<TaskId, string>, id: TaskId | undefined): void {
  const state = id && plan.tasks.get(id)?.state.kind
  if (id && (state === 'done' || state === 'abandoned')) ends.set(id, `is ${state}`)
}

/** Not closed by these events, and not in the hands of an agent that is still at work: its end asks again. */
function isLeft({ id, state }: Delivery, events: readonly Event[]): boolean {
  const own = events.flatMap((event) =>
    event.type.startsWith('delivery.') && 'id' in event && event.id === id ? [event.type] : [],
  )
  if (own.includes('delivery.closed') || own.includes('delivery.died')) return false
  return state.kind === 'waiting' || own.includes('delivery.returned')
}
