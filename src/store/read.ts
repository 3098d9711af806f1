/** Reads of the entity tables, through their schemas where a row comes from outside the plan. */
import type Database from 'better-sqlite3'
import type { Reply } from '../domain/command.ts'
import { createPlanLoader } from '../domain/graph/create-plan.ts'
import { type AgentId, agentNumberOf, type TaskId } from '../domain/ids.ts'
import {
  type Breaker,
  type LogLine,
  type MutablePlan,
  type RootPlan,
  type StoredArtifact,
  type YardFacts,
} from '../domain/plan.ts'
import { type Agent, agentSchema } from '../domain/agent.ts'
import type { Identity } from '../domain/judging/identity.ts'
import { judgementSchema } from '../domain/judging/judgement.ts'
import type { Task } from '../domain/task.ts'
import { upgraded } from './journal.ts'
import { loadMail } from './mail/mail-reads.ts'
import type { RowsOfTasks } from './rows-of-tasks.ts'
import { fullAgent, fullTask, plainTask } from './bodies.ts'

export interface AgentFilter {
  readonly which: 'all' | 'alive' | 'dead' | 'working'
  readonly taskId?: TaskId
  /** Those that had it, by its id. Without `taskId` all agents are looked through. */
  readonly conversation?: string
  readonly limit?: number
}

export interface StoredReply extends Reply {
  /** Fingerprint of that command; absent in what an earlier program stored. */
  readonly of?: string
}

export function prepareReads(db: Database.Database, rows: RowsOfTasks) {
  const agent = db.prepare('SELECT body FROM agent WHERE number = ?').pluck()
  const log = db
    .prepare(
      'SELECT body FROM (SELECT body, at, rowid FROM log_line WHERE task_id = ? ORDER BY at DESC, rowid DESC LIMIT ?) ORDER BY at, rowid',
    )
    .pluck()
  const artifacts = db.prepare('SELECT body FROM artifact WHERE task_id = ? ORDER BY rowid').pluck()
  const reply = db.prepare('SELECT reply FROM command WHERE id = ?').pluck()
  const identity = db.prepare('SELECT body FROM identity WHERE id = ?').pluck()
  const identities = db
    .prepare("SELECT body FROM identity WHERE id >= :prefix AND id < :prefix || 'g' LIMIT 2")
    .pluck()
  const parse = <T>(body: unknown): T => JSON.parse(String(body)) as T
  return {
    agent(id: AgentId): Agent | null {
      const body = agent.get(agentNumberOf(id))
      return body === undefined ? null : toAgent(parse<Agent>(body))
    },
    agents: (filter: AgentFilter) =>
      db
        .prepare(agentQuery(filter))
        .pluck()
        .all({
          task: filter.taskId ?? null,
          conversation: filter.conversation ?? null,
          limit: filter.limit ?? -1,
        })
        .map((body) => toAgent(parse<Agent>(body))),
    logOf: (taskId: TaskId, limit = 1000): LogLine[] =>
      rows.log.hasNone(taskId) ? [] : log.all(taskId, limit).map((body) => parse<LogLine>(body)),
    artifactsOf: (taskId: TaskId): StoredArtifact[] =>
      rows.artifact.hasNone(taskId)
        ? []
        : artifacts.all(taskId).map((body) => parse<StoredArtifact>(body)),
    /** One that an agent was asked to be. */
    identity(id: string): Identity | null {
      const body = identity.get(id)
      return body === undefined ? null : parse<Identity>(body)
    },
    /** Those whose id, lower-case hexadecimal, begins so; at most two. */
    knownIdentities: (prefix: string) => identities.all({ prefix }).map(parse<Identity>),
    /** The reply that a client's command had, if it was carried out before. */
    replyOf(id: string): StoredReply | null {
      const body = reply.get(id)
      return body === undefined ? null : parse<StoredReply>(body)
    },
  }
}

function agentQuery({ which, taskId, conversation }: AgentFilter): string {
  const states = {
    all: null,
    alive: "state <> 'ended'",
    dead: "state = 'ended'",
    working: "state = 'working'",
  }[which]
  const where = [
    states,
    taskId ? 'task_id = :task' : ':task IS NULL',
    conversation
      ? "json_extract(body, '$.conversation.id') = :conversation"
      : ':conversation IS NULL',
  ]
    .filter(Boolean)
    .join(' AND ')
  return `SELECT body FROM (SELECT number, body FROM agent WHERE ${where} ORDER BY number DESC LIMIT :limit) ORDER BY number`
}

/** Rows per slice while loading: short for the loop, and what was parsed dies young. */
const SLICE = 500

/** Reads the whole plan, yielding between slices: tasks, dependencies, living agents, breakers, facts. */
export async function loadPlan(
  db: Database.Database,
  breathe: () => Promise<void>,
): Promise<RootPlan> {
  const loader = createPlanLoader(toTask)
  for (const bodies of taskSlices(db)) {
    for (const body of bodies) {
      const plain = plainTask(body)
      if (plain) loader.addPlain(plain)
      else loader.addTask(toTask(body))
    }
    await breathe()
  }
  for (const groups of dependencySlices(db)) {
    for (const { blocker, dependents } of groups)
      loader.addDependents(blocker, dependents.split(',') as TaskId[])
    await breathe()
  }
  const plan = loader.finish()
  loadRest(db, plan)
  return plan
}

/** What there are only few of. */
function loadRest(db: Database.Database, plan: MutablePlan): void {
  const bodies = <T>(sql: string): T[] =>
    db
      .prepare(sql)
      .pluck()
      .all()
      .map((body) => JSON.parse(String(body)) as T)
  loadJudgements(db, plan)
  loadMail(db, plan)
  for (const body of bodies<Agent>("SELECT body FROM agent WHERE state <> 'ended'")) {
    const agent = agentSchema.parse(fullAgent(upgraded(body)))
    plan.put({ entity: 'agent', id: agent.id, before: null, after: agent })
  }
  for (const breaker of bodies<Breaker>('SELECT body FROM breaker'))
    plan.put({ entity: 'breaker', id: breaker.id, before: null, after: breaker })
  for (const facts of bodies<YardFacts>("SELECT body FROM yard_fact WHERE id = 'yard'"))
    plan.put({ entity: 'yard', id: 'yard', before: null, after: facts })
  for (const identity of bodies<Identity>('SELECT body FROM identity'))
    plan.put({ entity: 'identity', id: identity.id, before: null, after: identity })
}

/** The living ones; the numbers of all others are known, too, for none is given twice. */
function loadJudgements(db: Database.Database, plan: MutablePlan): void {
  const living = db.prepare("SELECT body FROM judgement WHERE state <> 'ended' ORDER BY number")
  for (const body of living.pluck().all()) {
    const judgement = judgementSchema.parse(JSON.parse(String(body)))
    plan.put({ entity: 'judgement', id: judgement.id, before: null, after: judgement })
  }
  plan.skipJudgements(Number(db.prepare('SELECT max(number) FROM judgement').pluck().get()))
}

function* taskSlices(db: Database.Database): Generator<string[]> {
  const select = db
    .prepare('SELECT rowid, body FROM task WHERE rowid > ? ORDER BY rowid LIMIT ?')
    .raw()
  for (let key = -1; ;) {
    const rows = select.all(key, SLICE) as [number, string][]
    const last = rows.at(-1)
    if (!last) return
    key = last[0]
    yield rows.map(([, body]) => body)
  }
}

type Dependents = { readonly blocker: TaskId; readonly dependents: string }

/** By blocker, their ids joined by commas, which no id has. */
function* dependencySlices(db: Database.Database): Generator<Dependents[]> {
  const select = db.prepare(
    'SELECT blocker, group_concat(dependent) AS dependents FROM dependency WHERE blocker > ? GROUP BY blocker ORDER BY blocker LIMIT ?',
  )
  for (let last = ''; ;) {
    const groups = select.all(last, SLICE) as Dependents[]
    const next = groups.at(-1)
    if (!next) return
    last = next.blocker
    yield groups
  }
}

/** Its own CLI was the only one to tell a cost before that was kept. */
function toAgent(stored: object): Agent {
  const agent = fullAgent(upgraded(stored))
  agent.claimedBy ??= null
  agent.costSource ??= agent.usage?.costUsd == null ? null : 'cli'
  return agent
}

/** Written by this program, or an earlier one, from a parsed task. */
function toTask(body: string): Task {
  const task = fullTask(JSON.parse(body) as object)
  const { state } = task
  if (state.kind === 'open' && state.notBefore === null && state.park === null) task.state = OPEN
  return task
}

/** Most tasks wait in the same state: one is enough for all of them. */
const OPEN: Task['state'] = { kind: 'open', notBefore: null, park: null }

/** Of all agents that ever were, the forgotten ones included: a number names one agent for ever. */
export const highestAgentNumber = (db: Database.Database): number =>
  Number(db.prepare(HIGHEST_NUMBER).pluck().get())
const HIGHEST_NUMBER =
  "SELECT max(coalesce((SELECT max(number) FROM agent), 0), coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_agent'), 0))"
