/** What other machines have sent becomes messages here: one id has one effect, however often it comes. */
import { ok, type Result } from '../../base/result.ts'
import { oneLine } from '../../base/text.ts'
import type { CommandOf } from '../../domain/command.ts'
import { yardMessage } from '../../domain/decide/mail-turn.ts'
import { fail, type Failure, type FailureKind } from '../../domain/failure.ts'
import {
  ANY_PERSON,
  isYardSender,
  type Message,
  type Recipient,
} from '../../domain/messages/message.ts'
import type { Peer } from '../../domain/messages/peer.ts'
import type { Settings } from '../../domain/settings.ts'
import {
  type Envelope,
  machineOf,
  MACHINE_PATTERN,
  memberOf,
  messageFrom,
} from '../../fleet/mail/envelope.ts'
import type { Incoming, MailTransport } from '../../fleet/mail/transport.ts'
import { machineName, recipientOf } from '../messages/recipients.ts'
import { answeredBy, delegateOf, sendingOf } from '../messages/send.ts'
import { COORDINATOR, type OutboxParts } from './outbox.ts'

export interface ArrivalParts extends OutboxParts {
  settings(): Settings
  now(): number
}

export interface Arrived {
  readonly received: number
  readonly refused: number
}

/** Of the yard, not of what was sent: tried again later. */
const PASSING: ReadonlySet<FailureKind> = new Set([
  ...(['read-only', 'locked', 'io', 'internal', 'timeout'] as const),
])

/**
 * Commits all of one machine's mail, then says so to the transport, then keeps the cursor. Whatever is killed in between, the same comes
 * again and changes nothing. A failure is one of this yard: nothing after it was taken.
 */
export async function takeIncoming(
  parts: ArrivalParts,
  incoming: Incoming,
  how: { readonly transport: Pick<MailTransport, 'taken'>; readonly signal: AbortSignal },
): Promise<Result<Arrived, Failure>> {
  const { plan, dispatch } = parts
  const { machine, key, cursor, members } = incoming
  if (machine === machineName(parts.settings()) || !MACHINE_PATTERN.test(machine))
    return ok({ received: 0, refused: 0 })
  const pinned = await pin(parts, machine, key)
  if (!pinned.ok) return pinned
  const isOther = key !== null && plan.peers.get(machine)?.key !== key
  const taken = isOther
    ? ok({ received: 0, refused: [`${machine} signs with another key than at first`] })
    : await takeAll(parts, incoming)
  if (!taken.ok) return taken
  if (!isOther) await how.transport.taken(incoming.envelopes, how.signal)
  const refused = [...incoming.refused, ...taken.value.refused]
  const peer = plan.peers.get(machine)
  if (peer && isNews(peer, incoming, refused)) {
    const read = { type: 'peer.read', id: machine, cursor, members, refused } as const
    const kept = await dispatch(read, COORDINATOR)
    if (!kept.ok) return kept
  }
  return ok({ received: taken.value.received, refused: refused.length })
}

async function takeAll(
  parts: ArrivalParts,
  { machine, envelopes }: Incoming,
): Promise<Result<{ readonly received: number; readonly refused: readonly string[] }, Failure>> {
  const refused: string[] = []
  let received = 0
  for (const envelope of envelopes) {
    const taken = await takeOne(parts, envelope, machine)
    if (!taken.ok) return taken
    if (taken.value.isNew) received += 1
    refused.push(...taken.value.refused)
  }
  return ok({ received, refused })
}

const isNews = (peer: Peer, { cursor, members }: Incoming, refused: readonly string[]): boolean =>
  refused.length > 0 ||
  cursor !== peer.cursor ||
  (members !== null && members.join() !== peer.members.join())

async function pin(
  { plan, dispatch, now }: ArrivalParts,
  machine: string,
  key: string | null,
): Promise<Result<unknown, Failure>> {
  const known = plan.peers.get(machine)
  if (known && (known.key !== '' || key === null)) return ok(null)
  const peer: Peer = {
    id: machine,
    key: key ?? '',
    pinnedAt: now(),
    members: [],
    cursor: null,
    refused: 0,
    lastRefusal: null,
  }
  return dispatch({ type: 'peer.pin', peer }, COORDINATOR)
}

interface Taken {
  readonly isNew: boolean
  readonly refused: readonly string[]
}

async function takeOne(
  parts: ArrivalParts,
  envelope: Envelope,
  machine: string,
): Promise<Result<Taken, Failure>> {
  const { store, dispatch } = parts
  const { id, from } = envelope
  if (store.mail.message(id)) return ok({ isNew: false, refused: [] })
  if (machineOf(from) !== machine)
    return ok({ isNew: false, refused: [`${machine} has sent a message in the name of ${from}`] })
  const { recipients, unknown } = recipientsHere(parts, envelope)
  const problems = [...unknown]
  if (recipients.length > 0) {
    const command = sendCommand(parts, envelope, recipients)
    const sent = command.ok ? await dispatch(command.value, COORDINATOR, `mail:${id}`) : command
    if (!sent.ok && PASSING.has(sent.error.kind)) return sent
    if (!sent.ok) problems.push(sent.error.message)
  }
  if (problems.length === 0) return ok({ isNew: true, refused: [] })
  const answered = await notifySender(parts, envelope, problems)
  if (!answered.ok) return answered
  const isNew = store.mail.message(id) !== null
  const refused = problems.map((problem) => oneLine(`message ${id} of ${from}: ${problem}`, 500))
  return ok({ isNew, refused })
}

/** Those of this machine that it is for. */
function recipientsHere(
  parts: ArrivalParts,
  { to, replyTo }: Envelope,
): { readonly recipients: readonly Recipient[]; readonly unknown: readonly string[] } {
  const { plan, store } = parts
  const settings = parts.settings()
  const original = replyTo === null ? null : store.mail.message(replyTo)
  const recipients = new Map<string, Recipient>()
  const unknown: string[] = []
  for (const address of to.filter((each) => machineOf(each) === machineName(settings))) {
    const name = memberOf(address)
    const found = isHere(recipientOf({ plan, settings }, name), name)
    if (found.ok) recipients.set(found.value.name, found.value)
    // A sender without a name of their own: whoever looks at the yard reads the answer.
    else if (original?.message.from === name)
      recipients.set(ANY_PERSON, { name: ANY_PERSON, kind: 'person' })
    else unknown.push(found.error.message)
  }
  if (recipients.size === 0 && unknown.length === 0)
    unknown.push('it is for nobody on this machine')
  return { recipients: [...recipients.values()], unknown }
}

/** A member that only a third machine has is not written to from here: its mail comes from its senders alone. */
const isHere = (found: Result<Recipient, Failure>, name: string): Result<Recipient, Failure> =>
  found.ok && found.value.kind === 'remote'
    ? fail('unknown-member', `there is no member ${name} on this machine`)
    : found

function sendCommand(
  parts: ArrivalParts,
  envelope: Envelope,
  recipients: readonly Recipient[],
): Result<CommandOf<'message.send'>, Failure> {
  const { store, settings, now } = parts
  const message: Message = {
    ...messageFrom(envelope, now()),
    to: recipients.map(({ name }) => name),
  }
  const source = { settings: settings(), store, now: now() }
  const sending = sendingOf(source, message, recipients, answeredBy(store, envelope))
  const delegate = delegateOf(message, recipients)
  if (!delegate.ok) return delegate
  const { value: task } = delegate
  return ok({ type: 'message.send', ...sending, ...(task ? { delegate: task } : {}) })
}

/** Never for what a yard itself has sent: two of them would go on for ever. */
async function notifySender(
  parts: ArrivalParts,
  { id, from, at }: Envelope,
  problems: readonly string[],
): Promise<Result<unknown, Failure>> {
  const { store, settings, now, dispatch } = parts
  if (isYardSender(from)) return ok(null)
  const text = oneLine(`Your message ${id} was not delivered: ${problems.join('; ')}`, 2000)
  const message: Message = {
    ...yardMessage(Date.parse(at), `refused ${id}`, text),
    at: now(),
    to: [from],
    // By which it stands with the message in the thread of who sent it.
    replyTo: id,
    priority: 'low',
  }
  if (store.mail.message(message.id)) return ok(null)
  const source = { settings: settings(), store, now: now() }
  const sending = sendingOf(source, message, [{ name: from, kind: 'remote' }])
  const sent = await dispatch(
    { type: 'message.send', ...sending },
    COORDINATOR,
    `mail:${message.id}`,
  )
  return sent.ok || !PASSING.has(sent.error.kind) ? ok(null) : sent
}
