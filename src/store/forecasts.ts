/**
 * What a forecast is made of and what became of earlier ones. The table `forecast` is beside the journal: it is no event of the yard, and
 * nothing that runs depends on it.
 */
import type Database from 'better-sqlite3'
import type { Agent } from '../domain/agent.ts'

/** An ended agent, as far as a forecast learns from it. */
export interface EndedAgent extends Pick<
  Agent,
  'taskId' | 'executor' | 'executorType' | 'model' | 'tags' | 'by' | 'startedAt' | 'endedAt'
> {
  readonly number: number
  readonly outcome: string | null
  readonly failure: string | null
  readonly costUsd: number | null
}

export const FORECAST_KINDS = ['try', 'graph'] as const
export type ForecastKind = (typeof FORECAST_KINDS)[number]

/** What was said of one try or graph, and how long it really took; ms. */
export interface KeptForecast {
  /** `agent-7`; of a graph `graph-` and the sequence number at which it was said. */
  readonly subject: string
  readonly kind: ForecastKind
  /** When it was said; of a try, when that began. */
  readonly at: number
  readonly p05: number
  readonly p25: number
  readonly p50: number
  readonly p75: number
  readonly p95: number
  /** By how much those were widened. */
  readonly stretch: number
  readonly realMs: number
}

/** Shares of forecasts whose 50 % and 90 % bounds held; null = there are none. */
export interface TrackRecord {
  readonly n: number
  readonly held50: number | null
  readonly held90: number | null
}

/** So many of a kind are kept; older ones say little of today's work. */
const KEPT = 5000

export type Forecasts = ReturnType<typeof prepareForecasts>

export function prepareForecasts(db: Database.Database) {
  const agents = db.prepare(ENDED)
  const subjects = db.prepare("SELECT subject FROM forecast WHERE kind = 'try'").pluck()
  const graphs = db.prepare(
    `SELECT ${COLUMNS} FROM forecast WHERE kind = 'graph' ORDER BY rowid DESC LIMIT ?`,
  )
  const record = db.prepare(
    `SELECT count(*) AS n, avg(real_ms BETWEEN p25 AND p75) AS held50, avg(real_ms BETWEEN p05 AND p95) AS held90
     FROM forecast WHERE kind = ?`,
  )
  const rejected = db.prepare('SELECT DISTINCT agent FROM evaluation WHERE passed = 0').pluck()
  const judged = db
    .prepare(
      `SELECT json_extract(body, '$.state.at') - json_extract(body, '$.queuedAt') FROM judgement
       WHERE state = 'ended' AND json_extract(body, '$.purpose') = 'evaluation' AND json_extract(body, '$.state.outcome') = 'answered'
         AND json_extract(body, '$.state.kept') IS NULL
       ORDER BY number DESC LIMIT ?`,
    )
    .pluck()
  const insert = db.prepare(
    `INSERT OR REPLACE INTO forecast (subject, kind, at, p05, p25, p50, p75, p95, stretch, real_ms)
     VALUES (:subject, :kind, :at, :p05, :p25, :p50, :p75, :p95, :stretch, :realMs)`,
  )
  const trim = db.prepare(
    `DELETE FROM forecast WHERE kind = :kind AND rowid <= (
       SELECT rowid FROM forecast WHERE kind = :kind ORDER BY rowid DESC LIMIT 1 OFFSET :kept)`,
  )
  return {
    /** Ended agents with a number below `before`, newest first. */
    endedAgents: (before: number, limit: number): EndedAgent[] =>
      (agents.all(before, limit) as StoredAgent[]).map(({ tags, ...row }) => ({
        ...row,
        // Written by us: a list of words.
        tags: tags === null ? [] : (JSON.parse(tags) as string[]),
      })),
    /** Numbers of agents whose result did not pass its gate. */
    rejectedAgents: (): number[] => rejected.all() as number[],
    /** What the newest answered evaluations took, each with its wait, ms. Where a score was kept nobody was asked. */
    judgementTimes: (newest: number): number[] => judged.all(newest) as number[],
    /** Of which tries it is known already what would have been said. */
    predictedTries: (): string[] => subjects.all() as string[],
    graphs: (newest: number): KeptForecast[] => graphs.all(newest) as KeptForecast[],
    trackRecord: (kind: ForecastKind): TrackRecord => record.get(kind) as TrackRecord,
    /** Inside a transaction of the writer. */
    keep(rows: readonly KeptForecast[]): void {
      for (const row of rows) insert.run(row)
      for (const kind of new Set(rows.map((row) => row.kind))) trim.run({ kind, kept: KEPT })
    },
  }
}

type StoredAgent = Omit<EndedAgent, 'tags'> & { readonly tags: string | null }

const COLUMNS = 'subject, kind, at, p05, p25, p50, p75, p95, stretch, real_ms AS realMs'

const ENDED = `SELECT number, task_id AS taskId, ${[
  'executor',
  'executorType',
  'model',
  'tags',
  'by',
  'startedAt',
  'endedAt',
]
  .map((name) => `json_extract(body, '$.${name}') AS "${name}"`)
  .join(', ')},
  json_extract(body, '$.state.outcome') AS outcome, json_extract(body, '$.state.failure.class') AS failure,
  json_extract(body, '$.usage.costUsd') AS costUsd
  FROM agent WHERE state = 'ended' AND number < ? ORDER BY number DESC LIMIT ?`
