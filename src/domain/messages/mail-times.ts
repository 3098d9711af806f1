/** Times before which messages are not taken: a member that is woken by hand takes them now, a clock that was set back must not hold them. */
import { nextTurnAt, wokenEvents } from '../decide/mail-turn.ts'
import type { Event } from '../event.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import type { Delivery, MailTime } from './message.ts'

/** What waits for a member until later, due now. */
export const dueNow = (plan: Plan, { member }: Task, at: number): Event[] =>
  waitingFor(plan, member ?? '').flatMap(({ id, state, noticeAt }) =>
    state.kind === 'waiting' && state.notBefore !== null
      ? [{ type: 'delivery.timed', at, id, notBefore: null, noticeAt }]
      : [],
  )

/** Those that still wait have these times, and their members are woken for the earliest. */
export function timedEvents(plan: Plan, times: readonly MailTime[], at: number): Event[] {
  const held = new Map(times.map((time) => [time.id, time]))
  const members = new Set<string>()
  const timed = times.flatMap((time): Event[] => {
    const delivery = plan.deliveries.get(time.id)
    if (delivery?.state.kind !== 'waiting') return []
    if (delivery.recipientKind === 'member') members.add(delivery.recipient)
    return [{ type: 'delivery.timed', at, ...time }]
  })
  const woken = [...members].flatMap((member) => {
    const waiting = waitingFor(plan, member).map((delivery): Delivery => {
      const time = held.get(delivery.id)
      return time && delivery.state.kind === 'waiting'
        ? { ...delivery, state: { kind: 'waiting', notBefore: time.notBefore } }
        : delivery
    })
    const next = nextTurnAt(waiting, at)
    return next === null ? [] : wokenEvents(plan, member, at, next)
  })
  return [...timed, ...woken]
}

const waitingFor = (plan: Plan, member: string): Delivery[] =>
  [...plan.deliveriesTo(member)].flatMap((id) => plan.deliveries.get(id) ?? [])
