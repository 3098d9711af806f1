/** Procedures about messages, those that they are sent to, and the way to other machines. */
import { z } from 'zod'
import {
  ESCALATION_ANSWERS,
  MAX_MESSAGE,
  MESSAGE_KINDS,
  MESSAGE_PRIORITIES,
  deliverySchema,
  messageSchema,
  RECIPIENT_KINDS,
} from '../domain/messages/message.ts'
import { isStorableText, UNSTORABLE_TEXT } from '../domain/bounds.ts'
import { commandIdSchema, get, idInput, post } from './route.ts'

const time = z.string()
const [waiting, taken, closed, dead] = deliverySchema.shape.state.options

const deliveryViewSchema = z.object({
  recipient: z.string(),
  recipientKind: z.enum(RECIPIENT_KINDS),
  state: z.enum([waiting, taken, closed, dead].map(({ shape }) => shape.kind.value)),
  /** Who holds it, while it is taken. */
  agent: z.string().nullable(),
  /** Of a closed one. */
  how: closed.shape.how.nullable(),
  by: z.string().nullable(),
  /** Since when it is in that state; null of one that waits. */
  at: time.nullable(),
  /** Before which it is not delivered again; null = with the next turn. */
  notBefore: time.nullable(),
  /** Turns that took it and ended badly; of a person: notices given. */
  tries: z.number(),
  /** Why it is dead, or why the last turn that took it ended. */
  reason: z.string().nullable(),
})
export type DeliveryView = z.infer<typeof deliveryViewSchema>

export const messageViewSchema = messageSchema
  .omit({ at: true, asks: true })
  .extend({ at: time, deliveries: z.array(deliveryViewSchema) })
  .extend({
    /** Of a question: the task that waits for the answer, or that fails again and again. */
    asks: messageSchema.shape.asks,
  })
export type MessageView = z.infer<typeof messageViewSchema>

/** One of those that a person has to see to. */
export const attentionMessageSchema = z.object({
  id: z.string(),
  from: z.string(),
  recipient: z.string(),
  kind: z.enum(MESSAGE_KINDS),
  /** Its beginning, in one line. */
  text: z.string(),
  /** The yard asks what becomes of a task that fails again and again. */
  asksDecision: z.boolean(),
  /** Given so far to whom it waits for: each is shown as if it were new. */
  notices: z.number(),
})

const text = z
  .string()
  .trim()
  .min(1)
  .max(MAX_MESSAGE, 'has at most 20,000 characters')
  .refine(isStorableText, UNSTORABLE_TEXT)

export const messageContract = {
  send: post('/message', 201)
    .input(
      z.strictObject({
        to: z.array(z.string().min(1).max(200)).min(1).max(100),
        text,
        kind: z.enum(MESSAGE_KINDS).default('message'),
        priority: z.enum(MESSAGE_PRIORITIES).default('normal'),
        task: z.string().optional(),
        replyTo: z.string().optional(),
        conversation: z.enum(['new', 'resume']).optional(),
        commandId: commandIdSchema,
      }),
    )
    .output(messageViewSchema),
  /** Newest first. `to`: sent to or by that member, task (`task:ID`, or its id) or person. */
  list: get('/messages')
    .input(
      z.strictObject({
        to: z.string().optional(),
        open: z.union([z.boolean(), z.stringbool()]).optional(),
        dead: z.union([z.boolean(), z.stringbool()]).optional(),
        kind: z.enum(MESSAGE_KINDS).optional(),
        /** Instead of `to`: those of this task's agents, and those about it. */
        task: z.string().optional(),
        /** Only older ones than this message, for the next page. */
        before: z.string().optional(),
        limit: z.coerce.number().int().positive().max(1000).default(100),
      }),
    )
    .output(z.array(messageViewSchema)),
  get: get('/message/{id}').input(idInput).output(messageViewSchema),
  /** It, what it answers, and all that answers either, oldest first. */
  thread: get('/message/{id}/thread').input(idInput).output(z.array(messageViewSchema)),
  /** Closes it for whoever answers. `decision`: what becomes of a task that failed again and again. */
  reply: post('/message/{id}/reply', 201)
    .input(
      idInput.extend({
        text,
        decision: z.enum(ESCALATION_ANSWERS).optional(),
        commandId: commandIdSchema,
      }),
    )
    .output(messageViewSchema),
  /** `for`: whose delivery of it; else all that are open. */
  ack: post('/message/{id}/ack')
    .input(idInput.extend({ for: z.string().optional(), commandId: commandIdSchema }))
    .output(messageViewSchema),
  /** All that are open for that name. */
  ackAll: post('/messages/ack')
    .input(z.strictObject({ for: z.string(), commandId: commandIdSchema }))
    .output(z.object({ acked: z.array(z.string()) })),
  /** A dead one, under a new id. */
  retry: post('/message/{id}/retry', 201)
    .input(idInput.extend({ commandId: commandIdSchema }))
    .output(messageViewSchema),
  drop: post('/message/{id}/drop')
    .input(idInput.extend({ commandId: commandIdSchema }))
    .output(messageViewSchema),
  /** By an agent: what waits for it, or what of that is urgent; it is its own then. */
  take: post('/messages/take')
    .input(z.strictObject({ urgent: z.boolean().default(false), commandId: commandIdSchema }))
    .output(z.array(messageViewSchema)),
  /** How many wait for the agent that asks, those that it has taken not counted; for a person, how many wait for people. */
  waiting: get('/messages/waiting').output(z.object({ waiting: z.number(), urgent: z.number() })),
}

export const MEMBER_STATES = ['idle', 'working', 'waiting', 'piloted', 'sleeping'] as const

export const memberViewSchema = z.object({
  name: z.string(),
  /** Null of a person. */
  executor: z.string().nullable(),
  person: z.boolean(),
  conversation: z.enum(['new', 'resume']),
  pilot: z.boolean(),
  /** waiting: something waits for it, a turn or a person. sleeping: its provider sleeps, or it is paused. */
  state: z.enum(MEMBER_STATES),
  paused: z.boolean(),
  /** Open messages. */
  waiting: z.number(),
  agent: z.string().nullable(),
  lastTurn: time.nullable(),
  /** When it is woken next by itself; null = by the next message. */
  nextWake: time.nullable(),
  retryAfterMs: z.number(),
  tries: z.number(),
})
export type MemberView = z.infer<typeof memberViewSchema>

const memberInput = z.strictObject({ name: z.string(), commandId: commandIdSchema })

export const memberContract = {
  list: get('/members').output(z.array(memberViewSchema)),
  /** A turn now. */
  wake: post('/member/{name}/wake').input(memberInput).output(memberViewSchema),
  /** Holds its waking; its turn is let finish. */
  pause: post('/member/{name}/pause').input(memberInput).output(memberViewSchema),
  resume: post('/member/{name}/resume').input(memberInput).output(memberViewSchema),
}

export const TRANSPORT_TYPES = ['local', 'git', 'hub'] as const

const mailPeerSchema = z.object({
  machine: z.string(),
  /** When something of it was last seen; null = never. */
  lastSeen: time.nullable(),
  /** Messages that wait for it here. */
  waiting: z.number(),
  /** What of it was not accepted, in all, and why the last was not. */
  refused: z.number(),
  lastRefusal: z.string().nullable(),
  /** Why its mail cannot be read now. */
  problem: z.string().nullable(),
})

const transportViewSchema = z.object({
  type: z.enum(TRANSPORT_TYPES),
  /** Name of this machine for others. */
  machine: z.string(),
  /** Messages that wait here for other machines. */
  outbox: z.number(),
  /** Why nothing is exchanged now; null while it works. */
  problem: z.string().nullable(),
  peers: z.array(mailPeerSchema),
})
export type TransportView = z.infer<typeof transportViewSchema>

const transportInput = z.strictObject({ commandId: commandIdSchema })

export const transportContract = {
  status: get('/transport').output(transportViewSchema),
  /** Sends and receives once, now. */
  sync: post('/transport/sync')
    .input(transportInput)
    .output(
      z.object({
        /** Messages that other machines, or what lies between, hold now. */
        sent: z.number(),
        /** New messages that came. */
        received: z.number(),
        refused: z.number(),
        outbox: z.number(),
      }),
    ),
  /** Drops what is older than 30 days. */
  compact: post('/transport/compact')
    .input(transportInput)
    .output(z.object({ text: z.string() })),
}
