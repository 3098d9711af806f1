/** Agents that write to each other for ever are stopped here. */
import type { Actor, Sending } from '../command.ts'
import { failure, type Failure } from '../failure.ts'

export const LOOP_REFUSALS: ReadonlySet<Failure['kind']> = new Set(['too-far', 'too-many'])

/** Why this message is not let through; null where it is. People are free to write. */
export function loopRefusal(sending: Sending, by: Actor): Failure | null {
  if (by.kind !== 'agent') return null
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
  const full = recipients.find(({ name }) => (recent[name] ?? 0) >= limits.perPair)
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
