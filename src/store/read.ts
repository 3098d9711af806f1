/** Reads of the entity tables, through their schemas where a row comes from outside the plan. */
import type Database from 'better-sqlite3'
import type { Reply } from '../domain/command.ts'
import { agentNumberOf, type AgentId, type TaskId } from '../domain/ids.ts'
import {
  createPlan,
  dependencyIdOf,
  type Breaker,
  type LogLine,
  type MutablePlan,
  type StoredArtifact,
  type YardFacts,
} from '../domain/plan.ts'
import { agentSchema, type Agent } from '../domain/agent.ts'
import { taskSchema, type Task } from '../domain/task.ts'
import { BODY_VERSION } from './tables.ts'
import type { AgentFilter, StoreReader } from './store.ts'

export function prepareReads(
  db: Database.Database,
): Omit<StoreReader, 'seq' | 'journal'> & { replyOf(id: string): Reply | null } {
  const agent = db.prepare('SELECT body FROM agent WHERE number = ?').pluck()
  const log = db
    .prepare(
      'SELECT body FROM (SELECT body, at, rowid FROM log_line WHERE task_id = ? ORDER BY at DESC, rowid DESC LIMIT ?) ORDER BY at, rowid',
    )
    .pluck()
  const artifacts = db.prepare('SELECT body FROM artifact WHERE task_id = ? ORDER BY rowid').pluck()
  const reply = db.prepare('SELECT reply FROM command WHERE id = ?').pluck()
  const parse = <T>(body: unknown): T => JSON.parse(String(body)) as T
  return {
    agent(id) {
      const body = agent.get(agentNumberOf(id))
      return body === undefined ? null : parse<Agent>(body)
    },
    agents: (filter) =>
      db
        .prepare(agentQuery(filter))
        .pluck()
        .all({ task: filter.taskId ?? null, limit: filter.limit ?? -1 })
        .map((body) => parse<Agent>(body)),
    logOf: (taskId, limit = 1000) => log.all(taskId, limit).map((body) => parse<LogLine>(body)),
    artifactsOf: (taskId) => artifacts.all(taskId).map((body) => parse<StoredArtifact>(body)),
    replyOf(id) {
      const body = reply.get(id)
      return body === undefined ? null : parse<Reply>(body)
    },
  }
}

function agentQuery({ which, taskId }: AgentFilter): string {
  const states = {
    all: null,
    alive: "state <> 'ended'",
    dead: "state = 'ended'",
    working: "state = 'working'",
  }[which]
  const where = [states, taskId ? 'task_id = :task' : ':task IS NULL'].filter(Boolean).join(' AND ')
  return `SELECT body FROM (SELECT number, body FROM agent WHERE ${where} ORDER BY number DESC LIMIT :limit) ORDER BY number`
}

/** Rows between two looks at the clock while loading; keeps each slice of the loop short. */
const SLICE = 2000

/** Reads the whole plan, yielding between slices: tasks, dependencies, living agents, breakers, facts. */
export async function loadPlan(
  db: Database.Database,
  breathe: () => Promise<void>,
): Promise<MutablePlan> {
  const plan = createPlan()
  for (const rows of slices<{ v: number; body: string }>(
    db,
    'SELECT rowid AS k, v, body FROM task WHERE rowid > ? ORDER BY rowid LIMIT ?',
  )) {
    for (const row of rows) {
      const task = toTask(row)
      plan.put({ entity: 'task', id: task.id, before: null, after: task })
    }
    await breathe()
  }
  let count = 0
  for (const edge of db.prepare('SELECT blocker, dependent FROM dependency').all() as {
    blocker: TaskId
    dependent: TaskId
  }[]) {
    const id = dependencyIdOf(edge.blocker, edge.dependent)
    plan.put({ entity: 'dependency', id, before: null, after: { id, ...edge } })
    if (++count % SLICE === 0) await breathe()
  }
  for (const body of db.prepare("SELECT body FROM agent WHERE state <> 'ended'").pluck().all()) {
    const agent = agentSchema.parse(JSON.parse(String(body)))
    plan.put({ entity: 'agent', id: agent.id, before: null, after: agent })
  }
  loadSmall(db, plan)
  return plan
}

function loadSmall(db: Database.Database, plan: MutablePlan): void {
  for (const body of db.prepare('SELECT body FROM breaker').pluck().all()) {
    const breaker = JSON.parse(String(body)) as Breaker
    plan.put({ entity: 'breaker', id: breaker.id, before: null, after: breaker })
  }
  const facts = db.prepare("SELECT body FROM yard_fact WHERE id = 'yard'").pluck().get()
  if (facts !== undefined)
    plan.put({
      entity: 'yard',
      id: 'yard',
      before: null,
      after: JSON.parse(String(facts)) as YardFacts,
    })
}

function* slices<T>(db: Database.Database, sql: string): Generator<T[]> {
  const select = db.prepare(sql)
  let key = -1
  for (;;) {
    const rows = select.all(key, SLICE) as (T & { k: number })[]
    const last = rows.at(-1)
    if (!last) return
    key = last.k
    yield rows
  }
}

/** Bodies of today's version were written by this very code from a parsed task; only an older version is parsed again. */
function toTask(row: { v: number; body: string }): Task {
  const body: unknown = JSON.parse(row.body)
  return row.v === BODY_VERSION ? (body as Task) : taskSchema.parse(body)
}

export const highestAgentNumber = (db: Database.Database): number =>
  Number(db.prepare('SELECT coalesce(max(number), 0) FROM agent').pluck().get())

export type { AgentId }
