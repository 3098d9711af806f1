/** From what somebody wants to say to the command that sends it. */
import { monotonicFactory } from 'ulid'
import type { Sending } from '../../domain/command.ts'
import type { NewTask } from '../../domain/task.ts'
import type { Failure } from '../../domain/failure.ts'
import { clip } from '../../base/text.ts'
import { err, ok, type Result } from '../../base/result.ts'
import {
  ANY_PERSON,
  type Delivery,
  type Message,
  type MessageId,
  type MessageKind,
  type MessagePriority,
  type Recipient,
} from '../../domain/messages/message.ts'
import { failure } from '../../domain/failure.ts'
import type { Settings } from '../../domain/settings.ts'
import { machineOf, MAX_ENVELOPE_BYTES, memberOf } from '../../fleet/mail/envelope.ts'
import type { Store } from '../../store/store.ts'

/** In the order in which they are made, also within a millisecond. */
const nextUlid = monotonicFactory()
export const newMessageId = (at: number): MessageId => nextUlid(at) as MessageId

export type SendQueue = ReturnType<typeof createSendQueue>

/** One after the other of the same sender: how many it has sent is known when the next is looked at. */
export function createSendQueue() {
  const last = new Map<string, Promise<void>>()
  return <T>(sender: string, send: () => Promise<T>): Promise<T> => {
    const sent = (last.get(sender) ?? Promise.resolve()).then(send)
    const isOver = sent.then(
      () => {},
      () => {}, // its caller is told
    )
    last.set(sender, isOver)
    void isOver.then(() => {
      if (last.get(sender) === isOver) last.delete(sender)
    })
    return sent
  }
}

const MINUTE_MS = 60_000

/** All that one message needs beside itself, by the settings of now. */
export function sendingOf(
  { settings, store, now }: { settings: Settings; store: Store; now: number },
  message: Message,
  recipients: readonly Recipient[],
  original?: Message,
): Sending {
  const { maxHops, perPair, tries, retryAfterMs } = settings.messages
  const [first] = recipients
  const own = first && settings.members[first.name]
  const recent = recipients.map(
    ({ name }) =>
      [
        name,
        store.mail.sentBetween(message.from, name, { since: now - MINUTE_MS, until: now }, perPair),
      ] as const,
  )
  return {
    message,
    recipients,
    mail: own ?? { tries, retryAfterMs },
    limits: { maxHops, perPair },
    recent: Object.fromEntries(recent),
    ...(original ? { original } : {}),
  }
}

export interface Said {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
  readonly kind: MessageKind
  readonly priority: MessagePriority
  readonly task: Message['task']
  readonly replyTo: MessageId | null
  readonly conversation: Message['conversation']
  readonly hops: number
  readonly diff: string | null
  readonly asks: Message['asks']
  readonly decision: Message['decision']
}

export const messageOf = (said: Said, at: number): Message => ({
  id: newMessageId(at),
  at,
  ...said,
  to: [...said.to],
})

/** Beside the text and who it is for: the other fields, key and signature. */
const ENVELOPE_ROOM = 1000

/** Why it would be accepted by no other machine; null where it is for none, or fits. */
export function tooLargeToTravel(
  { text }: Pick<Message, 'text'>,
  recipients: readonly Recipient[],
): Failure | null {
  const names = recipients.flatMap(({ name, kind }) => (kind === 'remote' ? [name] : []))
  if (names.length === 0) return null
  const bytes = Buffer.byteLength(JSON.stringify([text, ...names]))
  if (bytes <= MAX_ENVELOPE_BYTES - ENVELOPE_ROOM) return null
  return failure('bad-request', `text: ${bytes} bytes are too many for another machine`, {
    hint: 'shorten it, or put it into a file that both sides have',
    facts: { field: 'text', bytes },
  })
}

/** What a message of another machine answers, where that was sent to who answers. A person there may answer in the place of a member. */
export function answeredBy(
  { mail }: Pick<Store, 'mail'>,
  { replyTo, from }: Pick<Message, 'replyTo' | 'from'>,
): Message | undefined {
  const stored = replyTo === null ? null : mail.message(replyTo)
  const isPerson = memberOf(from) === ANY_PERSON
  const isAsked = ({ recipient, recipientKind }: Delivery): boolean =>
    recipient === from ||
    (isPerson && recipientKind === 'remote' && machineOf(recipient) === machineOf(from))
  return stored?.deliveries.some(isAsked) ? stored.message : undefined
}

/** The task that a delegation gives its member. */
export function delegateOf(
  message: Message,
  recipients: readonly Recipient[],
): Result<{ readonly task: NewTask } | undefined, Failure> {
  if (message.kind !== 'delegation') return ok(undefined)
  const [to, ...others] = recipients
  if (!to || others.length > 0 || to.kind === 'task' || to.kind === 'agent')
    return err(
      failure('bad-request', 'a delegation is for one member', {
        hint: 'send one to each, or a message to several',
      }),
    )
  if (to.name === ANY_PERSON)
    return err(
      failure('bad-request', 'a delegation is for a member: person takes no tasks', {
        hint: 'yard member list shows them; a message or a question reaches a person',
      }),
    )
  if (to.kind === 'remote') return ok(undefined)
  const [title = ''] = message.text.split('\n')
  const task: NewTask = {
    title: clip(title.trim(), 200) || 'Delegated work',
    description: message.text,
    member: to.name,
  }
  return ok({ task })
}
