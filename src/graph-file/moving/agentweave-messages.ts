/** Messages of AgentWeave, which have one recipient and a subject each, as messages of a yard. */
import { z } from 'zod'
import { utcIso } from '../../base/instant.ts'
import { oneLine } from '../../base/text.ts'
import { isStorableText, UNSTORABLE_TEXT } from '../../domain/bounds.ts'
import { derivedMessageId } from '../../domain/messages/derived-id.ts'
import {
  ANY_PERSON,
  MAX_MESSAGE,
  type MessageId,
  messageIdSchema,
} from '../../domain/messages/message.ts'
import { givenTaskIdSchema } from '../../domain/schemas.ts'
import type { LeftCounter, MovedMessage } from '../../domain/moving/transfer.ts'
import { type Findings, type Placed, some, utcInstant } from './source.ts'

const storable = z.string().refine(isStorableText, UNSTORABLE_TEXT)
/** It stands in the heading of a prompt. */
const name = storable
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'holds control characters')

export const messageSchema = z.looseObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be letters, digits, _ and -'),
  from: name,
  to: name,
  subject: storable.default(''),
  content: storable.default(''),
  type: z.string().max(100).default('message'),
  timestamp: z
    .string()
    .refine((text) => utcInstant(text) !== null, 'must be a point in time')
    .transform((text) => utcInstant(text) ?? 0),
  task_id: some.text,
})
type Said = z.infer<typeof messageSchema>
const KEYS = [...Object.keys(messageSchema.shape), 'read', 'read_at']

/** How AgentWeave calls whoever sits before it. */
export const HUMAN = 'user'

interface MailScene {
  readonly members: ReadonlySet<string>
  /** Of tasks. */
  readonly ids: ReadonlySet<string>
  readonly isStarted: boolean
}

/** As many as its text needs. */
export function toMessages(
  findings: Findings,
  { file, value, lineOf }: Placed<Said>,
  { members, ids, isStarted }: MailScene,
): MovedMessage[] {
  const { left } = findings
  const { id, from, to, timestamp: at } = value
  for (const key of Object.keys(value)) if (!KEYS.includes(key)) left.add(`messages.${key}`)
  const text = joinSubject(value)
  if (text.trim() === '') findings.fault(file, lineOf(['content']), 'subject and content are empty')
  if (to !== HUMAN && !members.has(to)) {
    left.add(`messages to ${oneLine(to, 60)}, who is not in the session`)
    return []
  }
  const about = subjectOf(left, value, ids)
  return piecesOf(text).map((piece, index): MovedMessage => ({
    id: messageIdOf(index === 0 ? id : `${id}#${index + 1}`, at),
    at: at + index,
    from: personOr(from),
    to: personOr(to),
    ...about,
    priority: isStarted ? 'normal' : 'low',
    text: piece,
  }))
}

const personOr = (name: string): string => (name === HUMAN ? ANY_PERSON : name)

/** What it is about. What asks for work or a review names a task here. */
function subjectOf(
  left: LeftCounter,
  { task_id, type }: Said,
  ids: ReadonlySet<string>,
): Pick<MovedMessage, 'task' | 'kind'> {
  const id = givenTaskIdSchema.safeParse(task_id)
  const task = id.success && ids.has(id.data) ? id.data : null
  if (task_id !== undefined && task === null) left.add('messages.task_id of no task here')
  const isOfTask = type === 'delegation' || type === 'review'
  const kind = task !== null && isOfTask ? type : 'message'
  if (kind !== type) left.add(`messages.type ${oneLine(type, 60)} (message here)`)
  return { task, kind }
}

/** The id of one that went out from here is the rest of it. */
function messageIdOf(id: string, at: number): MessageId {
  const own = messageIdSchema.safeParse(id.slice('msg-'.length))
  return id.startsWith('msg-') && own.success
    ? own.data
    : derivedMessageId(at, `agentweave ${id} ${utcIso(at)}`)
}

const joinSubject = ({ subject, content }: Said): string =>
  [subject, content].filter((text) => text !== '').join('\n\n')

/** The way back. */
export function splitSubject(text: string): { readonly subject: string; readonly content: string } {
  const [, subject = '', content = text] = /^([^\n]{1,256})\n\n([\s\S]+)$/.exec(text) ?? []
  return { subject, content }
}

/** None ends in the middle of a character. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (let rest = text; rest !== '';) {
    const whole = rest.slice(0, MAX_MESSAGE)
    const piece = whole.isWellFormed() ? whole : whole.slice(0, -1)
    pieces.push(piece)
    rest = rest.slice(piece.length)
  }
  return pieces
}
