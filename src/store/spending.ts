/** Sums of what ended agents used, told by indexes alone. A part that no agent told is null, never 0. */
import type Database from 'better-sqlite3'

export interface UsageSum {
  readonly costUsd: number | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** Agents that ended in the span. */
  readonly tries: number
}

export interface SpendingReads {
  /** US dollars per task over all its agents that told a cost. */
  costPerTask(): Map<string, number>
  /** Agents that ended in `from <= endedAt < to`, ms. */
  usageBetween(from: number, to: number): UsageSum
}

const COST = "json_extract(body, '$.usage.costUsd')"

export function prepareSpending(db: Database.Database): SpendingReads {
  const perTask = db.prepare(
    `SELECT task_id, sum(${COST}) AS cost FROM agent WHERE ${COST} IS NOT NULL GROUP BY task_id`,
  )
  const between = db.prepare(
    `SELECT sum(${COST}) AS costUsd, sum(json_extract(body, '$.usage.inputTokens')) AS inputTokens,
            sum(json_extract(body, '$.usage.outputTokens')) AS outputTokens, count(*) AS tries
     FROM agent WHERE state = 'ended' AND json_extract(body, '$.endedAt') >= ? AND json_extract(body, '$.endedAt') < ?`,
  )
  return {
    costPerTask() {
      const rows = perTask.all() as { task_id: string; cost: number }[]
      return new Map(rows.map(({ task_id, cost }) => [task_id, cost]))
    },
    usageBetween: (from, to) => between.get(from, to) as UsageSum,
  }
}
