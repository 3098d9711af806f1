/**
 * Reads of the journal for history views. Each answers from an index and gives a bounded piece, so that the owner's
 * loop is never held: callers ask again for the next piece.
 */
import type Database from 'better-sqlite3'
import { toRow, type RawRow, type StoredRow } from './journal.ts'

/** A count of rows and of failed tasks in one step of time. */
type ActivityStep = Readonly<Record<'step' | 'events' | 'failures', number>>

/** One change of a task's stored status (`null` = the task is gone), or an agent that began or ended. */
export interface Turn {
  readonly seq: number
  readonly at: number
  readonly entity: 'task' | 'agent'
  readonly id: string
  readonly event: string
  readonly kind: string | null
}

export interface Span {
  /** ms, inclusive. */
  readonly from: number
  /** ms, exclusive. */
  readonly to: number
}

export type HistoryReads = ReturnType<typeof prepareHistory>

const COLUMNS = 'seq, at, event, by, entity, id, change'
/** An event changes several entities; one row of each says what happened, the others only repeat it. */
const TELLS = `NOT (entity = 'task' AND (event LIKE 'agent.%' OR event LIKE 'evaluation.%')) AND NOT (entity = 'dependency' AND event = 'task.removed')`
/** Of a change that is no sound JSON none, where `json_extract` alone would end the whole read. */
const fieldOf = (path: string): string =>
  `CASE WHEN json_valid(change) THEN json_extract(change, '${path}') END`
const STATUS = fieldOf('$.s.state.kind')

export function prepareHistory(db: Database.Database) {
  return { ...prepareTimes(db), ...prepareRows(db), ...prepareTurns(db) }
}

function prepareTimes(db: Database.Database) {
  const first = db.prepare('SELECT at FROM journal ORDER BY seq LIMIT 1').pluck()
  const last = db
    .prepare(
      'SELECT max(seq) FROM journal WHERE at = (SELECT at FROM journal WHERE at <= ? ORDER BY at DESC LIMIT 1)',
    )
    .pluck()
  const end = db
    .prepare('SELECT at FROM journal WHERE at >= ? AND at < ? ORDER BY at LIMIT 1 OFFSET ?')
    .pluck()
  const activity = db.prepare(
    `SELECT CAST((at - :origin) / :stepMs AS INTEGER) AS step, count(*) AS events, sum(event = 'task.failed') AS failures
     FROM journal WHERE at >= :from AND at < :to GROUP BY step ORDER BY step`,
  )
  // A whole import is written at one instant: then counting by steps would read each row's event for nothing.
  const instant = db.prepare(
    `SELECT CAST((:at - :origin) / :stepMs AS INTEGER) AS step, (SELECT count(*) FROM journal WHERE at = :at) AS events,
            (SELECT count(*) FROM journal WHERE at = :at AND event = 'task.failed') AS failures`,
  )
  const failures = db
    .prepare(
      "SELECT at FROM journal WHERE at >= ? AND at < ? AND event = 'task.failed' ORDER BY at DESC LIMIT ?",
    )
    .pluck()
  const ended = db
    .prepare(
      `SELECT number FROM agent WHERE state = 'ended' AND json_extract(body, '$.endedAt') >= ? AND json_extract(body, '$.endedAt') < ?
       ORDER BY json_extract(body, '$.endedAt') DESC LIMIT ?`,
    )
    .pluck()
  const asNumber = (value: unknown): number | null => (typeof value === 'number' ? value : null)
  return {
    /** Time of the first row, ms; null without any. */
    firstAt: () => asNumber(first.get()),
    /** The last row that was written at or before `at`; 0 when there is none. */
    seqAt: (at: number) => asNumber(last.get(at)) ?? 0,
    /** The time that `count` rows from `from` on take; `to` when there are fewer. Always later than `from`. */
    pieceEnd: (from: number, to: number, count: number) =>
      Math.max(asNumber(end.get(from, to, count)) ?? to, from + 1),
    /** Rows of `from <= at < to`, in steps of `stepMs` counted from `origin`. */
    activity: (span: Span & { readonly origin: number; readonly stepMs: number }) => {
      const { from, to, origin, stepMs } = span
      const isInstant = Number.isInteger(from) && to === from + 1
      const steps = isInstant
        ? instant.all({ at: from, origin, stepMs })
        : activity.all({ from, to, origin, stepMs })
      return (steps as ActivityStep[]).filter(({ events }) => events > 0)
    },
    /** Times of failed tasks in the span, newest first. */
    failures: ({ from, to }: Span, limit: number) => failures.all(from, to, limit) as number[],
    /** Ids of agents that ended in the span, newest first. */
    endedAgents: ({ from, to }: Span, limit: number) =>
      ended.all(from, to, limit).map((number) => `agent-${String(number)}`),
  }
}

function prepareTurns(db: Database.Database) {
  const turns = db.prepare(
    `SELECT seq, at, entity, id, event, CASE WHEN change IS NULL THEN NULL ELSE ${STATUS} END AS kind
     FROM journal WHERE seq > ? AND seq <= ? AND (
       (entity = 'task' AND (change IS NULL OR ${STATUS} IS NOT NULL)) OR
       (entity = 'agent' AND event IN ('agent.claimed', 'agent.ended'))) ORDER BY seq`,
  )
  const before = db
    .prepare(
      `SELECT coalesce(${STATUS}, '') FROM journal WHERE entity = 'task' AND id = ? AND seq < ?
       AND (change IS NULL OR ${STATUS} IS NOT NULL) ORDER BY seq DESC LIMIT 1`,
    )
    .pluck()
  return {
    /** What changed a status or began or ended an agent, in rows `after < seq <= upTo`. */
    turns: (after: number, upTo: number) => turns.all(after, upTo) as Turn[],
    /** Stored status of a task just before that row; null when it was not there. */
    statusBefore(taskId: string, seq: number) {
      const kind = before.get(taskId, seq)
      return typeof kind === 'string' && kind !== '' ? kind : null
    },
  }
}

function prepareRows(db: Database.Database) {
  const rows = (sql: string) => {
    const statement = db.prepare(sql)
    return (args: Readonly<Record<string, unknown>>): StoredRow[] =>
      (statement.all(args) as RawRow[]).map(toRow)
  }
  const planRows = rows(
    `SELECT ${COLUMNS} FROM journal WHERE seq > :after AND seq <= :upTo AND entity NOT IN ('log', 'artifact', 'evaluation', 'opinion', 'identity', 'message', 'token', 'peer', 'jobRun') ORDER BY seq`,
  )
  const rowBefore = rows(
    `SELECT ${COLUMNS} FROM journal WHERE entity = :entity AND id = :id AND seq < :seq ORDER BY seq DESC LIMIT 1`,
  )
  const tail = rows(
    `SELECT ${COLUMNS} FROM journal WHERE seq < :before AND ${TELLS} ORDER BY seq DESC LIMIT :limit`,
  )
  const ofTask = rows(TASK_ROWS)
  return {
    /** Rows `after < seq <= upTo` of entities that a plan is made of, oldest first. */
    planRows: (after: number, upTo: number) => planRows({ after, upTo }),
    /** The newest row of an entity before that one; null = none. */
    rowBefore: (entity: string, id: string, seq: number) =>
      rowBefore({ entity, id, seq })[0] ?? null,
    /** All rows that say something, newest first. */
    tailRows: (before: number, limit: number) => tail({ before, limit }),
    /** Rows about one task and its agents, newest first. */
    taskRows: (taskId: string, before: number, limit: number) =>
      ofTask({ task: taskId, breaker: `respawn:${taskId}`, before, limit }),
  }
}

/** Of each kind no more than asked for; of agents only the newest, for each of them has at least one row. */
const TASK_ROWS = `
WITH near (seq) AS (
  SELECT * FROM (SELECT seq FROM journal WHERE entity = 'task' AND id = :task AND seq < :before AND event NOT LIKE 'agent.%' AND event NOT LIKE 'evaluation.%' ORDER BY seq DESC LIMIT :limit)
  UNION ALL
  SELECT * FROM (SELECT seq FROM journal WHERE entity = 'breaker' AND id = :breaker AND seq < :before ORDER BY seq DESC LIMIT :limit)
  UNION ALL
  SELECT * FROM (SELECT seq FROM journal WHERE entity = 'dependency' AND substr(id, instr(id, '>') + 1) = :task AND seq < :before AND event <> 'task.removed' ORDER BY seq DESC LIMIT :limit)
  UNION ALL
  SELECT * FROM (SELECT j.seq FROM log_line AS l CROSS JOIN journal AS j ON j.entity = 'log' AND j.id = l.id WHERE l.task_id = :task AND j.seq < :before ORDER BY l.at DESC, j.seq DESC LIMIT :limit)
  UNION ALL
  SELECT * FROM (SELECT j.seq FROM artifact AS a CROSS JOIN journal AS j ON j.entity = 'artifact' AND j.id = a.id WHERE a.task_id = :task AND j.seq < :before ORDER BY j.seq DESC LIMIT :limit)
  UNION ALL
  SELECT * FROM (SELECT j.seq FROM judgement AS q CROSS JOIN journal AS j ON j.entity = 'judgement' AND j.id = 'judge-' || q.number WHERE q.task_id = :task AND j.seq < :before ORDER BY j.seq DESC LIMIT :limit)
  UNION ALL
  SELECT * FROM (SELECT j.seq FROM evaluation AS e CROSS JOIN journal AS j ON j.entity = 'evaluation' AND j.id = e.id WHERE e.task_id = :task AND j.seq < :before ORDER BY j.seq DESC LIMIT :limit)
  UNION ALL
  SELECT * FROM (SELECT j.seq FROM evaluation AS e CROSS JOIN opinion AS o ON o.evaluation_id = e.id CROSS JOIN journal AS j ON j.entity = 'opinion' AND j.id = o.id WHERE e.task_id = :task AND j.seq < :before ORDER BY j.seq DESC LIMIT :limit)
  UNION ALL
  SELECT j.seq FROM (
    SELECT DISTINCT ${fieldOf('$.s.lastAgentId')} AS agent FROM (
      SELECT change FROM journal WHERE entity = 'task' AND id = :task AND event = 'agent.claimed' AND seq < :before ORDER BY seq DESC LIMIT :limit)
  ) AS mine JOIN journal AS j ON j.entity = 'agent' AND j.id = mine.agent WHERE j.seq < :before AND j.event <> 'agent.forgotten'
)
SELECT ${COLUMNS} FROM journal WHERE seq IN (SELECT seq FROM near ORDER BY seq DESC LIMIT :limit) ORDER BY seq DESC`
