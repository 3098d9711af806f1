/** Why a message is not sent: agents that write to each other for ever are stopped here, and nobody writes to who has ended. */
import type { Actor, Sending } from '../command.ts'
import { failure, type Failure } from '../failure.ts'
import type { AgentId } from '../ids.ts'
import type { Plan } from '../plan.ts'

/** Of agents that write to each other on and on. */
export const LOOP_REFUSALS: ReadonlySet<Failure['kind']> = new Set(['too-far', 'too-many'])

const MINUTE_MS = 60_000

/** Null where it may be sent. */
export const sendingRefusal = (
  plan: Plan,
  sending: Sending,
  { by }: { readonly by: Actor },
): Failure | null =>
  (by.kind === 'agent' ? tooFarOrTooMany(plan, sending) : null) ?? endedRecipient(plan, sending)

/** It may have ended since it was looked for. */
export function endedRecipient({ agents }: Plan, { recipients }: Sending): Failure | null {
  const ended = recipients.find(
    ({ name, kind }) => kind === 'agent' && !agents.has(name as AgentId),
  )
  return ended
    ? failure('wrong-state', `${ended.name} has ended, so nobody would read it`, {
        hint: 'task:ID reaches the next agent of a task',
        facts: { agent: ended.name },
      })
    : null
}

/** An agent is too far down a chain, or this is one too many of it. */
function tooFarOrTooMany(plan: Plan, sending: Sending): Failure | null {
  const { message, recipients, limits, recent } = sending
  if (message.hops > limits.maxHops)
    return failure(
      'too-far',
      `this message would be hop ${message.hops} of a chain of agents that write to each other; at most ${limits.maxHops} are let through`,
      {
        hint: 'leave it at that, or ask a person: messages.max_hops says how far a chain may go',
        facts: { hops: message.hops, max: limits.maxHops },
      },
    )
  const full = recipients.find(
    ({ name }) => (recent[name] ?? 0) + openFrom(plan, message, name) >= limits.perPair,
  )
  return full
    ? failure(
        'too-many',
        `${message.from} has sent ${full.name} ${limits.perPair} messages within a minute`,
        {
          hint: 'wait a minute; messages.per_pair says how many may be sent',
          facts: { to: full.name, max: limits.perPair },
        },
      )
    : null
}

/** Of the minute before it, and open: also those that were asked for at the same time. */
function openFrom(plan: Plan, { from, at }: Sending['message'], to: string): number {
  let count = 0
  for (const id of plan.deliveriesTo(to)) {
    const delivery = plan.deliveries.get(id)
    if (delivery?.from === from && delivery.at > at - MINUTE_MS && delivery.at <= at) count += 1
  }
  return count
}
