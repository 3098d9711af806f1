/** Sums of what ended agents used. A part that no agent told is null, never 0. Forgotten agents still count. */
import type Database from 'better-sqlite3'
import type { Agent } from '../domain/agent.ts'
import type { JudgementPurpose } from '../domain/judging/judgement.ts'

export interface UsageSum {
  readonly costUsd: number | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** Agents that ended in the span. */
  readonly tries: number
  /** Of these, whose figures are a lower bound. */
  readonly atLeast: number
}

/** What is summed together. */
export const COST_GROUPS = ['task', 'model', 'executor', 'purpose'] as const
export type CostGroup = (typeof COST_GROUPS)[number]

export interface GroupSum extends UsageSum {
  /** Null for agents without a model. */
  readonly key: string | null
  readonly cachedTokens: number | null
  /** How much of the cost is by the registry's prices and not by a CLI's own word; null = none of it. */
  readonly registryUsd: number | null
  /** Tries that used tokens of unknown cost. One that its CLI ended before any model was asked is none. */
  readonly unpriced: number
}

export type SpendingReads = ReturnType<typeof prepareSpending>

const SUMS = `sum(cost_usd) AS costUsd, sum(input_tokens) AS inputTokens, sum(output_tokens) AS outputTokens,
  count(*) AS tries, coalesce(sum(at_least), 0) AS atLeast`
const MORE = `sum(cached_tokens) AS cachedTokens, sum(CASE WHEN cost_source = 'registry' THEN cost_usd END) AS registryUsd,
  sum(cost_usd IS NULL AND coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0) AS unpriced`
const COLUMNS = {
  task: 'task_id',
  model: 'model',
  executor: 'executor',
  purpose: 'purpose',
} as const

export function prepareSpending(db: Database.Database) {
  const perTask = db.prepare(
    `SELECT task_id AS key, ${SUMS} FROM spent WHERE purpose = 'work' GROUP BY task_id`,
  )
  const between = db.prepare(`SELECT ${SUMS} FROM spent WHERE ended_at >= ? AND ended_at < ?`)
  const ofTask = db.prepare(
    `SELECT ${SUMS} FROM spent WHERE purpose = 'work' AND task_id = ? AND ended_at >= ?`,
  )
  const judging = db.prepare(`SELECT ${SUMS} FROM spent WHERE purpose <> 'work' AND ended_at >= ?`)
  const first = db.prepare('SELECT min(ended_at) FROM spent').pluck()
  const all = db.prepare(
    `SELECT NULL AS key, ${SUMS}, ${MORE} FROM spent WHERE ended_at >= ? AND ended_at < ?`,
  )
  const groups = Object.fromEntries(
    COST_GROUPS.map((group) => [
      group,
      db.prepare(
        `SELECT ${COLUMNS[group]} AS key, ${SUMS}, ${MORE}
         FROM spent WHERE ended_at >= ? AND ended_at < ?
         GROUP BY 1 ORDER BY costUsd DESC NULLS LAST, coalesce(inputTokens, 0) + coalesce(outputTokens, 0) DESC, tries DESC, key LIMIT ?`,
      ),
    ]),
  )
  return {
    /** Judgements that ended at `from` or later, ms. */
    judgingSince: (from: number): UsageSum => judging.get(from) as UsageSum,
    /** Per task over all its agents; tasks of which nothing was told are left out. */
    perTask(): Map<string, UsageSum> {
      const rows = perTask.all() as (UsageSum & { key: string })[]
      const told = rows.filter(
        (row) => row.costUsd !== null || row.inputTokens !== null || row.outputTokens !== null,
      )
      return new Map(told.map(({ key, ...sum }) => [key, sum]))
    },
    /** Agents that ended in `from <= endedAt < to`, ms. */
    usageBetween: (from: number, to: number): UsageSum => between.get(from, to) as UsageSum,
    usageOfTask: (taskId: string, from: number): UsageSum => ofTask.get(taskId, from) as UsageSum,
    /** The dearest first, at most `limit`. */
    by: (group: CostGroup, { from, to }: { from: number; to: number }, limit: number): GroupSum[] =>
      (groups[group]?.all(from, to, limit) ?? []) as GroupSum[],
    /** All of a span as one group, whose key is null. */
    inAll({ from, to }: { from: number; to: number }): GroupSum {
      const sum = all.get(from, to) as GroupSum
      return { ...sum, unpriced: sum.unpriced ?? 0 }
    },
    /** The end of the first agent that ended, ms; null when none has. */
    firstAt: (): number | null => (first.get() ?? null) as number | null,
  }
}

/** Of an agent's work, or of a judgement. */
export interface SpentRow extends Pick<Agent, 'executor' | 'model' | 'usage' | 'costSource'> {
  /** Of the agent; of a judgement its number below zero. */
  readonly key: number
  readonly taskId: string | null
  readonly endedAt: number | null
  readonly purpose: 'work' | JudgementPurpose
}

const tokensOf = (usage: Agent['usage']): (number | null)[] =>
  usage ? [usage.inputTokens, usage.outputTokens, usage.cachedTokens] : [null, null, null]

export function prepareSpent(db: Database.Database): (row: SpentRow) => void {
  const insert = db.prepare(
    'INSERT OR REPLACE INTO spent (agent, task_id, executor, model, ended_at, cost_usd, input_tokens, output_tokens, cached_tokens, cost_source, at_least, purpose) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  return ({ key, taskId, executor, model, endedAt, usage, costSource, purpose }) => {
    if (endedAt === null) return
    insert.run(
      ...[key, taskId ?? '', executor, model, endedAt, usage?.costUsd ?? null],
      ...tokensOf(usage),
      ...[costSource, usage?.atLeast ? 1 : 0, purpose],
    )
  }
}
