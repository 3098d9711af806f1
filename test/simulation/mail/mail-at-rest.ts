/** What must hold of messages when the owner has nothing left to do, and when everything has come to rest. */
import { isStanding } from '../../../src/domain/messages/standing.ts'
import type { Plan } from '../../../src/domain/plan.ts'
import { holds } from '../violation.ts'
import type { SimMail } from './sim-mail.ts'

/** Nobody is idle while something that wakes waits for it and its time has come. */
export function checkIdle(plan: Plan, now: number): void {
  for (const { id, state, held } of plan.tasks.values()) {
    if (!isStanding(id) || held || state.kind !== 'waiting' || state.for !== 'message') continue
    for (const deliveryId of plan.deliveriesTo(id.slice(1))) {
      const delivery = plan.deliveries.get(deliveryId)
      const isDue =
        delivery?.state.kind === 'waiting' &&
        delivery.priority !== 'low' &&
        (delivery.state.notBefore ?? 0) <= now
      holds(!isDue, 6, () => `${id} is idle, and ${deliveryId} waits for it`)
    }
  }
}

/** All that a job should have done by now was done: fired, or left out. */
export function checkJobs(
  mail: SimMail,
  {
    now,
    soundSince,
    lastTimeOf,
  }: {
    readonly now: number
    /** Since when an owner could have fired it, by the wall clock. */
    readonly soundSince: number
    readonly lastTimeOf: (job: string) => number | null
  },
): void {
  for (const [name, { schedule, isPaused }] of Object.entries(mail.settings.jobs)) {
    const since = mail.starts[name]?.since ?? null
    if (isPaused || since === null) continue
    const spec = Number(schedule.spec)
    const due = Math.floor(now / spec) * spec
    if (due <= Math.max(since, soundSince)) continue
    const last = lastTimeOf(name) ?? Number.NEGATIVE_INFINITY
    holds(last >= due, 6, () => `job ${name} was due ${now - due} ms ago, and has not fired`)
  }
}

/** Nobody is at work any more: what is open waits for a person, for a task, for its time, or for a member that cannot go on. */
export function checkMailAtRest(plan: Plan, now: number): void {
  checkIdle(plan, now)
  for (const { id, state, recipientKind, recipient } of plan.deliveries.values()) {
    if (state.kind === 'taken') {
      const agent = plan.agents.get(state.agentId)
      holds(agent?.by === 'person', 6, () => `${id} is still taken by ${state.agentId}`)
    }
    if (recipientKind === 'agent')
      holds(plan.agents.has(recipient as never), 6, () => `${id} waits for an agent that is gone`)
    if (recipientKind !== 'member') continue
    const standing = plan.tasks.get(`@${recipient}` as never)
    holds(standing !== undefined, 6, () => `${id} waits for a member without a standing task`)
  }
}
