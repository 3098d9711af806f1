/** Why a message is not sent: agents that write to each other for ever are stopped here, and nobody writes to who has ended. */
import type { Actor, Sending } from '../command.ts'
import { failure, type Failure } from '../failure.ts'
import type { AgentId, TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import type { Recipient } from './message.ts'

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
export function endedRecipient(plan: Plan, { recipients }: Sending): Failure | null {
  const ended = recipients.find((recipient) => isEnded(plan, recipient))
  return ended
    ? failure('wrong-state', `${ended.name} has ended, so nobody would read it`, {
        hint:
          ended.kind === 'task'
            ? `yard reopen ${idOf(ended)} opens it again`
            : 'task:ID reaches the next agent of a task',
        facts: { recipient: ended.name },
      })
    : null
}

const idOf = ({ name }: Recipient): TaskId => name.slice('task:'.length) as TaskId

function isEnded({ agents, tasks }: Plan, recipient: Recipient): boolean {
  if (recipient.kind === 'agent') return !agents.has(recipient.name as AgentId)
  if (recipient.kind !== 'task') return false
  const state = tasks.get(idOf(recipient))?.state.kind
  return state === undefined || state === 'done' || state === 'abandoned'
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
    ({ name }) => countOf(plan, message, name, recent[name] ?? []) >= limits.perPair,
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

/** Of the minute before it: what was known as it was written, and what has come since and is open. */
function countOf(
  plan: Plan,
  { from, at }: Sending['message'],
  to: string,
  known: readonly string[],
): number {
  const ids = new Set(known)
  for (const id of plan.deliveriesTo(to)) {
    const delivery = plan.deliveries.get(id)
    if (delivery?.from === from && delivery.at > at - MINUTE_MS && delivery.at <= at) ids.add(id)
  }
  return ids.size
}
