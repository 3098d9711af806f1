/** How messages, deliveries, runs of jobs, tokens and other machines become rows. */
import type Database from 'better-sqlite3'
import type { EntityChange } from '../../domain/plan.ts'
import { BODY_VERSION } from '../bodies.ts'

type Of<E extends EntityChange['entity']> = Extract<EntityChange, { entity: E }>
export type MailChange = Of<'message' | 'delivery' | 'jobRun' | 'token' | 'peer'>

/** The newest runs of a job that are kept. */
export const KEPT_RUNS = 100

export function prepareMailTables(db: Database.Database): (change: MailChange) => void {
  const message = db.prepare(
    'INSERT INTO message (id, at, sender, task_id, reply_to, v, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const delivery = db.prepare(
    `INSERT INTO delivery (id, message_id, recipient, sender, state, at, v, body)
     VALUES (:id, :messageId, :recipient, :from, :state, :at, :v, :body)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, v = excluded.v, body = excluded.body`,
  )
  const run = db.prepare(
    `INSERT INTO job_run (id, job, number, is_open, v, body) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, v = excluded.v, body = excluded.body`,
  )
  // By their count: numbers are also given to what could not be saved. One that is open is waited for.
  const prune = db.prepare(
    `DELETE FROM job_run WHERE job = :job AND is_open = 0 AND number <=
       (SELECT number FROM job_run WHERE job = :job ORDER BY number DESC LIMIT 1 OFFSET ${KEPT_RUNS})`,
  )
  const put = (table: 'token' | 'peer') =>
    db.prepare(
      `INSERT INTO ${table} (id, v, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET v = excluded.v, body = excluded.body`,
    )
  const [token, peer] = [put('token'), put('peer')]
  return (change) => {
    if (!change.after) return
    const body = JSON.stringify(change.after)
    switch (change.entity) {
      case 'message': {
        const { id, at, from, task, replyTo } = change.after
        return void message.run(id, at, from, task, replyTo, BODY_VERSION, body)
      }
      case 'delivery': {
        const { id, messageId, recipient, from, at, state } = change.after
        const row = { id, messageId, recipient, from, at, state: state.kind }
        return void delivery.run({ ...row, v: BODY_VERSION, body })
      }
      case 'jobRun': {
        const { id, job, number, outcome } = change.after
        run.run(id, job, number, outcome === null ? 1 : 0, BODY_VERSION, body)
        if (change.before === null && number > KEPT_RUNS) prune.run({ job })
        return
      }
      case 'token':
        return void token.run(change.id, BODY_VERSION, body)
      case 'peer':
        return void peer.run(change.id, BODY_VERSION, body)
    }
  }
}
