/** The book of tries that routes are chosen by: read from the store when it is first asked for, and told of every commit from then on. */
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import type { Agent } from '../../domain/agent.ts'
import { isLaunched } from '../../domain/routing/holder.ts'
import type { AgentId } from '../../domain/ids.ts'
import type { EvaluationId } from '../../domain/judging/evaluation.ts'
import { kindOf } from '../../domain/judging/kind.ts'
import type { EntityChange, Plan } from '../../domain/plan.ts'
import { armName } from '../../domain/routing/choice.ts'
import { findModel } from '../../domain/routing/models.ts'
import { isCodingAgent, type ModelEntry, type Settings } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { createRouteBook, type EndedTry, type RouteBook } from '../../judging/route-book.ts'
import type { Arm } from '../../judging/route-choice.ts'
import {
  type EndedAgent,
  endedAgentOf,
  type SaidByPerson,
  type SaidOfTry,
  type TryReads,
} from '../../store/tries.ts'

/** So many tries are known; with the usual half-life an older one of four kinds would count less than a thousandth. */
const KEPT_TRIES = 5000
const HOUR_MS = 3_600_000

/** By which a try says something of the executor and the model that made it. */
const OWN_FAILURES: ReadonlySet<string> = new Set([
  'no-work',
  'verify',
  'gate',
  'reported',
  'timeout',
  'context-overflow',
])

/** What of the settings says what is learned. */
export interface LearnedBy extends Pick<Settings, 'routing' | 'models'> {
  readonly judging: Pick<Settings['judging'], 'kinds'>
}

type Parts = {
  readonly plan: Plan
  readonly reads: TryReads
  settings(): LearnedBy
}

export type KeptTries = ReturnType<typeof createKeptTries>

export function createKeptTries({ plan, reads, settings }: Parts) {
  let kept: { readonly of: string; readonly book: RouteBook; readonly notes: Notes } | null = null

  /** What the book is made by; with other words it is read anew. */
  const basis = (): string => {
    const { routing, judging } = settings()
    return JSON.stringify([routing.halfLife, judging.kinds])
  }
  const toTry = (agent: EndedAgent): EndedTry | null => {
    const { model, endedAt, startedAt } = agent
    const kind = isOfModel(agent) && isLaunched(agent) ? kindOfTry(agent) : null
    if (kind === null) return null
    const { models } = settings()
    return {
      id: agent.id,
      kind,
      arm: { name: armName(agent), tier: model === null ? null : tierOf(models, model) },
      end: endOf(agent),
      costUsd: agent.costUsd,
      hours: startedAt === null || endedAt === null ? 0 : (endedAt - startedAt) / HOUR_MS,
    }
  }
  /** Null where the task is no more, and nothing was noted of it. */
  const kindOfTry = ({ taskId, choice, executorType }: EndedAgent): string | null => {
    const task = plan.tasks.get(taskId)
    if (choice) return choice.kind
    return task ? kindOf(task, executorType, settings().judging.kinds) : null
  }
  const read = (): RouteBook => {
    const of = basis()
    if (kept?.of === of) return kept.book
    const book = createRouteBook(settings().routing.halfLife, KEPT_TRIES)
    const notes = createNotes(book, toTry)
    for (const agent of reads.ended(KEPT_TRIES)) notes.ended(agent)
    for (const { id, choice } of plan.agents.values()) if (choice) book.chosen(id, choice)
    // A try may have been judged more than once.
    for (const said of reads.evaluations(2 * KEPT_TRIES)) notes.said(said)
    for (const said of reads.opinions(2 * KEPT_TRIES)) notes.saidByPerson(said)
    // Of a task that is not tried again yet; an older rejection is known by its score alone.
    for (const task of plan.tasks.values())
      if (task.lastAgentId !== null && isSentBack(task)) book.rejected(task.lastAgentId)
    kept = { of, book, notes }
    return book
  }
  return {
    read,
    note({ changes }: CommittedBatch): void {
      if (kept) for (const change of changes) noteChange(kept.notes, change)
    },
  }
}

function noteChange(notes: Notes, change: EntityChange): void {
  switch (change.entity) {
    case 'evaluation':
      return notes.said(change.after)
    case 'opinion':
      return change.after.isAudit ? undefined : notes.saidByPerson(change.after)
    case 'task':
      return noteRejection(notes, change.before, change.after)
    case 'agent':
      return noteAgent(notes, change.before, change.after)
    default:
      return
  }
}

function noteAgent(notes: Notes, before: Agent | null, after: Agent | null): void {
  if (!after) return
  if (!before && after.choice) notes.chosen(after.id, after.choice)
  const ended = before?.state.kind === 'ended' ? null : endedAgentOf(after)
  if (ended) notes.ended(ended)
}

function noteRejection(notes: Notes, before: Task | null, after: Task | null): void {
  if (!before || !after) return
  const { state, lastAgentId } = before
  const waited = state.kind === 'pending-eval' || state.kind === 'waiting'
  if (waited && lastAgentId !== null && isSentBack(after)) notes.rejected(lastAgentId)
}

/** By its gate, or by a person. */
const isSentBack = ({ state, lastFailure }: Task): boolean =>
  (state.kind === 'open' || state.kind === 'failed') && lastFailure?.class === 'gate'

type Notes = ReturnType<typeof createNotes>

/** Brings what is said of evaluations to the tries that these are of. */
function createNotes(book: RouteBook, toTry: (agent: EndedAgent) => EndedTry | null) {
  /** The latest evaluation of a try, by its own id. */
  const latest = new Map<AgentId, SaidOfTry>()
  const tryOf = new Map<EvaluationId, AgentId>()
  const tell = (said: SaidOfTry, person: number | null): void =>
    book.scored(said.agentId, { model: said.score, passed: said.passed, person })
  return {
    chosen: book.chosen,
    rejected: book.rejected,
    ended(agent: EndedAgent): void {
      if (agent.choice) book.chosen(agent.id, agent.choice)
      const ended = toTry(agent)
      if (ended) book.ended(ended)
    },
    said(said: SaidOfTry): void {
      const { id, agentId, score, passed } = said
      // Nobody could score it: what was said before still holds.
      if (score === null && passed === null) return
      const before = latest.get(agentId)
      if (before) tryOf.delete(before.id)
      latest.set(agentId, { id, agentId, score, passed })
      tryOf.set(id, agentId)
      if (latest.size > 2 * KEPT_TRIES) forgetOldest()
      tell(said, null)
    },
    saidByPerson({ evaluationId, score }: SaidByPerson): void {
      const agentId = tryOf.get(evaluationId)
      const said = agentId === undefined ? undefined : latest.get(agentId)
      if (said) tell(said, score)
    },
  }
  function forgetOldest(): void {
    const [oldest] = latest
    if (!oldest) return
    latest.delete(oldest[0])
    tryOf.delete(oldest[1].id)
  }
}

function endOf({ outcome, failure, hasFailedCheck }: EndedAgent): EndedTry['end'] {
  if (outcome === 'done') return hasFailedCheck ? 'failed' : 'done'
  return outcome === 'failed' && failure !== null && OWN_FAILURES.has(failure) ? 'failed' : 'other'
}

const isOfModel = ({ model, executorType }: EndedAgent): boolean =>
  model !== null || isCodingAgent(executorType)

const TIERS = ['strong', 'standard', 'light'] as const

/** Null for a model of no tier, or of one of the person's own. */
export function tierOf(models: Readonly<Record<string, ModelEntry>>, name: string): Arm['tier'] {
  const tier = findModel({ models }, name)?.tier ?? null
  return TIERS.find((known) => known === tier) ?? null
}
