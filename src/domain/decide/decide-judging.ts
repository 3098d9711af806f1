/** Judgements, and what people say of results: ask, end, kill, score, approve, reject. */
import type { Event } from '../event.ts'
import { type Failure, failure, workFailure } from '../failure.ts'
import type { CommandOf } from '../command.ts'
import { type EvaluationId, judgementIdOf } from '../judging/evaluation.ts'
import type { Plan } from '../plan.ts'
import { endedEvent } from './decide-judgement.ts'
import { evaluationBy } from './looks.ts'
import type { Task } from '../task.ts'
import {
  completedEvent,
  GATE,
  judgementEvent,
  NO_SUBJECT,
  outcomeEvents,
  queuedEvent,
  RECORD,
} from './evaluated.ts'
import {
  decided,
  loggedEvent,
  nameOf,
  noOp,
  refused,
  reopenedEvent,
  returnedEvent,
  unknownTask,
  wrongState,
  type Circumstances,
  type Deciders,
  type TaskDeciders,
} from './decision.ts'

export const judgingDeciders: Deciders<'evaluation.score' | 'evaluator.check'> = {
  'evaluator.check'(plan, { executor, model, canaries }, now) {
    const living = [...plan.judgements.values()].filter(
      ({ purpose, wish }) =>
        purpose === 'canary' && wish?.executor === executor && wish.model === model,
    )
    if (living.length > 0) return noOp(...living.map(({ id }) => id))
    const asked = { ...NO_SUBJECT, by: nameOf(now.by), wish: { executor, model }, at: now.at }
    const events = canaries.map((subject, nth) =>
      judgementEvent(plan, { ...asked, purpose: 'canary', subject }, nth + 1),
    )
    return decided(
      events.map(({ judgement }) => judgement.id),
      ...events,
    )
  },

  'evaluation.score'(plan, command, now) {
    const { id } = command
    const task = plan.tasks.get(id)
    if (!task) return refused(unknownTask(plan, id))
    const first = firstScored(plan, task, command, now)
    const evaluationId = command.evaluationId ?? first?.id ?? null
    if (evaluationId === null)
      return refused(wrongState(task, 'scored', `yard evaluate ${id} has its result judged`))
    if (isAuditedBy(command, now)) return refused(auditedAlready(evaluationId))
    const said = opinionEvent(command, evaluationId, now)
    const isAwaited = first !== null || waitsForScore(task, evaluationId)
    const settled = isAwaited ? settledEvents(task, command, now) : []
    return decided([evaluationId], ...(first?.events ?? []), said, ...settled)
  },
}

const isAuditedBy = (
  { isAudit, auditors }: CommandOf<'evaluation.score'>,
  { by }: Circumstances,
): boolean => isAudit && (auditors?.includes(nameOf(by)) ?? false)

const auditedAlready = (id: EvaluationId): Failure =>
  failure('wrong-state', `${id} was audited by you already: its score is known`, {
    hint: `yard score ${id} S --note "why" gives a score that counts`,
  })

function opinionEvent(
  { id: taskId, score, dimensions, note, isAudit }: CommandOf<'evaluation.score'>,
  evaluationId: EvaluationId,
  { at, by, newId }: Circumstances,
): Event {
  const about = { id: newId(), evaluationId, taskId, at, by: nameOf(by) }
  return { type: 'evaluation.scored', at, opinion: { ...about, score, dimensions, note, isAudit } }
}

/** Of a task that waits for this score. */
function settledEvents(
  task: Task,
  { score, note, isAudit, policy, nextFireAt }: CommandOf<'evaluation.score'>,
  now: Circumstances,
): readonly Event[] {
  if (isAudit || score === null) return []
  const by = task.lastAgentId ?? nameOf(now.by)
  const outcome = { score, notes: note, reason: null, policy, by }
  return outcomeEvents(task, outcome, { at: now.at, nextFireAt })
}

/** What was answered so far of a result that waits for its first score, the questions about it ended; null where none waits so. */
function firstScored(
  plan: Plan,
  task: Task,
  { evaluationId, score, isAudit, paid, policy }: CommandOf<'evaluation.score'>,
  now: Circumstances,
): { readonly id: EvaluationId; readonly events: readonly Event[] } | null {
  const { state } = task
  if (evaluationId !== null || score === null || isAudit) return null
  if (state.kind !== 'pending-eval' || state.agentId === task.evaluation?.agentId) return null
  const living = [...plan.judgements.values()].filter(
    ({ purpose, agentId }) => purpose === 'evaluation' && agentId === state.agentId,
  )
  const [last] = living
  if (!last) return null
  const { at } = now
  const { agentId, generation, looks } = state
  const reason = `${nameOf(now.by)} scored it first`
  const about = { taskId: task.id, agentId, generation, last, reason, policy, at }
  const evaluation = evaluationBy(looks, about)
  const ended = living.map((judgement) => {
    const used = paid?.get(judgement.id) ?? { usage: null, costSource: null }
    const reply = { value: null, reason, ...used }
    return endedEvent(judgement, { reply, policy }, { at, isCutShort: true })
  })
  const events = [...ended, { type: 'evaluation.recorded', at, evaluation } as const]
  return { id: evaluation.id, events }
}

export const judgedTaskDeciders: TaskDeciders<
  'evaluation.request' | 'task.approve' | 'task.reject'
> = {
  'evaluation.request'(task, { id, agentId, generation, executor, model }, now, plan) {
    const living = [...plan.judgements.values()].find(
      (each) => each.purpose === 'evaluation' && each.agentId === agentId,
    )
    if (living) return noOp(living.id)
    if (plan.agents.has(agentId))
      return refused(wrongState(task, 'evaluated', `${agentId} is still at work`))
    const wish = executor === null && model === null ? null : { executor, model }
    const isHeld =
      task.state.kind === 'waiting' &&
      task.state.for === 'evaluation' &&
      task.lastAgentId === agentId
    const by = nameOf(now.by)
    const about = { task, agentId, generation, by, wish, at: now.at }
    const queued = queuedEvent(plan, { ...about, subject: isHeld ? GATE : RECORD })
    const again: Event = {
      type: 'task.judging',
      at: now.at,
      id,
      agentId,
      generation,
      resultCommit: null,
    }
    return decided(
      [judgementIdOf(plan.lastJudgementNumber + 1)],
      ...(isHeld ? [again] : []),
      queued,
    )
  },

  'task.approve'(task, { note, nextFireAt }, now) {
    const { id } = task
    if (!isUndecided(task)) return refused(wrongState(task, 'approved', approveHint(task)))
    const said = note === null ? 'approved' : `approved: ${note}`
    const by = nameOf(now.by)
    const completed = completedEvent(task, by, null, { nextFireAt, at: now.at })
    return decided([id], loggedEvent(id, said, now), completed)
  },

  'task.reject'(task, { note }, now) {
    const { id } = task
    const logged = loggedEvent(id, `rejected: ${note}`, now)
    if (task.state.kind === 'done') {
      if (task.landing?.state === 'landed')
        return refused(
          wrongState(task, 'rejected', `its result has landed; yard reopen ${id} has it done anew`),
        )
      return decided([id], logged, ...rejectedEvents(task, note, now), reopenedEvent(task, now.at))
    }
    if (!isUndecided(task))
      return refused(wrongState(task, 'rejected', `yard log ${id} "text" leaves a note`))
    const bad = workFailure('gate', `${nameOf(now.by)} rejected it`, { detail: note })
    const rejected = rejectedEvents(task, note, now)
    return decided([id], logged, ...rejected, returnedEvent(id, now.at, { failure: bad }))
  },
}

/** Of the result that its latest evaluation is of: nobody could score that, or it is judged anew. */
const waitsForScore = ({ state, evaluation }: Task, id: EvaluationId): boolean =>
  evaluation?.id === id &&
  ((state.kind === 'waiting' && state.for === 'evaluation') ||
    (state.kind === 'pending-eval' && state.agentId === evaluation.agentId))

/** Whose result it was. */
function rejectedEvents(
  { id, state, lastAgentId }: Task,
  note: string,
  { at }: Pick<Circumstances, 'at'>,
): Event[] {
  const agentId = state.kind === 'pending-eval' ? state.agentId : lastAgentId
  return agentId === null ? [] : [{ type: 'task.rejected', at, id, agentId, note }]
}

/** Its result is there, and nothing has been decided of it. */
const isUndecided = ({ state }: Task): boolean =>
  state.kind === 'pending-eval' ||
  (state.kind === 'waiting' && (state.for === 'evaluation' || state.for === 'approval'))

const approveHint = ({ id, state }: Task): string =>
  state.kind === 'done' ? 'it is done already' : `yard done ${id} marks it done`
