/**
 * Holds the promises against what was really committed. It believes the journal and the world only, row by row, and keeps a
 * model of its own; the plan and the tables must agree with it.
 */
import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import type { Clock } from '../../src/base/clock.ts'
import type { Caps } from '../../src/coordinator/ports.ts'
import type { Agent } from '../../src/domain/agent.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Task } from '../../src/domain/task.ts'
import type { Budget } from '../../src/domain/settings.ts'
import type { Judgement } from '../../src/domain/judging/judgement.ts'
import type { JobRun } from '../../src/domain/messages/job.ts'
import { deliveryIdOf, type Delivery } from '../../src/domain/messages/message.ts'
import { emptyOf } from '../../src/store/bodies.ts'
import { toRow, type RawRow, type StoredRow } from '../../src/store/journal.ts'
import { KEPT_RUNS } from '../../src/store/mail/mail-tables.ts'
import { fold as foldAll } from '../support/fold-journal.ts'
import type { Store } from '../../src/store/store.ts'
import { checkYardBudget, usedBy, type Used } from './sim-budget.ts'
import { checkChoice } from './sim-choice.ts'
import type { SimMachine } from './sim-machine.ts'
import { createJobTruths } from './mail/job-truths.ts'
import { createMailTruths } from './mail/mail-truths.ts'
import type { SimMail } from './mail/sim-mail.ts'
import type { SimTime } from './sim-time.ts'
import { checkPending, createJudgeTruths } from './judge-truths.ts'
import type { Judges } from './sim-judge.ts'
import { createTruths, type Step, type TruthParts } from './truths.ts'
import { holds } from './violation.ts'
import type { World } from './world.ts'

export interface Oracle {
  /** What stands in the file since the last look. Call it before whoever wrote it is gone. */
  catchUp(): readonly StoredRow[]
  /** After every step: what was committed since the last look, and the living processes. */
  look(store: Store, plan: Plan): void
  /** Everything against everything: at a restart and at the end. */
  lookAtAll(store: Store, plan: Plan): void
  task(id: string): Task | undefined
  /** The latest time of a job that was fired or left out; null = none. */
  lastTimeOf(job: string): number | null
  /** The yard is paused by a person whose wish was acknowledged. */
  isPauseAcked: boolean
  /** Another process owns the yard: this owner may write nothing more. */
  isUsurped: boolean
  /** Acknowledged: what must never be missed again. */
  readonly added: Map<string, { title: string | null; description: string }>
  close(): void
  /** After `close`: another database is in its place, and of what was acknowledged that much is in it. */
  reopen(about: { readonly isPaused: boolean; readonly added: Oracle['added'] }): void
}

type Table = Map<string, Record<string, unknown>>

interface Entities {
  task: Task
  agent: Agent
  judgement: Judgement
  delivery: Delivery
  jobRun: JobRun
}

/** Entities that the plan does not hold, and those that it holds until they end. */
const ADDED: readonly string[] = ['log', 'artifact', 'evaluation', 'opinion', 'message']
const ENDING: readonly string[] = ['agent', 'judgement', 'delivery', 'jobRun']
const ENDED: readonly unknown[] = ['ended', 'closed', 'dead']
const isOver = (entity: string, row: Record<string, unknown> | undefined): boolean =>
  entity === 'jobRun'
    ? row?.['outcome'] !== null
    : ENDING.includes(entity) && ENDED.includes(stateOf(row))

/** What holds now. */
export interface Limits {
  readonly caps: () => Caps
  readonly machine: Pick<SimMachine, 'others' | 'cap' | 'isShortOfMemory'>
  readonly budget: () => Budget
  readonly clock: Clock
  readonly judges: Judges
  /** Null = nobody is a member. */
  readonly mail: SimMail | null
  readonly time: SimTime
  /** False: the owner is one command, which settles what has ended and leaves. */
  readonly startsAgents: () => boolean
  /** Executor and model of tasks that name none may be chosen. */
  readonly learns: boolean
}

export function createOracle(path: string, truthParts: TruthParts, limits: Limits): Oracle {
  const { world } = truthParts
  const truths = createTruths(truthParts)
  const judgeTruths = createJudgeTruths(limits.judges, world)
  const { mail, time } = limits
  const mailTruths = mail && createMailTruths(mail, world)
  const jobTruths = mail && createJobTruths(mail, time)
  let db = new Database(path, { readonly: true })
  let bodies = prepareBodies(db)
  const model = new Map<string, Table>()
  let seq = 0
  /** As of the last look: a claim may stand before the pause in one commit. */
  let wasPauseAcked = false
  let used: Used = { today: 0, inAll: 0 }
  const tableOf = (entity: string): Table => {
    let table = model.get(entity)
    if (!table) model.set(entity, (table = new Map()))
    return table
  }
  const all = <E extends keyof Entities>(entity: E): Iterable<Entities[E]> =>
    tableOf(entity).values() as Iterable<unknown> as Iterable<Entities[E]>
  const agentNamed = (id: string) => tableOf('agent').get(id) as Agent | undefined
  /** What the row makes of its entity; gives that before and after. */
  const fold = (row: StoredRow): Pick<Step, 'before' | 'after'> => {
    const table = tableOf(row.entity)
    const before = table.get(row.id)
    if (row.gone) table.delete(row.id)
    else {
      const entity = { ...before, ...row.set }
      for (const key of row.unset) delete entity[key]
      table.set(row.id, entity)
    }
    return { before, after: table.get(row.id) }
  }
  const apply = (row: StoredRow): void => {
    const { before, after } = fold(row)
    const step = { row, before, after, task: (id: string) => oracle.task(id) }
    truths.look(step)
    judgeTruths.look(step, {
      agent: agentNamed,
      judgement: (id) => tableOf('judgement').get(id) as Judgement | undefined,
    })
    mailTruths?.look(step, { agent: agentNamed, task: step.task })
    jobTruths?.look(step, mailTruths?.open.values() ?? [])
    if (row.entity === 'task') checkFailure(after)
    if (row.entity === 'agent' && !before)
      checkClaim(model, row.id, limits, { used, wasPauseAcked })
  }
  const compare = (row: StoredRow, plan: Plan): void => {
    const expected = tableOf(row.entity).get(row.id)
    const text = bodies[row.entity]?.get(row.id)
    if (row.entity in bodies)
      holds(
        isDeepStrictEqual(whole(row.entity, text), expected),
        8,
        () => `table and journal differ on ${row.id}`,
      )
    if (ADDED.includes(row.entity)) return
    const mine = inPlan(plan, row.entity, row.id)
    const isGone = isOver(row.entity, expected)
    holds(
      isDeepStrictEqual(plain(mine), isGone ? undefined : expected),
      8,
      () => `plan and journal differ on ${row.entity} ${row.id}`,
    )
  }

  const oracle: Oracle = {
    isPauseAcked: false,
    isUsurped: false,
    added: new Map(),
    task: (id) => tableOf('task').get(id) as Task | undefined,
    lastTimeOf: (job) => jobTruths?.lastTimeOf(job) ?? null,
    catchUp() {
      const rows = readRows(db, seq)
      holds(rows.length === 0 || !oracle.isUsurped, 4, () => 'a replaced owner has written')
      judgeTruths.begin()
      for (const row of rows) apply(row)
      mailTruths?.end({ agent: agentNamed, task: oracle.task })
      seq = rows.at(-1)?.seq ?? seq
      return rows
    },
    look(store, plan) {
      holds(store.seq >= seq, 4, () => `the journal went back from ${seq} to ${store.seq}`)
      const rows = store.seq === seq ? [] : oracle.catchUp()
      holds(store.seq === seq, 4, () => `the owner is at ${store.seq}, the file at ${seq}`)
      for (const row of lastOfEach(rows)) compare(row, plan)
      checkProcesses(world, plan)
      if (rows.length > 0) checkPending(all('task'), all('judgement'))
      wasPauseAcked = oracle.isPauseAcked
      used = usedBy(all('agent'), limits.clock.now())
      if (oracle.isPauseAcked) holds(plan.facts.paused, 4, () => 'an acknowledged pause is gone')
    },
    lookAtAll(store, plan) {
      oracle.look(store, plan)
      const folded = foldAll(readRows(db, 0))
      for (const [entity, table] of folded)
        holds(
          isDeepStrictEqual(readTable(db, entity), table) || isKept(entity, table, db),
          8,
          () => `the table of ${entity} is not the folded journal`,
        )
      checkPlan(plan, folded)
      checkNotes(folded.get('log'))
      for (const [id, { title, description }] of oracle.added) {
        const task = oracle.task(id)
        holds(task !== undefined, 4, () => `task ${id} was acknowledged and is gone`)
        holds(task?.description === description, 9, () => `what was written in ${id} is gone`)
        holds(title === null || task?.title === title, 4, () => `an edit of ${id} is gone`)
      }
      checkSent(mail, model)
    },
    close: () => void db.close(),
    reopen({ isPaused, added }) {
      db = new Database(path, { readonly: true })
      bodies = prepareBodies(db)
      model.clear()
      const rows = readRows(db, 0)
      for (const row of rows) fold(row)
      seq = rows.at(-1)?.seq ?? 0
      oracle.isPauseAcked = wasPauseAcked = isPaused
      oracle.added.clear()
      for (const [id, about] of added) oracle.added.set(id, about)
      truths.adopt(all('task'), all('agent'))
      mailTruths?.adopt(all('delivery'), all('agent'))
      jobTruths?.adopt(all('jobRun'))
    },
  }
  return oracle
}

/** By its own connection: what is in the file, not what the owner believes. */
const readRows = (db: Database.Database, since: number): StoredRow[] =>
  (db.prepare('SELECT * FROM journal WHERE seq > ? ORDER BY seq').all(since) as RawRow[]).map(toRow)

const prepareBodies = (db: Database.Database): Record<string, Database.Statement> => ({
  task: db.prepare('SELECT body FROM task WHERE id = ?').pluck(),
  agent: db.prepare("SELECT body FROM agent WHERE 'agent-' || number = ?").pluck(),
  judgement: db.prepare("SELECT body FROM judgement WHERE 'judge-' || number = ?").pluck(),
})

/** Promises 1, 2, 3 and 7 at the row that claims. */
function checkClaim(
  model: Map<string, Table>,
  id: string,
  { caps, machine, budget, startsAgents, learns }: Limits,
  before: { readonly used: Used; readonly wasPauseAcked: boolean },
): void {
  const agents = [...(model.get('agent')?.values() ?? [])] as unknown as Agent[]
  const living = agents.filter((agent) => agent.state.kind !== 'ended')
  const agent = agents.find((one) => one.id === id)
  if (!agent) return
  holds(
    living.filter((one) => one.taskId === agent.taskId).length === 1,
    1,
    () => `${id} is the second agent alive on ${agent.taskId}`,
  )
  const isOfMember = ({ member }: Agent): boolean => member !== null && member === agent.member
  holds(
    living.filter(isOfMember).length <= 1,
    1,
    () => `${id} is the second agent alive of ${agent.member}`,
  )
  checkBlockers(model, agent)
  if (agent.by !== 'process') return
  holds(startsAgents(), 7, () => `${id} was claimed by a command that starts nobody`)
  const isPausedHere = model.get('yard')?.get('yard')?.['paused'] === true
  holds(
    !before.wasPauseAcked && !isPausedHere,
    7,
    () => `${id} was claimed although the yard is paused`,
  )
  checkCaps(living, agent, caps())
  checkChoice(model.get('task')?.get(agent.taskId), agent, learns)
  checkFolder(model, living, agent)
  checkMachine(living, agent, machine)
  checkYardBudget(agent, before.used, budget())
  checkBudget(model, agents, agent)
}

/** What was acknowledged is there, with all whom it is for. */
function checkSent(mail: SimMail | null, model: Map<string, Table>): void {
  for (const [id, names] of mail?.sent ?? []) {
    holds(model.get('message')?.has(id) === true, 4, () => `message ${id} was sent and is gone`)
    for (const name of names) {
      const delivery = deliveryIdOf(id as Delivery['messageId'], name)
      const isThere = model.get('delivery')?.has(delivery) === true
      holds(isThere, 4, () => `${delivery} was sent and is gone`)
    }
  }
}

function checkBlockers(model: Map<string, Table>, agent: Agent): void {
  const tasks = model.get('task')
  const living = [...(model.get('agent')?.values() ?? [])].filter((one) => stateOf(one) !== 'ended')
  for (const edge of model.get('dependency')?.values() ?? []) {
    if (edge['dependent'] !== agent.taskId) continue
    const blocker = tasks?.get(String(edge['blocker']))
    holds(isMet(blocker), 2, () => `${agent.id} started before ${String(edge['blocker'])} was done`)
    const isEnding = living.some((one) => one['taskId'] === edge['blocker'])
    holds(
      !isEnding || stateOf(blocker) === 'in-progress',
      2,
      () => `${agent.id} started while the agent of ${String(edge['blocker'])} was being ended`,
    )
  }
}

function checkCaps(living: readonly Agent[], agent: Agent, caps: Caps): void {
  const machines = living.filter((one) => one.by === 'process')
  holds(machines.length <= caps.maxAgents, 3, () => `${machines.length} agents > max_agents`)
  const full = (cap: number | undefined, is: (one: Agent) => boolean, what: string): void =>
    holds(
      cap === undefined || machines.filter(is).length <= cap,
      3,
      () => `${agent.id} is over the cap of ${what}`,
    )
  full(caps.executors[agent.executor], (one) => one.executor === agent.executor, agent.executor)
  const model = agent.model ?? ''
  full(caps.models[model], (one) => one.model === model, model)
  for (const tag of agent.tags) full(caps.tags[tag], (one) => one.tags.includes(tag), tag)
}

/** Tasks that name a folder have it for themselves. */
function checkFolder(model: Map<string, Table>, living: readonly Agent[], agent: Agent): void {
  const repoOf = ({ taskId }: Agent): unknown => model.get('task')?.get(taskId)?.['repo']
  const repo = repoOf(agent)
  if (typeof repo !== 'string') return
  const there = living.filter((one) => one.by === 'process' && repoOf(one) === repo)
  holds(there.length === 1, 3, () => `${agent.id} began in ${repo} beside another`)
}

function checkMachine(
  living: readonly Agent[],
  agent: Agent,
  { others, cap, isShortOfMemory }: Limits['machine'],
): void {
  holds(!isShortOfMemory, 3, () => `${agent.id} began although memory is short`)
  const all = others + living.filter((one) => one.by === 'process').length
  holds(cap === null || all <= cap, 3, () => `${all} agents on a machine for ${cap}`)
}

/** Nothing starts past what its task may spend. */
function checkBudget(model: Map<string, Table>, agents: readonly Agent[], agent: Agent): void {
  const task = model.get('task')?.get(agent.taskId) as Task | undefined
  const cap = task?.budgetTokens ?? null
  if (cap === null || task?.schedule !== null) return
  const own = agents.filter((one) => one.taskId === agent.taskId)
  const used = own.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0)
  holds(used < cap, 3, () => `${agent.id} began although ${used} of ${cap} tokens were used`)
}

/** A provider's trouble, or a cap that is reached, is a state of the task and never its failure. */
function checkFailure(task: Record<string, unknown> | undefined): void {
  const { state } = (task ?? {}) as Partial<Task>
  if (state?.kind !== 'failed') return
  const name = state.failure.class
  const isFree = ['quota', 'rate-limit', 'overload', 'auth', 'budget'].includes(name)
  holds(!isFree, 6, () => `task ${String(task?.['id'])} failed for ${name}`)
}

const isMet = (task: Record<string, unknown> | undefined): boolean =>
  task !== undefined &&
  (stateOf(task) === 'done' ||
    stateOf(task) === 'abandoned' ||
    (task['schedule'] !== null && task['firstSuccessAt'] !== null))

/** Promise 1 in the world: one process a task, one a generation, and none whose agent has ended or was never claimed. */
function checkProcesses(world: World, plan: Plan): void {
  const generations = new Set<string>()
  const tasks = new Set<string>()
  const members = new Set<string | null>()
  for (const process of world.processes.values()) {
    const key = `${process.lineage} ${process.taskId}#${process.generation}`
    holds(!generations.has(key), 1, () => `generation ${key} ran twice`)
    generations.add(key)
    if (!process.isAlive) continue
    holds(!tasks.has(process.taskId), 1, () => `two processes are alive on ${process.taskId}`)
    tasks.add(process.taskId)
    if (process.member !== null)
      holds(!members.has(process.member), 1, () => `two processes of ${process.member} are alive`)
    members.add(process.member)
    const agent = plan.agents.get(process.agentId)
    holds(
      agent?.generation === process.generation,
      1,
      () => `a process of ${process.agentId} is alive, its agent is not`,
    )
  }
}

/** A request that is sent again under its old id has one effect. */
function checkNotes(lines: Table | undefined): void {
  const seen = new Set<unknown>()
  for (const { text } of lines?.values() ?? []) {
    if (!String(text).startsWith('note ')) continue
    holds(!seen.has(text), 4, () => `${String(text)} stands there twice`)
    seen.add(text)
  }
}

function checkPlan(plan: Plan, folded: Map<string, Table>): void {
  const sizes = {
    task: plan.tasks.size,
    agent: plan.agents.size,
    breaker: plan.breakers.size,
    judgement: plan.judgements.size,
    delivery: plan.deliveries.size,
    jobRun: plan.jobRuns.size,
    dependency: [...plan.tasks.keys()].reduce((sum, id) => sum + plan.blockersOf(id).size, 0),
  }
  for (const [entity, size] of Object.entries(sizes)) {
    const rows = [...(folded.get(entity) ?? new Map<string, Record<string, unknown>>())]
    const there = rows.filter(([, row]) => !isOver(entity, row))
    for (const [id, row] of there)
      holds(
        isDeepStrictEqual(plain(inPlan(plan, entity, id)), row),
        8,
        () => `plan and journal differ on ${entity} ${id}`,
      )
    holds(there.length === size, 8, () => `the plan has ${size} of ${entity}, not ${there.length}`)
  }
}

function inPlan(plan: Plan, entity: string, id: string): unknown {
  switch (entity) {
    case 'task':
      return plan.tasks.get(id as never)
    case 'agent':
      return plan.agents.get(id as never)
    case 'breaker':
      return plan.breakers.get(id)
    case 'judgement':
      return plan.judgements.get(id as never)
    case 'delivery':
      return plan.deliveries.get(id)
    case 'jobRun':
      return plan.jobRuns.get(id)
    case 'yard':
      return plan.facts
    default: {
      const [blocker = '', dependent = ''] = id.split('>')
      const isThere = plan.blockersOf(dependent as never).has(blocker as never)
      return isThere ? { id, blocker, dependent } : undefined
    }
  }
}

/** Of each job the newest runs are there, and those that are open; of the others some. */
function isKept(entity: string, runs: Table, db: Database.Database): boolean {
  if (entity !== 'jobRun') return false
  const there = readTable(db, entity)
  const newer = ({ job, number }: Record<string, unknown>): number =>
    [...runs.values()].filter((run) => run['job'] === job && Number(run['number']) > Number(number))
      .length
  const isMissed = ([id, run]: [string, Record<string, unknown>]): boolean =>
    !there.has(id) && (run['outcome'] === null || newer(run) < KEPT_RUNS)
  const isTrue = [...there].every(([id, run]) => isDeepStrictEqual(run, runs.get(id)))
  return isTrue && ![...runs].some(isMissed)
}

const TABLES: Readonly<Record<string, string>> = {
  task: 'SELECT body FROM task',
  agent: 'SELECT body FROM agent',
  breaker: 'SELECT body FROM breaker',
  judgement: 'SELECT body FROM judgement',
  evaluation: 'SELECT body FROM evaluation',
  opinion: 'SELECT body FROM opinion',
  yard: 'SELECT body FROM yard_fact',
  log: 'SELECT body FROM log_line',
  artifact: 'SELECT body FROM artifact',
  message: 'SELECT body FROM message',
  delivery: 'SELECT body FROM delivery',
  jobRun: 'SELECT body FROM job_run',
  token: 'SELECT body FROM token',
  peer: 'SELECT body FROM peer',
  dependency:
    "SELECT json_object('id', blocker || '>' || dependent, 'blocker', blocker, 'dependent', dependent) FROM dependency",
}

export function readTable(db: Database.Database, entity: string): Table {
  const table: Table = new Map()
  for (const text of db
    .prepare(TABLES[entity] ?? '')
    .pluck()
    .all()) {
    const body = whole(entity, text) as { id: string }
    table.set(body.id, body)
  }
  return table
}

function lastOfEach(rows: readonly StoredRow[]): Iterable<StoredRow> {
  const last = new Map<string, StoredRow>()
  for (const row of rows) last.set(`${row.entity} ${row.id}`, row)
  return last.values()
}

const plain = (value: unknown): unknown =>
  value === undefined ? value : parsed(JSON.stringify(value))
const parsed = (text: unknown): unknown =>
  text === undefined ? undefined : JSON.parse(String(text))
/** As the store reads it: what is empty is not in the body. */
const whole = (entity: string, text: unknown): unknown =>
  text === undefined ? undefined : { ...emptyOf(entity), ...(parsed(text) as object) }
const stateOf = (row: Record<string, unknown> | undefined): unknown =>
  (row?.['state'] as { kind?: unknown } | undefined)?.kind
