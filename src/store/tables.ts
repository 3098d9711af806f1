/** SQL of the entity tables: how an entity becomes a row and a row an entity. Statements are prepared once per store. */
import type Database from 'better-sqlite3'
import { assertNever } from '../base/result.ts'
import { agentNumberOf, type AgentId } from '../domain/ids.ts'
import type { EntityChange } from '../domain/plan.ts'

/** Version of the JSON bodies; a reader that meets another one must convert it. */
export const BODY_VERSION = 1

export interface Tables {
  write(change: EntityChange): void
}

export function prepareTables(db: Database.Database): Tables {
  const task = {
    insert: db.prepare('INSERT INTO task (id, state, v, body) VALUES (?, ?, ?, ?)'),
    update: db.prepare('UPDATE task SET state = ?, v = ?, body = ? WHERE id = ?'),
    remove: db.prepare('DELETE FROM task WHERE id = ?'),
  }
  const agent = {
    insert: db.prepare(
      'INSERT INTO agent (number, task_id, state, v, body) VALUES (?, ?, ?, ?, ?)',
    ),
    update: db.prepare('UPDATE agent SET state = ?, v = ?, body = ? WHERE number = ?'),
    remove: db.prepare('DELETE FROM agent WHERE number = ?'),
  }
  const dependency = {
    insert: db.prepare('INSERT INTO dependency (blocker, dependent) VALUES (?, ?)'),
    remove: db.prepare('DELETE FROM dependency WHERE blocker = ? AND dependent = ?'),
  }
  const log = db.prepare('INSERT INTO log_line (id, task_id, at, v, body) VALUES (?, ?, ?, ?, ?)')
  const artifact = db.prepare('INSERT INTO artifact (id, task_id, v, body) VALUES (?, ?, ?, ?)')
  const small = (table: 'breaker' | 'yard_fact') => ({
    put: db.prepare(
      `INSERT INTO ${table} (id, v, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET v = excluded.v, body = excluded.body`,
    ),
    remove: db.prepare(`DELETE FROM ${table} WHERE id = ?`),
  })
  const breaker = small('breaker')
  const fact = small('yard_fact')

  const writeTask = ({ id, before, after }: Extract<EntityChange, { entity: 'task' }>): void => {
    if (!after) task.remove.run(id)
    else if (before) task.update.run(after.state.kind, BODY_VERSION, JSON.stringify(after), id)
    else task.insert.run(id, after.state.kind, BODY_VERSION, JSON.stringify(after))
  }
  const writeAgent = ({ id, before, after }: Extract<EntityChange, { entity: 'agent' }>): void => {
    const number = agentNumberOf(id as AgentId)
    if (!after) agent.remove.run(number)
    else if (before) agent.update.run(after.state.kind, BODY_VERSION, JSON.stringify(after), number)
    else
      agent.insert.run(number, after.taskId, after.state.kind, BODY_VERSION, JSON.stringify(after))
  }
  const writeSmall = (table: ReturnType<typeof small>, id: string, after: object | null): void => {
    if (after) table.put.run(id, BODY_VERSION, JSON.stringify(after))
    else table.remove.run(id)
  }

  return {
    write(change) {
      switch (change.entity) {
        case 'task':
          return writeTask(change)
        case 'agent':
          return writeAgent(change)
        case 'dependency':
          if (change.after) dependency.insert.run(change.after.blocker, change.after.dependent)
          else if (change.before)
            dependency.remove.run(change.before.blocker, change.before.dependent)
          return
        case 'breaker':
          return writeSmall(breaker, change.id, change.after)
        case 'yard':
          return writeSmall(fact, change.id, change.after)
        case 'log':
          return void log.run(
            change.id,
            change.after.taskId,
            change.after.at,
            BODY_VERSION,
            JSON.stringify(change.after),
          )
        case 'artifact':
          return void artifact.run(
            change.id,
            change.after.taskId,
            BODY_VERSION,
            JSON.stringify(change.after),
          )
        default:
          return assertNever(change)
      }
    },
  }
}
