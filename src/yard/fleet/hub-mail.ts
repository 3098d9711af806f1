/**
 * Mail of the machines that reach this yard by a member token. Such a machine is named as its token is. What it sends becomes a message
 * of this yard; what is for it waits as a delivery of kind `remote` until it says that it has it.
 */
import { err, ok, type Result } from '../../base/result.ts'
import type { Actor } from '../../domain/command.ts'
import { fail, failure, type Failure } from '../../domain/failure.ts'
import { type AccessToken, actsFor, tokenOfMachine } from '../../domain/messages/access-token.ts'
import { derivedMessageId } from '../../domain/messages/derived-id.ts'
import {
  ANY_PERSON,
  type Delivery,
  type Message,
  type MessageId,
  messageIdSchema,
  type Recipient,
} from '../../domain/messages/message.ts'
import {
  type Envelope,
  envelopeOf,
  machineOf,
  MACHINE_PATTERN,
  memberOf,
  messageFrom,
} from '../../fleet/mail/envelope.ts'
import { type HubDirectory, type Posted, postedSchema } from '../../fleet/mail/hub/hub-wire.ts'
import type { StoredMessage } from '../../store/mail/mail-reads.ts'
import { inputFailure } from '../handlers/failures.ts'
import { machineName, recipientOf, recipientsOf } from '../messages/recipients.ts'
import { answeredBy, delegateOf, sendingOf } from '../messages/send.ts'
import type { Yard } from '../yard.ts'

type MailYard = Pick<Yard, 'config' | 'dispatch' | 'now' | 'plan' | 'store'>

const COORDINATOR: Actor = { kind: 'coordinator' }

/** A member token that mail can be exchanged with. */
export function mailTokenOf(
  yard: Pick<MailYard, 'config'>,
  token: AccessToken,
): Result<AccessToken, Failure> {
  const { name, kind } = token
  if (kind !== 'member')
    return fail('not-allowed', `${name} is the token of a daemon, and mail is for members`, {
      hint: '`yard token create NAME --kind member --as MEMBER` on the hub makes one that fits',
    })
  if (!MACHINE_PATTERN.test(name) || name === machineName(yard.config().settings))
    return fail('not-allowed', `${name} cannot be the name of another machine here`, {
      hint: 'make a token named by lower-case letters, digits and dashes, and not as the hub is',
    })
  return ok(token)
}

/** Whom it can write to. */
export function directoryOf({ config, plan }: MailYard, { name: you }: AccessToken): HubDirectory {
  const { settings } = config()
  const others = [...plan.tokens.values()].filter(
    ({ kind, name }) => kind === 'member' && name !== you && MACHINE_PATTERN.test(name),
  )
  return {
    machine: machineName(settings),
    you,
    members: Object.keys(settings.members),
    machines: Object.fromEntries(others.map(({ name, names }) => [name, names])),
  }
}

/** What was sent under an id has one effect, however often it comes. */
export async function acceptMail(
  yard: MailYard,
  token: AccessToken,
  body: unknown,
): Promise<Result<{ readonly id: MessageId; readonly isNew: boolean }, Failure>> {
  const read = postedSchema.safeParse(body)
  if (!read.success) return err(inputFailure(read.error.issues))
  const from = senderOf(token, read.data)
  if (!from.ok) return from
  const posted = { ...read.data, from: from.value }
  const { id } = posted
  const known = yard.store.mail.message(id)
  if (known && known.message.from !== posted.from)
    return fail('in-use', `there is another message ${id}`, {
      hint: 'give each message an id of its own',
      facts: { id },
    })
  if (known && isHeld(yard, posted, known)) return ok({ id, isNew: false })
  const original = answeredBy(yard.store, posted)
  const to = recipientsFor(yard, posted, original)
  if (!to.ok) return to
  const sending = known ? restOf(posted, to.value, known) : { posted, recipients: to.value }
  const isThere = sending.recipients.length === 0 || yard.store.mail.message(sending.posted.id)
  if (isThere) return ok({ id, isNew: false })
  const sent = await sendAs(yard, { ...sending, original })
  return sent.ok ? ok({ id, isNew: true }) : sent
}

interface SentAs {
  readonly posted: Posted
  readonly recipients: readonly Recipient[]
}

/** Each that it is for now has a delivery of it. */
const isHeld = ({ config }: MailYard, { to }: Posted, { deliveries }: StoredMessage): boolean => {
  const own = machineName(config().settings)
  const names = new Set(
    deliveries.flatMap(({ recipient }) =>
      recipient.includes('@')
        ? [recipient, memberOf(recipient)]
        : [recipient, `${recipient}@${own}`],
    ),
  )
  return to.every((each) => names.has(each))
}

/** A message that is known already, for those who have not been sent it: under an id that is made from its own, and is always the same. */
function restOf(
  posted: Posted,
  recipients: readonly Recipient[],
  { message, deliveries }: StoredMessage,
): SentAs {
  const has = new Set(deliveries.map(({ recipient }) => recipient))
  const rest = recipients.filter(({ name }) => !has.has(name))
  const names = rest.map(({ name }) => name).toSorted()
  const id = derivedMessageId(message.at, `rest ${posted.id} ${names.join(' ')}`)
  return { posted: { ...posted, id }, recipients: rest }
}

function senderOf(token: AccessToken, { from }: Pick<Posted, 'from'>): Result<string, Failure> {
  const [name, machine] = from.includes('@')
    ? [memberOf(from), machineOf(from)]
    : [from, token.name]
  if (machine === token.name && actsFor(token, name)) return ok(`${name}@${machine}`)
  const whom = token.names.length === 0 ? 'all' : token.names.join(', ')
  return fail('not-allowed', `from: the token ${token.name} does not act for ${from}`, {
    hint: `it acts for ${whom} of ${token.name}`,
    facts: { field: 'from' },
  })
}

/** Members, people and tasks of the hub, and members of machines that reach it; its own ways to others are not lent. */
function recipientsFor(
  { config, plan }: MailYard,
  { from, to }: Posted,
  original: Message | undefined,
): Result<readonly Recipient[], Failure> {
  const { settings } = config()
  const own = machineName(settings)
  const isReached = (name: string): boolean => recipientOf({ plan, settings }, name).ok
  const named = to.map((each) => {
    // A sender without a name of their own: whoever looks at the yard reads the answer.
    if (original && each === `${original.from}@${own}` && !isReached(each)) return ANY_PERSON
    return /^(all|agent-\d+)$/.test(each) ? `${each}@${own}` : each
  })
  const isStray = (name: string): boolean => {
    const machine = name.includes('@') ? machineOf(name) : own
    return machine !== own && tokenOfMachine(plan, machine) === null
  }
  const found = named.some(isStray) ? null : recipientsOf({ plan, settings }, named, from)
  if (found && !found.ok) return found
  const stray = (found?.value.map(({ name }) => name) ?? named).find(isStray)
  if (found && stray === undefined) return found
  return fail('unknown-member', `${stray ?? ''}: no such machine reaches this hub`, {
    hint: '`yard token list` on the hub shows those that do',
    facts: { to: stray },
  })
}

async function sendAs(
  { config, dispatch, now, store }: MailYard,
  { posted, recipients, original }: SentAs & { readonly original: Message | undefined },
): Promise<Result<unknown, Failure>> {
  const at = now()
  const message: Message = { ...messageFrom(posted, at), to: recipients.map(({ name }) => name) }
  const delegate = delegateOf(message, recipients)
  if (!delegate.ok) return delegate
  const source = { settings: config().settings, store, now: at }
  const sending = sendingOf(source, message, recipients, original)
  const more = delegate.value ? { delegate: delegate.value } : {}
  const command = { type: 'message.send', ...sending, ...more } as const
  return dispatch(command, COORDINATOR, `mail:${message.id}`)
}

/** A message that waits for a machine. */
export interface WaitingMail {
  readonly id: MessageId
  /** Where it stands among all that was ever sent from here. */
  readonly place: number
}

/** All that wait for it, in the order in which they were sent. */
export function mailWaitingFor(yard: MailYard, token: AccessToken): WaitingMail[] {
  const { plan } = yard
  const ids =
    token.names.length === 0
      ? plan.deliveries.keys()
      : token.names.flatMap((name) => [...plan.deliveriesTo(`${name}@${token.name}`)])
  const deliveries = [...ids].flatMap((id) => plan.deliveries.get(id) ?? [])
  return waitingAmong(yard, token, deliveries)
}

/** Rows of the journal that were looked for before: a machine that was away has thousands waiting, and asks for a few at a time. */
const rowOf = new WeakMap<Delivery, number>()

/** Those among these deliveries that are for it, each message once. */
export function waitingAmong(
  { store }: Pick<MailYard, 'store'>,
  token: AccessToken,
  deliveries: readonly Delivery[],
): WaitingMail[] {
  const places = new Map<MessageId, number>()
  for (const delivery of deliveries) {
    if (!isFor(token, delivery) || delivery.state.kind !== 'waiting') continue
    const { id, messageId } = delivery
    const seq = rowOf.get(delivery) ?? store.mail.deliverySeq(id) ?? 0
    rowOf.set(delivery, seq)
    places.set(messageId, Math.max(places.get(messageId) ?? 0, placeOf(seq, messageId)))
  }
  return [...places].map(([id, place]) => ({ id, place })).toSorted((a, b) => a.place - b.place)
}

const isFor = (token: AccessToken, { recipient, recipientKind }: Delivery): boolean =>
  recipientKind === 'remote' &&
  machineOf(recipient) === token.name &&
  actsFor(token, memberOf(recipient))

const MARKS = 1_000_000

/** Its row of the journal, and six digits made from its id: a yard that was restored has another message there. */
const placeOf = (seq: number, id: MessageId): number => seq * MARKS + markOf(id)

/** From the last 20 bits, which are random. */
function markOf(id: MessageId): number {
  const digits = [...id.slice(-4)].map((digit) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.indexOf(digit))
  return digits.reduce((sum, digit) => sum * 32 + digit, 0) % MARKS
}

/**
 * The place to go on behind. One that this yard has not given, because a backup was put in its place since, counts as none: what is open
 * is sent again rather than passed over.
 */
export function knownPlace({ store }: Pick<MailYard, 'store'>, place: number): number {
  const id = store.mail.deliveryAt(Math.floor(place / MARKS))
  const messageId = messageIdSchema.safeParse(id?.slice(0, id.indexOf('>')))
  return messageId.success && markOf(messageId.data) === place % MARKS ? place : 0
}

/** As it travels to that machine; null where nothing of it waits any more. */
export function mailFor(
  { config, plan, store }: MailYard,
  token: AccessToken,
  id: MessageId,
): Envelope | null {
  const stored = store.mail.message(id)
  const open = (stored?.deliveries ?? []).filter(
    (each) => isFor(token, each) && plan.deliveries.has(each.id),
  )
  if (!stored || open.length === 0) return null
  const to = open.map(({ recipient }) => recipient)
  return envelopeOf(stored.message, to, machineName(config().settings))
}

/** It has it: nothing is sent again. An id that is unknown here is a `unknown-message`, a message for others `not-allowed`. */
export async function ackMail(
  yard: MailYard,
  token: AccessToken,
  id: string,
): Promise<Result<{ readonly id: string }, Failure>> {
  const read = messageIdSchema.safeParse(id)
  const stored = read.success ? yard.store.mail.message(read.data) : null
  if (!stored) return fail('unknown-message', `there is no message ${JSON.stringify(id)}`)
  const own = stored.deliveries.filter((each) => isFor(token, each))
  if (own.length === 0)
    return err(failure('not-allowed', `message ${id} is not for ${token.name}`, { facts: { id } }))
  for (const { id: delivery } of own.filter((each) => yard.plan.deliveries.has(each.id))) {
    const closed = await yard.dispatch({ type: 'delivery.forwarded', id: delivery }, COORDINATOR)
    if (!closed.ok) return closed
  }
  return ok({ id })
}
