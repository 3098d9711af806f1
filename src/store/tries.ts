/** The latest tries, and what was said of them: what is learned of executors and models is read from these when a yard is opened. */
import type Database from 'better-sqlite3'
import type { Agent, Outcome } from '../domain/agent.ts'
import type { WorkFailure } from '../domain/failure.ts'
import { type AgentId, agentIdOf } from '../domain/ids.ts'
import type { EvaluationId } from '../domain/judging/evaluation.ts'
import type { Choice } from '../domain/routing/choice.ts'

/** An ended try, without all that is long about it. */
export interface EndedAgent extends Pick<
  Agent,
  'id' | 'taskId' | 'by' | 'executor' | 'executorType' | 'model' | 'startedAt' | 'endedAt'
> {
  readonly outcome: Outcome
  readonly failure: WorkFailure['class'] | null
  /** A line of `[evaluation.checks]` that gates failed after it. */
  readonly hasFailedCheck: boolean
  /** Null = unknown. */
  readonly costUsd: number | null
  readonly choice: Choice | null
}

/** What a model said of a try. */
export interface SaidOfTry {
  readonly id: EvaluationId
  readonly agentId: AgentId
  readonly score: number | null
  readonly passed: boolean | null
}

/** What a person said of that. */
export interface SaidByPerson {
  readonly evaluationId: EvaluationId
  /** Null takes back what was said. */
  readonly score: number | null
}

export type TryReads = ReturnType<typeof prepareTries>

const FIELDS = ['by', 'executor', 'executorType', 'model', 'startedAt', 'endedAt'] as const
const columns = FIELDS.map((field) => `json_extract(body, '$.${field}') AS ${field}`).join(', ')

export function prepareTries(db: Database.Database) {
  // In the order of their ends, by the index of these.
  const ended = db.prepare(
    `SELECT number, task_id AS taskId, ${columns},
       json_extract(body, '$.state.outcome') AS outcome, json_extract(body, '$.state.failure.class') AS failure,
       EXISTS (SELECT 1 FROM json_each(body, '$.evidence.checks') AS line
         WHERE json_extract(line.value, '$.gates') AND NOT json_extract(line.value, '$.ok')) AS hasFailedCheck,
       json_extract(body, '$.usage.costUsd') AS costUsd, json_extract(body, '$.choice') AS choice
     FROM agent WHERE state = 'ended' ORDER BY json_extract(body, '$.endedAt') DESC, number DESC LIMIT ?`,
  )
  const said = db.prepare(
    `SELECT id, json_extract(body, '$.agentId') AS agentId, json_extract(body, '$.score') AS score,
       json_extract(body, '$.passed') AS passed
     FROM evaluation ORDER BY rowid DESC LIMIT ?`,
  )
  const byPeople = db.prepare(
    `SELECT evaluation_id AS evaluationId, json_extract(body, '$.score') AS score
     FROM opinion WHERE json_extract(body, '$.isAudit') = 0 ORDER BY rowid DESC LIMIT ?`,
  )
  return {
    /** The `limit` agents that ended last, the oldest of them first. */
    ended: (limit: number): EndedAgent[] =>
      (ended.all(limit) as EndedRow[])
        .toReversed()
        .map(({ number, choice, hasFailedCheck, ...row }) => ({
          ...row,
          hasFailedCheck: hasFailedCheck === 1,
          id: agentIdOf(number),
          choice: choice === null ? null : (JSON.parse(choice) as Choice),
        })),
    /** The latest evaluations, in the order in which they were recorded. */
    evaluations: (limit: number): SaidOfTry[] =>
      (said.all(limit) as SaidRow[])
        .toReversed()
        .map((row) => ({ ...row, passed: row.passed === null ? null : row.passed === 1 })),
    /** Without audits, which change no score. */
    opinions: (limit: number): SaidByPerson[] =>
      (byPeople.all(limit) as SaidByPerson[]).toReversed(),
  }
}

type EndedRow = Omit<EndedAgent, 'id' | 'choice' | 'hasFailedCheck'> & {
  readonly number: number
  readonly hasFailedCheck: number
  readonly choice: string | null
}
type SaidRow = Omit<SaidOfTry, 'passed'> & { readonly passed: number | null }

/** The same of an agent that has just ended; null of one that lives. */
export function endedAgentOf(agent: Agent): EndedAgent | null {
  const { id, taskId, by, executor, executorType, model, startedAt, endedAt, choice, state } = agent
  if (state.kind !== 'ended') return null
  return {
    id,
    taskId,
    by,
    executor,
    executorType,
    model,
    startedAt,
    endedAt,
    choice,
    outcome: state.outcome,
    failure: state.failure?.class ?? null,
    hasFailedCheck: agent.evidence?.checks.some(({ gates, ok }) => gates && !ok) ?? false,
    costUsd: agent.usage?.costUsd ?? null,
  }
}
