/** SQL of the entity tables: how an entity becomes a row and a row an entity. Statements are prepared once per store. */
import type Database from 'better-sqlite3'
import { assertNever } from '../base/result.ts'
import { agentNumberOf, type AgentId } from '../domain/ids.ts'
import {
  type Evaluation,
  judgementNumberOf,
  type JudgementId,
  type Opinion,
} from '../domain/judging/evaluation.ts'
import type { EntityChange } from '../domain/plan.ts'
import { BODY_VERSION, packed } from './bodies.ts'
import { prepareMailTables } from './mail/mail-tables.ts'
import type { RowsOfTasks } from './rows-of-tasks.ts'
import { prepareSpent } from './spending.ts'
import type { ReplyRow } from './store.ts'

export function prepareTables(db: Database.Database, rows: RowsOfTasks) {
  const writeTask = prepareTask(db)
  const writeAgent = prepareAgent(db)
  const writeDependency = prepareDependency(db)
  const writeBreaker = prepareSmall(db, 'breaker')
  const writeFact = prepareSmall(db, 'yard_fact')
  const writeIdentity = prepareSmall(db, 'identity')
  const log = db.prepare('INSERT INTO log_line (id, task_id, at, v, body) VALUES (?, ?, ?, ?, ?)')
  const writeJudgement = prepareJudgement(db)
  const writeEvaluation = prepareEvaluation(db)
  const writeOpinion = prepareOpinion(db)
  const writeMail = prepareMailTables(db)
  const artifact = db.prepare('INSERT INTO artifact (id, task_id, v, body) VALUES (?, ?, ?, ?)')
  return {
    write(change: EntityChange): void {
      switch (change.entity) {
        case 'task':
          return writeTask(change)
        case 'agent':
          return writeAgent(change)
        case 'dependency':
          return writeDependency(change)
        case 'breaker':
          return writeBreaker(change.id, change.after)
        case 'yard':
          return writeFact(change.id, change.after)
        case 'log': {
          const { id, taskId, at } = change.after
          rows.log.add(taskId)
          return void log.run(id, taskId, at, BODY_VERSION, JSON.stringify(change.after))
        }
        case 'identity':
          return writeIdentity(change.id, change.after)
        case 'judgement':
          return writeJudgement(change)
        case 'evaluation':
          return writeEvaluation(change.after)
        case 'opinion':
          return writeOpinion(change.after)
        case 'artifact': {
          const { id, taskId } = change.after
          rows.artifact.add(taskId)
          return void artifact.run(id, taskId, BODY_VERSION, JSON.stringify(change.after))
        }
        case 'message':
        case 'delivery':
        case 'jobRun':
        case 'token':
        case 'peer':
          return writeMail(change)
        default:
          return assertNever(change)
      }
    },
  }
}

type Change<E extends EntityChange['entity']> = Extract<EntityChange, { entity: E }>

function prepareTask(db: Database.Database): (change: Change<'task'>) => void {
  const insert = db.prepare('INSERT INTO task (id, state, v, body) VALUES (?, ?, ?, ?)')
  const update = db.prepare('UPDATE task SET state = ?, v = ?, body = ? WHERE id = ?')
  const remove = db.prepare('DELETE FROM task WHERE id = ?')
  return ({ id, before, after }) => {
    if (!after) remove.run(id)
    else if (before) update.run(after.state.kind, BODY_VERSION, packed('task', after), id)
    else insert.run(id, after.state.kind, BODY_VERSION, packed('task', after))
  }
}

function prepareAgent(db: Database.Database): (change: Change<'agent'>) => void {
  const insert = db.prepare(
    'INSERT INTO agent (number, task_id, state, v, body) VALUES (?, ?, ?, ?, ?)',
  )
  const update = db.prepare('UPDATE agent SET state = ?, v = ?, body = ? WHERE number = ?')
  const remove = db.prepare('DELETE FROM agent WHERE number = ?')
  const spent = prepareSpent(db)
  const raise = db.prepare(
    "INSERT INTO meta (key, value) VALUES ('last_agent', ?) ON CONFLICT (key) DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))",
  )
  return ({ id, before, after }) => {
    const number = agentNumberOf(id as AgentId)
    if (!after) {
      remove.run(number)
      // Its number is never given again: tokens, folders and refs bear it.
      raise.run(String(number))
    } else if (before) update.run(after.state.kind, BODY_VERSION, packed('agent', after), number)
    else insert.run(number, after.taskId, after.state.kind, BODY_VERSION, packed('agent', after))
    if (after?.state.kind === 'ended' && before?.state.kind !== 'ended')
      spent({ ...after, key: number, purpose: 'work' })
  }
}

function prepareJudgement(db: Database.Database): (change: Change<'judgement'>) => void {
  const insert = db.prepare(
    'INSERT INTO judgement (number, task_id, state, v, body) VALUES (?, ?, ?, ?, ?)',
  )
  const update = db.prepare('UPDATE judgement SET state = ?, v = ?, body = ? WHERE number = ?')
  const spent = prepareSpent(db)
  return ({ id, before, after }) => {
    if (!after) return
    const [number, state] = [judgementNumberOf(id as JudgementId), after.state.kind]
    if (before) update.run(state, BODY_VERSION, JSON.stringify(after), number)
    else insert.run(number, after.taskId, state, BODY_VERSION, JSON.stringify(after))
    const { judge, usage } = after
    if (after.state.kind !== 'ended' || !judge || !usage) return
    const { executor, model } = judge
    spent({ ...after, key: -number, executor, model, endedAt: after.state.at })
  }
}

/** Who worked is read from the agent as it is now: it may be forgotten later. */
function prepareEvaluation(db: Database.Database): (evaluation: Evaluation) => void {
  // Subqueries, because a join costs twice as much here.
  const insert = db.prepare(
    `INSERT INTO evaluation (id, task_id, agent, at, executor, model, identity, identity_name, kind, model_score, score, passed, v, body)
     VALUES (:id, :task, :agent, :at,
       coalesce((SELECT executor FROM spent WHERE agent = :agent), ${ofAgent('executor')}),
       coalesce((SELECT model FROM spent WHERE agent = :agent), ${ofAgent('model')}),
       ${ofAgent('identity.id')}, ${ofAgent('identity.name')}, :kind,
       :score, :effective, :passed, :v, :body)`,
  )
  return (evaluation) => {
    const { id, taskId: task, agentId, kind, at, score, passed, kept } = evaluation
    const effective = kept?.score ?? score
    const row = { id, task, agent: agentNumberOf(agentId), kind, at, score, effective }
    const isPassed = passed === null ? null : Number(passed)
    insert.run({ ...row, passed: isPassed, v: BODY_VERSION, body: JSON.stringify(evaluation) })
  }
}

const ofAgent = (field: string): string =>
  `(SELECT json_extract(body, '$.${field}') FROM agent WHERE number = :agent)`

/** An audit is only counted; any other opinion makes the effective score. */
function prepareOpinion(db: Database.Database): (opinion: Opinion) => void {
  const insert = db.prepare(
    'INSERT INTO opinion (id, evaluation_id, score, is_audit, v, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const audited = db.prepare('UPDATE evaluation SET audited = 1 WHERE id = ?')
  const scored = db.prepare('UPDATE evaluation SET score = coalesce(?, model_score) WHERE id = ?')
  return (opinion) => {
    const { id, evaluationId, score, isAudit } = opinion
    insert.run(id, evaluationId, score, Number(isAudit), BODY_VERSION, JSON.stringify(opinion))
    if (isAudit) audited.run(evaluationId)
    else scored.run(score, evaluationId)
  }
}

function prepareDependency(db: Database.Database): (change: Change<'dependency'>) => void {
  const insert = db.prepare('INSERT INTO dependency (blocker, dependent) VALUES (?, ?)')
  const remove = db.prepare('DELETE FROM dependency WHERE blocker = ? AND dependent = ?')
  return ({ before, after }) => {
    if (after) insert.run(after.blocker, after.dependent)
    else if (before) remove.run(before.blocker, before.dependent)
  }
}

function prepareSmall(
  db: Database.Database,
  table: 'breaker' | 'yard_fact' | 'identity',
): (id: string, after: object | null) => void {
  const put = db.prepare(
    `INSERT INTO ${table} (id, v, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET v = excluded.v, body = excluded.body`,
  )
  const remove = db.prepare(`DELETE FROM ${table} WHERE id = ?`)
  return (id, after) => {
    if (after) put.run(id, BODY_VERSION, JSON.stringify(after))
    else remove.run(id)
  }
}

/** How many replies are remembered, so that a repeated command has one effect. */
const KEPT_REPLIES = 100_000

export function prepareReplies(db: Database.Database) {
  const insert = db.prepare('INSERT INTO command (id, at, reply) VALUES (?, ?, ?)')
  const forget = db.prepare(
    'DELETE FROM command WHERE rowid <= (SELECT max(rowid) FROM command) - ?',
  )
  return {
    save(replies: readonly ReplyRow[]): void {
      for (const { id, at, text } of replies) insert.run(id, at, text)
      if (replies.length > 0) forget.run(KEPT_REPLIES)
    },
  }
}
