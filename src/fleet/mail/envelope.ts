/** A message as it travels between machines. What is stored here of it is a `Message`; nothing of it is trusted but by this schema. */
import { z } from 'zod'
import { isStorableText, UNSTORABLE_TEXT } from '../../domain/bounds.ts'
import {
  MAX_MESSAGE,
  type Message,
  MESSAGE_KINDS,
  MESSAGE_PRIORITIES,
  messageIdSchema,
} from '../../domain/messages/message.ts'

/** Of a whole file or body with its signature, bytes. */
export const MAX_ENVELOPE_BYTES = 64_000

export const MACHINE_PATTERN = /^[a-z0-9][a-z0-9-]{0,63}$/
const ADDRESS = /^[^@\s\p{Cc}]{1,120}@[a-z0-9][a-z0-9-]{0,63}$/u
const addressSchema = z.string().regex(ADDRESS, 'must be NAME@machine')

export const envelopeSchema = z.strictObject({
  v: z.literal(1),
  id: messageIdSchema,
  from: addressSchema,
  /** Those at one machine; another machine's copy has its own. */
  to: z.array(addressSchema).min(1).max(100),
  kind: z.enum(MESSAGE_KINDS),
  priority: z.enum(MESSAGE_PRIORITIES),
  at: z.iso.datetime(),
  hops: z.number().int().min(0).max(1000),
  replyTo: messageIdSchema.nullable().default(null),
  conversation: z.enum(['new', 'resume']).nullable().default(null),
  text: z.string().min(1).max(MAX_MESSAGE).refine(isStorableText, UNSTORABLE_TEXT),
})
export type Envelope = z.output<typeof envelopeSchema>

export const machineOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)
export const memberOf = (address: string): string => address.slice(0, address.lastIndexOf('@'))

/** `to`: addresses at one machine. A diff and the task it is about stay here: they mean nothing in another yard. */
export function envelopeOf(message: Message, to: readonly string[], machine: string): Envelope {
  const { id, from, kind, priority, hops, replyTo, conversation, text } = message
  return {
    v: 1,
    id,
    from: from.includes('@') ? from : `${from}@${machine}`,
    to: [...to],
    kind,
    priority,
    at: new Date(message.at).toISOString(),
    hops,
    replyTo,
    conversation,
    text,
  }
}

/** `at`: when it came; a sender's clock may be anything. */
export const messageFrom = (envelope: Envelope, at: number): Message => ({
  id: envelope.id,
  at,
  from: envelope.from,
  to: envelope.to.map(memberOf),
  kind: envelope.kind,
  priority: envelope.priority,
  task: null,
  replyTo: envelope.replyTo,
  conversation: envelope.conversation,
  text: envelope.text,
  hops: envelope.hops,
  diff: null,
  asks: null,
  decision: null,
})
