/** Messages between members, tasks, agents and people, and what becomes of each at each recipient. */
import { z } from 'zod'
import { isStorableText, UNSTORABLE_TEXT } from '../bounds.ts'
import { agentIdSchema, taskIdSchema } from '../schemas.ts'

export const MESSAGE_KINDS = ['message', 'question', 'delegation', 'review'] as const
export type MessageKind = (typeof MESSAGE_KINDS)[number]

/** Urgent ones are taken first; a low one wakes nobody and is taken with the next turn. */
export const MESSAGE_PRIORITIES = ['low', 'normal', 'urgent'] as const
export type MessagePriority = (typeof MESSAGE_PRIORITIES)[number]

/** What a person can answer to a question about a task that fails again and again. */
export const ESCALATION_ANSWERS = ['retry', 'pause', 'cancel'] as const
export type EscalationAnswer = (typeof ESCALATION_ANSWERS)[number]

/** UTF-16 units. */
export const MAX_MESSAGE = 20_000
/** Deliveries that one turn takes. */
export const MAX_TAKEN = 10

/** A ULID: unique over all machines, and in the order of its time. */
export const messageIdSchema = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'must be the id of a message')
  .brand<'MessageId'>()
export type MessageId = z.infer<typeof messageIdSchema>

const text = (max: number) => z.string().max(max).refine(isStorableText, UNSTORABLE_TEXT)

export const messageSchema = z.strictObject({
  id: messageIdSchema,
  /** ms */
  at: z.number().int(),
  /** A person's name, a member, `task:ID`, `job:NAME`, `yard`; of another machine with `@machine`. */
  from: z.string().max(200),
  /** As it was addressed; `all` is as many as there are members. */
  to: z.array(z.string().max(200)).min(1),
  kind: z.enum(MESSAGE_KINDS),
  priority: z.enum(MESSAGE_PRIORITIES),
  /** What it is about. */
  task: taskIdSchema.nullable(),
  replyTo: messageIdSchema.nullable(),
  /** Whether its recipient goes on with its conversation; null = as the recipient's settings say. */
  conversation: z.enum(['new', 'resume']).nullable(),
  text: text(MAX_MESSAGE).min(1),
  /** 1 + the most that the sending agent has taken; 0 of people and jobs. */
  hops: z.number().int().nonnegative(),
  /** Of a review: the changes of its task, as far as they fit. */
  diff: text(200_000).nullable(),
  /** Of a question: the task that waits for the answer. Of an escalation: the task that keeps failing. */
  asks: z.strictObject({ taskId: taskIdSchema, what: z.enum(['answer', 'escalation']) }).nullable(),
  /** Of a reply to an escalation. */
  decision: z.enum(ESCALATION_ANSWERS).nullable(),
})
export type Message = z.infer<typeof messageSchema>

/**
 * waiting: not read in a turn yet; `notBefore`: not taken earlier, after a turn that failed. taken: a living agent was handed it.
 * closed: done with. dead: given up after too many turns. The last two are never left.
 */
const deliveryStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('waiting'), notBefore: z.number().int().nullable() }),
  z.strictObject({ kind: z.literal('taken'), agentId: agentIdSchema, at: z.number().int() }),
  z.strictObject({
    kind: z.literal('closed'),
    /** sent: another machine has it. */
    how: z.enum(['handled', 'acked', 'replied', 'dropped', 'sent']),
    at: z.number().int(),
    by: z.string(),
  }),
  z.strictObject({ kind: z.literal('dead'), reason: z.string(), at: z.number().int() }),
])

export const RECIPIENT_KINDS = ['member', 'person', 'task', 'agent', 'remote'] as const
export type RecipientKind = (typeof RECIPIENT_KINDS)[number]

export const deliverySchema = z.strictObject({
  /** `MESSAGE>RECIPIENT` */
  id: z.string(),
  messageId: messageIdSchema,
  recipient: z.string(),
  recipientKind: z.enum(RECIPIENT_KINDS),
  from: z.string(),
  kind: z.enum(MESSAGE_KINDS),
  priority: z.enum(MESSAGE_PRIORITIES),
  hops: z.number().int().nonnegative(),
  /** When its message was sent, ms. */
  at: z.number().int(),
  /** Its turn begins a new conversation, as its sender wants. */
  isFresh: z.boolean(),
  /** Its turn goes on with the conversation, as its sender wants, also where its member begins each turn anew. Absent = no such wish. */
  resumes: z.literal(true).optional(),
  state: deliveryStateSchema,
  /** Turns that took it and ended badly. */
  tries: z.number().int().nonnegative(),
  lastReason: z.string().nullable(),
  /** Of a person's: when the next notice is due, ms; null = none is. Of one to a piloted member: the same, from the second notice on. */
  noticeAt: z.number().int().nullable(),
  /** Given to the person that it is for, or to whoever drives the member, which are no tries. Absent = none. */
  notices: z.number().int().positive().optional(),
  /** Of a question: the task that waits for the answer, and which try of it. Absent = none does. */
  asks: z.strictObject({ taskId: taskIdSchema, generation: z.number().int() }).optional(),
})
export type Delivery = z.infer<typeof deliverySchema>

/** A waiting delivery, and the times that hold for it from now on, ms. */
export interface MailTime {
  readonly id: string
  readonly notBefore: number | null
  readonly noticeAt: number | null
}

export const deliveryIdOf = (messageId: MessageId, recipient: string): string =>
  `${messageId}>${recipient}`

export const isOpenDelivery = ({ state }: Pick<Delivery, 'state'>): boolean =>
  state.kind === 'waiting' || state.kind === 'taken'

/** Whom a message is for, as the settings know it. */
export interface Recipient {
  /** As a delivery names it: `NAME`, `person`, `task:ID`, `agent-7`, `NAME@machine`. */
  readonly name: string
  readonly kind: RecipientKind
}

/** How a job of this yard is named as a sender. */
export const jobSender = (name: string): string => `job:${name}`
export const isJobSender = (from: string): boolean => from.startsWith('job:') && !from.includes('@')

/** Of another machine: `NAME@machine`. */
export const isElsewhere = (name: string): boolean => name.includes('@')

/** Whom the messages of a yard itself are from, of this one or of another machine's. Nobody reads what is sent there. */
export const isYardSender = (from: string): boolean => from === 'yard' || from.startsWith('yard@')

/** Everybody without a name of their own among the members: whoever looks at the yard. */
export const ANY_PERSON = 'person'

export const MEMBER_PATTERN = /^[A-Za-z0-9_-]{1,32}$/
/** Names that mean something else where a recipient is named. */
const RESERVED = /^(all|person|yard|job|task|agent-[0-9]+)$/
export const isMemberName = (name: string): boolean =>
  MEMBER_PATTERN.test(name) && !RESERVED.test(name)

/** How a turn that ends badly gives back what it took. */
export interface MailPolicy {
  /** Turns after which a delivery is dead. */
  readonly tries: number
  /** Wait before the first repeat, ms; doubled for each next one, up to an hour. */
  readonly retryAfterMs: number
  /** A person drives its turns: none of them is a try. */
  readonly isPiloted?: boolean
}

/** Given to the person that it is for, or to whoever drives the member that it is for. Earlier programs counted a person's as tries. */
export const noticesOf = ({ recipientKind, tries, notices = 0 }: Delivery): number =>
  recipientKind === 'person' ? tries + notices : notices

/** A longer wait than this is never set. */
const MAX_RETRY_MS = 3_600_000

/** Before the repeat after so many bad turns, ms. */
export const repeatDelayMs = ({ retryAfterMs }: MailPolicy, tries: number): number =>
  Math.max(retryAfterMs, Math.min(retryAfterMs * 2 ** Math.max(0, tries - 1), MAX_RETRY_MS))
