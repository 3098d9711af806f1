/** Standing tasks and mail of members, as the settings name these now. */
import type { CommandOf } from '../command.ts'
import { standingTask } from '../decide/decide-add.ts'
import { decided, type Decided } from '../decide/decision.ts'
import { diedEvents, restingEvent } from '../decide/mail-turn.ts'
import type { Event } from '../event.ts'
import type { Plan } from '../plan.ts'
import { isStanding, standingIdOf } from './standing.ts'

/** Standing tasks of these members; of others they are given up, and taken up again when they come back. */
export function syncEvents(
  plan: Plan,
  members: CommandOf<'members.sync'>['members'],
  at: number,
): Decided {
  const events: Event[] = []
  const wanted = new Set(members.map(({ name }) => standingIdOf(name)))
  const orphaned = orphanedEvents(plan, wanted, at)
  let order = plan.lastOrder
  for (const { name, title } of members) {
    const id = standingIdOf(name)
    const task = plan.tasks.get(id)
    if (!task) events.push({ type: 'task.added', at, task: standingTask(name, title, ++order, at) })
    if (!task || task.state.kind === 'abandoned') events.push(backToWork(plan, name, orphaned, at))
  }
  for (const task of plan.tasks.notable()) {
    const isGone = isStanding(task.id) && !wanted.has(task.id) && task.state.kind !== 'abandoned'
    // Its turn is let finish; it is given up when that is over.
    if (isGone && plan.agentOf(task.id) === null)
      events.push({ type: 'task.abandoned', at, id: task.id, by: 'coordinator' })
  }
  return decided([...wanted], ...events, ...orphaned)
}

/** Mail to members that are none any more, or take no turns: it would wait for ever. */
const orphanedEvents = (plan: Plan, members: ReadonlySet<string>, at: number): Event[] =>
  [...plan.deliveries.values()].flatMap((delivery) => {
    const { recipient, recipientKind, state, from } = delivery
    const isOrphaned = recipientKind === 'member' && !members.has(standingIdOf(recipient))
    if (!isOrphaned || state.kind !== 'waiting') return []
    const reason = `there is no member ${recipient} any more that takes turns`
    const died = diedEvents(plan, delivery, { reason, isTry: false, at })
    // Whoever sent it may be gone by the same.
    const isTold = !plan.tasks.has(standingIdOf(from)) || members.has(standingIdOf(from))
    return isTold || delivery.asks ? died : died.slice(0, 1)
  })

/** Messages may have come before it was known, or come with it: news of what it had sent to one that is gone. */
function backToWork(plan: Plan, name: string, beside: readonly Event[], at: number): Event {
  const waiting = [...plan.deliveriesTo(name)].flatMap((id) => plan.deliveries.get(id) ?? [])
  const sent = beside.flatMap((event) => (event.type === 'message.sent' ? event.deliveries : []))
  const own = sent.filter(({ recipient }) => recipient === name)
  return restingEvent(standingIdOf(name), [...waiting, ...own], at)
}
