/** Reads of judgements, evaluations and what people say of them. What lists filter by are columns: no body is opened for that. */
import type Database from 'better-sqlite3'
import type { TaskId } from '../domain/ids.ts'
import {
  type Evaluation,
  type EvaluationId,
  judgementNumberOf,
  type JudgementId,
  type Opinion,
} from '../domain/judging/evaluation.ts'
import type { Judgement } from '../domain/judging/judgement.ts'

/** Executor, model and identity are the worker's. */
export interface EvaluationFilter {
  readonly task?: string | undefined
  readonly model?: string | undefined
  readonly executor?: string | undefined
  /** A name, or the beginning of an id. */
  readonly identity?: string | undefined
  readonly kind?: string | undefined
  readonly tag?: string | undefined
  /** Effective scores less than this. */
  readonly below?: number | undefined
  /** ms. */
  readonly since?: number | undefined
}

/** With who did the work, as it was known when it was judged. */
export interface StoredEvaluation {
  readonly evaluation: Evaluation
  readonly opinions: readonly Opinion[]
  readonly executor: string | null
  readonly model: string | null
  readonly identity: string | null
  readonly identityName: string | null
  readonly kind: string | null
  /** Of the work of this try, US dollars. */
  readonly workUsd: number | null
}

/** One scored try, as figures are made of it. */
export interface ScoredTry {
  readonly key: number
  readonly taskId: string
  readonly executor: string | null
  readonly model: string | null
  readonly identity: string | null
  readonly identityName: string | null
  readonly kind: string | null
  readonly score: number
  readonly gate: string
  readonly passed: boolean | null
  readonly workUsd: number | null
  readonly dimensions: Evaluation['dimensions']
}

/** What a judge and a person said of one result. */
export interface ScoredTwice {
  readonly executor: string
  readonly model: string | null
  readonly prompt: string
  readonly modelScore: number
  readonly person: number
  readonly isAudit: boolean
}

/** Questions of one purpose to one judge. */
export interface AskedJudge {
  readonly executor: string
  readonly model: string | null
  readonly prompt: string
  readonly asked: number
  readonly unanswered: number
  readonly meanUsd: number | null
}

/** The latest time that a judge was to answer canaries. */
export interface CanaryAttempt {
  readonly executor: string
  readonly model: string | null
  /** Null = nobody was found to ask. */
  readonly prompt: string | null
  /** ms */
  readonly at: number
}

export interface JudgementFilter {
  readonly isLiving?: boolean | undefined
  readonly task?: string | undefined
  /** Queued at or after, ms. */
  readonly since?: number | undefined
  readonly limit: number
}

export type JudgingReads = ReturnType<typeof prepareJudging>

export interface CanaryAnswer {
  readonly executor: string
  readonly model: string | null
  readonly prompt: string
  readonly subject: string
  readonly score: number | null
  readonly at: number
  /** The same of all that were asked for at once. */
  readonly run: number
  /** It was not let answer. */
  readonly isCutShort: boolean
}

type Row = Omit<StoredEvaluation, 'evaluation' | 'opinions'> & { readonly body: string }
type Older = Omit<Evaluation, 'looks'> & Partial<Pick<Evaluation, 'looks'>>
type TryRow = Omit<ScoredTry, 'passed' | 'dimensions'> & {
  readonly passed: number | null
  readonly dimensions: string | null
}

const LATEST = 'SELECT id FROM evaluation WHERE task_id = ? ORDER BY rowid DESC LIMIT 1'
const WORK = '(SELECT cost_usd FROM spent WHERE spent.agent = e.agent)'
const COLUMNS = `e.body, e.executor, e.model, e.identity, e.identity_name AS identityName, e.kind, ${WORK} AS workUsd`

export function prepareJudging(db: Database.Database) {
  const one = db.prepare(`SELECT ${COLUMNS} FROM evaluation e WHERE id = ?`)
  const ofTask = db.prepare(LATEST).pluck()
  const opinions = db
    .prepare('SELECT body FROM opinion WHERE evaluation_id = ? ORDER BY rowid')
    .pluck()
  const draw = db.prepare(DRAW).pluck()
  const twice = db.prepare(TWICE)
  const whole = ({ body, ...row }: Row): StoredEvaluation => {
    // One that was written before they were counted had one.
    const evaluation = { looks: 1, ...parse<Older>(body) }
    return { ...row, evaluation, opinions: opinions.all(evaluation.id).map(parse<Opinion>) }
  }
  return {
    get(id: EvaluationId): StoredEvaluation | null {
      const row = one.get(id) as Row | undefined
      return row === undefined ? null : whole(row)
    },
    /** The latest of a task; null without any. */
    latestOf: (taskId: TaskId) => (ofTask.get(taskId) ?? null) as EvaluationId | null,
    /** Newest first; `before`: only older ones than that. */
    list(filter: EvaluationFilter, limit: number, before?: string): StoredEvaluation[] {
      const older = 'e.rowid < coalesce((SELECT rowid FROM evaluation WHERE id = :before), 0)'
      const where = [...conditions(filter), ...(before === undefined ? [] : [older])]
      const rows = db
        .prepare(
          `SELECT ${COLUMNS} FROM evaluation e ${whereOf(where)} ORDER BY e.rowid DESC LIMIT :limit`,
        )
        .all({ ...valuesOf(filter), limit, ...(before === undefined ? {} : { before }) })
      return (rows as Row[]).map(whole)
    },
    /** The latest scored evaluation of each try, oldest first, at most `limit` from the key on. */
    scoredTries(filter: EvaluationFilter, after: number, limit: number): ScoredTry[] {
      const where = ['e.rowid > :after', IS_LATEST, ...conditions(filter)]
      const rows = db
        .prepare(
          `SELECT e.rowid AS key, e.task_id AS taskId, e.executor, e.model, e.identity, e.identity_name AS identityName, e.kind, e.score, e.passed, ${WORK} AS workUsd,
                  json_extract(e.body, '$.gate') AS gate, json_extract(e.body, '$.dimensions') AS dimensions
           FROM evaluation e ${whereOf(where)} ORDER BY e.rowid LIMIT :limit`,
        )
        .all({ ...valuesOf(filter), after, limit })
      return (rows as TryRow[]).map((row) => ({
        ...row,
        passed: row.passed === null ? null : row.passed === 1,
        dimensions: row.dimensions === null ? null : parse(row.dimensions),
      }))
    },
    /** Ids of scored results that no person has scored or audited, drawn at random. */
    drawForAudit: (count: number) => draw.all(count) as EvaluationId[],
    /** Results that a person scored, too. */
    scoredTwice: () => (twice.all() as Twice[]).map((row) => ({ ...row, isAudit: !!row.isAudit })),
    ...prepareJudgements(db),
    ...prepareJudges(db),
  }
}

function prepareJudges(db: Database.Database) {
  const asked = db.prepare(ASKED)
  const canaries = db.prepare(CANARIES)
  const attempts = db.prepare(ATTEMPTS)
  return {
    /** What each judge said to each canary, oldest first; a score of null = unanswered. */
    canaryAnswers: () =>
      (canaries.all() as Canary[]).map((row) => ({ ...row, isCutShort: row.isCutShort === 1 })),
    canaryAttempts: () => attempts.all() as CanaryAttempt[],
    /** Of evaluations that ended, per judge. */
    askedJudges: () => asked.all() as AskedJudge[],
  }
}

function prepareJudgements(db: Database.Database) {
  const judgement = db.prepare('SELECT body FROM judgement WHERE number = ?').pluck()
  return {
    judgement(id: JudgementId): Judgement | null {
      const body = judgement.get(judgementNumberOf(id))
      return body === undefined ? null : parse<Judgement>(body)
    },
    /** Newest first. */
    judgements({ isLiving, task, since, limit }: JudgementFilter): Judgement[] {
      const where = [
        ...(isLiving === undefined ? [] : [`state ${isLiving ? '<>' : '='} 'ended'`]),
        ...(task === undefined ? [] : ['task_id = :task']),
        ...(since === undefined ? [] : ["json_extract(body, '$.queuedAt') >= :since"]),
      ]
      return db
        .prepare(`SELECT body FROM judgement ${whereOf(where)} ORDER BY number DESC LIMIT :limit`)
        .pluck()
        .all({
          limit,
          ...(task === undefined ? {} : { task }),
          ...(since === undefined ? {} : { since }),
        })
        .map(parse<Judgement>)
    },
  }
}

type Canary = Omit<CanaryAnswer, 'isCutShort'> & { readonly isCutShort: number | null }
type Twice = Omit<ScoredTwice, 'isAudit'> & { readonly isAudit: number }

/** Of a try the one that a person has scored otherwise, else the latest. */
const IS_LATEST = `e.score IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM evaluation o WHERE o.agent = e.agent AND o.score IS NOT NULL
    AND (o.score IS NOT o.model_score, o.rowid) > (e.score IS NOT e.model_score, e.rowid))`

/** Whoever has overridden a score has seen it, and audits no more blindly; an override that was taken back was seen, too. */
const DRAW = `SELECT id FROM evaluation e WHERE audited = 0 AND model_score IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM opinion o WHERE o.evaluation_id = e.id AND o.is_audit = 0)
  ORDER BY random() LIMIT ?`

const judgeOf = (body: string): string =>
  ['executor', 'model', 'prompt']
    .map((field) => `json_extract(${body}, '$.judge.${field}') AS ${field}`)
    .join(', ')

/** The latest audit and the latest other opinion of each. */
const TWICE = `SELECT ${judgeOf('e.body')}, e.model_score AS modelScore, o.score AS person, o.is_audit AS isAudit
  FROM opinion o JOIN evaluation e ON e.id = o.evaluation_id
  WHERE o.score IS NOT NULL AND e.model_score IS NOT NULL AND json_extract(e.body, '$.judge') IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM opinion later WHERE later.evaluation_id = o.evaluation_id
                    AND later.is_audit = o.is_audit AND later.rowid > o.rowid)
  ORDER BY o.rowid`

const ASKED = `SELECT ${judgeOf('body')}, count(*) AS asked,
    sum(json_extract(body, '$.state.outcome') = 'unanswered') AS unanswered, avg(json_extract(body, '$.usage.costUsd')) AS meanUsd
  FROM judgement
  WHERE state = 'ended' AND json_extract(body, '$.purpose') = 'evaluation' AND json_extract(body, '$.judge') IS NOT NULL
  GROUP BY 1, 2, 3 ORDER BY asked DESC, 1, 2, 3`

const CANARIES = `SELECT ${judgeOf('body')}, json_extract(body, '$.subject') AS subject, json_extract(body, '$.score') AS score,
    json_extract(body, '$.state.at') AS at, json_extract(body, '$.queuedAt') AS run, json_extract(body, '$.state.isCutShort') AS isCutShort
  FROM judgement
  WHERE task_id IS NULL AND state = 'ended' AND json_extract(body, '$.purpose') = 'canary' AND json_extract(body, '$.judge') IS NOT NULL
  ORDER BY number`

const ATTEMPTS = `SELECT json_extract(body, '$.wish.executor') AS executor, json_extract(body, '$.wish.model') AS model,
    json_extract(body, '$.judge.prompt') AS prompt, max(json_extract(body, '$.queuedAt')) AS at
  FROM judgement
  WHERE task_id IS NULL AND json_extract(body, '$.purpose') = 'canary' AND json_extract(body, '$.wish.executor') IS NOT NULL
  GROUP BY 1, 2, 3`

const CONDITIONS = {
  task: 'e.task_id = :task',
  model: 'e.model = :model',
  executor: 'e.executor = :executor',
  identity: `(e.identity LIKE :identity ESCAPE '\\' OR e.identity_name = :identityName COLLATE NOCASE)`,
  kind: 'e.kind = :kind',
  tag: `EXISTS (SELECT 1 FROM task, json_each(task.body, '$.tags') tag WHERE task.id = e.task_id AND tag.value = :tag)`,
  below: 'e.score < :below',
  since: 'e.at >= :since',
} as const satisfies Record<keyof EvaluationFilter, string>

const FIELDS = Object.keys(CONDITIONS) as (keyof EvaluationFilter)[]
const givenOf = (filter: EvaluationFilter) => FIELDS.filter((field) => filter[field] !== undefined)
const conditions = (filter: EvaluationFilter): string[] =>
  givenOf(filter).map((field) => CONDITIONS[field])

function valuesOf(filter: EvaluationFilter): Record<string, unknown> {
  const values = Object.fromEntries(givenOf(filter).map((field) => [field, filter[field]]))
  const { identity } = filter
  if (identity === undefined) return values
  const escaped = identity.replace(/[\\%_]/g, String.raw`\$&`)
  return { ...values, identity: `${escaped}%`, identityName: identity }
}

const whereOf = (where: readonly string[]): string =>
  where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`

const parse = <T>(body: unknown): T => JSON.parse(String(body)) as T
