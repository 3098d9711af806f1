/** Reads of messages and what became of them, of runs of jobs and of tokens. What lists filter by are columns. */
import type Database from 'better-sqlite3'
import { storableText } from '../../domain/bounds.ts'
import { type AccessToken, accessTokenSchema } from '../../domain/messages/access-token.ts'
import { type JobRun, jobRunSchema } from '../../domain/messages/job.ts'
import {
  type Delivery,
  deliverySchema,
  type Message,
  messageSchema,
} from '../../domain/messages/message.ts'
import { type Peer, peerSchema } from '../../domain/messages/peer.ts'
import type { MutablePlan } from '../../domain/plan.ts'

export interface MessageFilter {
  /** Sent to or by one of these. */
  readonly names?: readonly string[] | undefined
  /** With names: or about this task. */
  readonly about?: string | undefined
  readonly state?: 'open' | 'dead' | undefined
  readonly kind?: string | undefined
  /** Older than this message. */
  readonly before?: string | undefined
  readonly limit: number
}

export interface StoredMessage {
  readonly message: Message
  readonly deliveries: readonly Delivery[]
}

/** Of the runs of a job that are kept. */
export interface JobTimes {
  /** The latest time that one was meant for, ms; null where all were started by hand. */
  readonly last: number | null
  readonly oldestAt: number | null
  readonly count: number
}

export type MailReads = ReturnType<typeof prepareMailReads>

export function prepareMailReads(db: Database.Database) {
  const byId = db.prepare('SELECT body FROM message WHERE id = ?').pluck()
  const ending = db.prepare('SELECT id FROM message WHERE id LIKE ? LIMIT 2').pluck()
  const deliveries = db
    .prepare('SELECT body FROM delivery WHERE message_id = ? ORDER BY rowid')
    .pluck()
  const delivery = db.prepare('SELECT body FROM delivery WHERE id = ?').pluck()
  const threadOf = prepareThreads(db)
  const recent = db
    .prepare(
      'SELECT id FROM delivery WHERE sender = ? AND recipient = ? AND at > ? AND at <= ? LIMIT ?',
    )
    .pluck()
  const stored = (body: unknown): StoredMessage[] => {
    const message = readMessage(String(body))
    return message ? [{ message, deliveries: deliveries.all(message.id).map(toDelivery) }] : []
  }
  return {
    message(id: string): StoredMessage | null {
      const body = byId.get(id)
      return body === undefined ? null : (stored(body)[0] ?? null)
    },
    /** Ids of at most two messages whose id ends so. */
    endingWith: (end: string): string[] => ending.all(`%${end}`).map(String),
    /** What it answers, it, and what answers either among the messages that came next; oldest first. */
    thread: (id: string): StoredMessage[] =>
      threadOf(id).flatMap((each) => {
        const body = byId.get(each)
        return body === undefined ? [] : stored(body)
      }),
    /** Newest first. */
    messages: (filter: MessageFilter): StoredMessage[] =>
      db.prepare(messageQuery(filter)).pluck().all(valuesOf(filter)).flatMap(stored),
    /** Every dead delivery that was not dropped, newest first. */
    dead: (limit: number): Delivery[] =>
      db
        .prepare("SELECT body FROM delivery WHERE state = 'dead' ORDER BY at DESC LIMIT ?")
        .pluck()
        .all(limit)
        .map(toDelivery),
    delivery(id: string): Delivery | null {
      const body = delivery.get(id)
      return body === undefined ? null : toDelivery(body)
    },
    /** Ids of deliveries from one to another in that time, whatever became of them; at most so many. */
    sentBetween: (
      from: string,
      to: string,
      { since, until }: { readonly since: number; readonly until: number },
      limit: number,
    ): readonly string[] => recent.all(from, to, since, until, limit).map(String),
    ...prepareJobReads(db),
    ...prepareOrderReads(db),
    ...prepareTokenReads(db),
  }
}

function prepareTokenReads(db: Database.Database) {
  const tokens = db.prepare('SELECT body FROM token ORDER BY rowid').pluck()
  const used = db.prepare('SELECT last_used_at FROM token_use WHERE id = ?').pluck()
  return {
    /** Revoked ones included, oldest first. */
    tokens: (): AccessToken[] => tokens.all().map(toToken),
    /** When it was last used, ms; null = never. */
    tokenUsedAt(id: string): number | null {
      const at = used.get(id)
      return at === undefined ? null : Number(at)
    },
  }
}

/** So many messages after its first are looked through for those of a thread. */
const THREAD_REACH = 5000
const THREAD_DEPTH = 1000

interface ReplyRow {
  readonly id: string
  readonly replyTo: string | null
}

/** Ids of the thread of one message. */
function prepareThreads(db: Database.Database): (id: string) => string[] {
  const above = db.prepare('SELECT id, reply_to AS replyTo FROM message WHERE id = ?')
  const after = db.prepare(
    'SELECT id, reply_to AS replyTo FROM message WHERE id > ? ORDER BY id LIMIT ?',
  )
  return (id) => {
    const root = rootOf(id, (each) => above.get(each) as ReplyRow | undefined)
    const ids = new Set([root])
    for (const row of after.all(root, THREAD_REACH) as ReplyRow[])
      if (row.id === id || (row.replyTo !== null && ids.has(row.replyTo))) ids.add(row.id)
    return [...ids]
  }
}

function rootOf(id: string, find: (id: string) => ReplyRow | undefined): string {
  let root = id
  for (let depth = 0; depth < THREAD_DEPTH; depth++) {
    const above = find(root)?.replyTo ?? null
    if (above === null || find(above) === undefined) break
    root = above
  }
  return root
}

function prepareJobReads(db: Database.Database) {
  const runs = db
    .prepare('SELECT body FROM job_run WHERE job = ? ORDER BY number DESC LIMIT ?')
    .pluck()
  const lastRun = db.prepare('SELECT max(number) FROM job_run WHERE job = ?').pluck()
  const times = db.prepare(
    "SELECT max(json_extract(body, '$.scheduledFor')) AS last, min(json_extract(body, '$.at')) AS oldestAt, count(*) AS count FROM job_run WHERE job = ?",
  )
  const runAt = db
    .prepare("SELECT 1 FROM job_run WHERE job = ? AND json_extract(body, '$.scheduledFor') = ?")
    .pluck()
  return {
    /** Newest first. */
    jobRuns: (job: string, limit: number): JobRun[] =>
      runs.all(job, limit).map((body) => jobRunSchema.parse(JSON.parse(String(body)))),
    jobTimes: (job: string): JobTimes => times.get(job) as JobTimes,
    hasJobRun: (job: string, scheduledFor: number): boolean =>
      runAt.get(job, scheduledFor) !== undefined,
    lastRunNumber: (job: string): number => Number(lastRun.get(job) ?? 0),
  }
}

/** Where deliveries stand in the journal: an order that a client can go on from. */
function prepareOrderReads(db: Database.Database) {
  const sent = db
    .prepare("SELECT min(seq) FROM journal WHERE entity = 'delivery' AND id = ?")
    .pluck()
  const at = db.prepare("SELECT id FROM journal WHERE seq = ? AND entity = 'delivery'").pluck()
  return {
    /** The row with which it began; null where there is none. */
    deliverySeq(id: string): number | null {
      const seq = sent.get(id)
      return typeof seq === 'number' ? seq : null
    },
    /** The id of the delivery that a row is about. */
    deliveryAt(seq: number): string | null {
      const id = at.get(seq)
      return typeof id === 'string' ? id : null
    },
  }
}

/** Texts that an earlier program took although they cannot be handed on are mended: one message must not keep the others from being read. Null = it is none. */
function readMessage(body: string): Message | null {
  try {
    const read = messageSchema.safeParse(JSON.parse(body))
    if (read.success) return read.data
    const mended: unknown = JSON.parse(body, (key, value: unknown) => {
      if (typeof value !== 'string') return value
      const text = storableText(value)
      return key === 'text' && text === '' ? '…' : text
    })
    return messageSchema.safeParse(mended).data ?? null
  } catch {
    return null
  }
}

const toDelivery = (body: unknown): Delivery => deliverySchema.parse(JSON.parse(String(body)))
const toToken = (body: unknown): AccessToken => accessTokenSchema.parse(JSON.parse(String(body)))
const toPeer = (body: unknown): Peer => peerSchema.parse(JSON.parse(String(body)))

const STATES = { open: "('waiting','taken')", dead: "('dead')" }

/** With names, the state is that of a delivery to one of them; to who sent it, of any. `json_each` keeps their number out of the statement. */
function messageQuery({ names, about, state, kind, before }: MessageFilter): string {
  const isOne = '(SELECT value FROM json_each(:names))'
  const delivered = (...conditions: string[]): string =>
    `EXISTS (SELECT 1 FROM delivery WHERE ${['message_id = message.id', ...conditions].join(' AND ')})`
  const inState = state ? [`state IN ${STATES[state]}`] : []
  const isSent = [`sender IN ${isOne}`, ...(state ? [delivered(...inState)] : [])].join(' AND ')
  const isAbout = ['task_id = :about', ...(state ? [delivered(...inState)] : [])].join(' AND ')
  const orAbout = about === undefined ? '' : ` OR (${isAbout})`
  const isNamed = `((${isSent}) OR ${delivered(`recipient IN ${isOne}`, ...inState)}${orAbout})`
  const where = [
    ...(names ? [isNamed] : state ? [delivered(...inState)] : []),
    ...(kind ? ["json_extract(body, '$.kind') = :kind"] : []),
    ...(before ? ['id < :before'] : []),
  ]
  const condition = where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''
  return `SELECT body FROM message ${condition} ORDER BY id DESC LIMIT :limit`
}

const valuesOf = ({ names, about, kind, before, limit }: MessageFilter) => ({
  limit,
  ...(about === undefined ? {} : { about }),
  ...(names ? { names: JSON.stringify(names) } : {}),
  ...(kind ? { kind } : {}),
  ...(before ? { before } : {}),
})

/** Open deliveries, open runs of jobs, tokens that hold, and other machines. */
export function loadMail(db: Database.Database, plan: MutablePlan): void {
  const bodies = (sql: string): unknown[] => db.prepare(sql).pluck().all()
  const open = "SELECT body FROM delivery WHERE state IN ('waiting','taken') ORDER BY rowid"
  for (const body of bodies(open)) {
    const after = toDelivery(body)
    plan.put({ entity: 'delivery', id: after.id, before: null, after })
  }
  for (const body of bodies('SELECT body FROM job_run WHERE is_open = 1 ORDER BY rowid')) {
    const after = jobRunSchema.parse(JSON.parse(String(body)))
    plan.put({ entity: 'jobRun', id: after.id, before: null, after })
  }
  for (const body of bodies('SELECT body FROM token ORDER BY rowid')) {
    const after = toToken(body)
    plan.put({ entity: 'token', id: after.id, before: null, after })
  }
  for (const body of bodies('SELECT body FROM peer ORDER BY rowid')) {
    const after = toPeer(body)
    plan.put({ entity: 'peer', id: after.id, before: null, after })
  }
}

/** When tokens were last used: facts beside the journal, written inside a transaction of the writer. */
export function prepareTokenUse(db: Database.Database) {
  const put = db.prepare(
    'INSERT INTO token_use (id, last_used_at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET last_used_at = excluded.last_used_at',
  )
  return { set: (id: string, at: number): void => void put.run(id, at) }
}
