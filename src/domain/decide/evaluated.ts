/** What becomes of a judged result: recorded, looked at again, and the way of its task through the gate. */
import type { Agent, KeptEvidence } from '../agent.ts'
import type { Event, EventOf } from '../event.ts'
import { workFailure, type WorkFailure } from '../failure.ts'
import type { AgentId } from '../ids.ts'
import {
  judgementIdOf,
  type Evaluation,
  type EvaluationPolicy,
  type Look,
} from '../judging/evaluation.ts'
import type { Judgement, JudgementReply } from '../judging/judgement.ts'
import { gateText, isCloseCall, passesGate, scoreText } from '../judging/score.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import { repeatedEvent, returnedEvent } from './decision.ts'
import { evaluationBy, isPassed, keptOf, rejectionOf } from './looks.ts'

/** Types whose work is judged only where the task itself says so. */
const UNJUDGED: ReadonlySet<string> = new Set(['shell', 'manual', 'external', 'http', 'schedule'])
export const isUnjudgedType = (executorType: string): boolean => UNJUDGED.has(executorType)

/** How many more answers a close call asks for. */
const MORE_LOOKS = 2

/** When a task is over, and its next time where it repeats. */
interface Close {
  readonly at: number
  readonly nextFireAt: number | null
}

export function completedEvent(
  task: Task,
  by: string,
  resultCommit: string | null,
  close: Close,
): Event {
  const repeated = repeatedEvent(task, close, null, close.at)
  return repeated
    ? { ...repeated, resultCommit }
    : { type: 'task.completed', at: close.at, id: task.id, by, resultCommit }
}

/** What an agent left, and how that is judged. */
export interface WorkLeft extends Pick<Close, 'nextFireAt'> {
  readonly changes: Agent['changes']
  readonly evidence: Partial<Pick<KeptEvidence, 'checks'>> | null
  readonly evaluation?: EvaluationPolicy
}

/** What becomes of a task whose agent has ended well, the event that tells of its work first. */
export function resultEvents(
  {
    plan,
    task,
    agent,
    end,
  }: {
    readonly plan: Plan
    readonly task: Task
    readonly agent: Agent
    readonly end: WorkLeft
  },
  at: number,
): Event[] {
  const resultCommit = end.changes?.commit ?? null
  const close = { at, nextFireAt: end.nextFireAt }
  const completed = completedEvent(task, agent.id, resultCommit, close)
  const policy = end.evaluation
  if (!policy || !isJudged(task, agent, policy)) return [completed]
  const failed = end.evidence?.checks?.find(({ ok, gates }) => gates && !ok)
  if (failed) {
    const how = failed.isCut ? 'was not run to its end' : 'failed'
    const bad = workFailure('gate', `its check ${failed.name} ${how}`, { detail: failed.tail })
    return [sentBackEvent(task, policy, bad, close)]
  }
  const { id: agentId, generation } = agent
  const isBehind = policy.gate.gate.mode === 'score' && !policy.waits
  const judging = {
    type: 'task.judging',
    at,
    id: task.id,
    agentId,
    generation,
    resultCommit,
  } as const
  const about = { task, agentId, generation, by: agentId, wish: null, at }
  const queued = queuedEvent(plan, { ...about, subject: isBehind ? RECORD : GATE })
  return [isBehind ? completed : judging, queued]
}

/** Whether a result of it goes through its gate: what no model did only where the task itself says so. */
export const isJudged = (
  task: Pick<Task, 'merging'>,
  agent: Pick<Agent, 'executorType'>,
  { gate }: Pick<EvaluationPolicy, 'gate'>,
): boolean =>
  gate.gate.mode !== 'off' &&
  (gate.isOwn || (task.merging === null && !isUnjudgedType(agent.executorType)))

/** Its task waits for what comes of it, or only its score is wanted. */
export const GATE = 'gate'
export const RECORD = 'record'

/** A task that is settled otherwise needs no answer to it any more. */
export function isWanted(plan: Plan, { subject, taskId, agentId }: Judgement): boolean {
  const state = taskId === null ? undefined : plan.tasks.get(taskId)?.state
  return subject !== GATE || (state?.kind === 'pending-eval' && state.agentId === agentId)
}

/** About no task. */
export const NO_SUBJECT = { taskId: null, agentId: null, generation: null } as const

type Asked = Pick<
  Judgement,
  'purpose' | 'taskId' | 'agentId' | 'generation' | 'subject' | 'by' | 'wish'
> &
  Partial<Pick<Judgement, 'dueAt'>>

/** `ahead`: of several that are asked for at once, which. */
export const newJudgement = (
  { lastJudgementNumber }: Pick<Plan, 'lastJudgementNumber'>,
  { at: queuedAt, ...asked }: Asked & { readonly at: number },
  ahead = 1,
): Judgement => ({
  ...asked,
  id: judgementIdOf(lastJudgementNumber + ahead),
  queuedAt,
  state: { kind: 'queued', notBefore: null },
  turn: 1,
  judge: null,
  usage: null,
  costSource: null,
  score: null,
})

export const judgementEvent = (
  plan: Plan,
  asked: Asked & { readonly at: number },
  ahead = 1,
): EventOf<'judgement.queued'> => ({
  type: 'judgement.queued',
  at: asked.at,
  judgement: newJudgement(plan, asked, ahead),
})

export function queuedEvent(
  plan: Plan,
  about: {
    readonly task: Task
    readonly agentId: AgentId
    readonly generation: number
    readonly subject: string
    readonly by: string
    readonly wish: Judgement['wish']
    readonly at: number
  },
  ahead = 1,
): Event {
  const { task, ...rest } = about
  return judgementEvent(plan, { ...rest, purpose: 'evaluation', taskId: task.id }, ahead)
}

/** Tried again with what was found as its note; failed once its gate has sent it back often enough. */
function sentBackEvent(
  task: Task,
  { retries }: EvaluationPolicy,
  bad: WorkFailure,
  close: Close,
): Event {
  return task.gateTries < retries
    ? returnedEvent(task.id, close.at, { failure: bad, isGate: true })
    : gateFailedEvent(task, bad, close)
}

const gateFailedEvent = (task: Task, bad: WorkFailure, close: Close): Event =>
  repeatedEvent(task, close, bad, close.at) ?? {
    type: 'task.failed',
    at: close.at,
    id: task.id,
    failure: bad,
    isAttempt: false,
  }

export interface Scene {
  readonly plan: Plan
  readonly task: Task
  readonly judgement: Judgement
  readonly reply: JudgementReply
  readonly policy: EvaluationPolicy
  readonly close: Close
}

/** What the end of a judgement of a result comes to. */
export function evaluatedEvents(scene: Scene): Event[] {
  const { plan, judgement } = scene
  return judgement.subject === GATE && isWanted(plan, judgement)
    ? gatedEvents(scene)
    : recordedEvents(scene)
}

/** Nothing waits for it: it is only kept, as one with what was answered of the same close call before. An unscored one would hide the score that the result had before. */
function recordedEvents(scene: Scene): Event[] {
  const { task, judgement, close } = scene
  const look = lookOf(judgement, scene.reply)
  const { id, openLooks = [] } = task
  const known = openLooks.filter(({ agentId }) => agentId === judgement.agentId)
  if (known.length > 0 && hasOthers(scene))
    return look && judgement.agentId
      ? [{ type: 'task.looked', at: close.at, id, look, late: judgement.agentId }]
      : []
  const looks = [...known.map((each) => each.look), ...(look ? [look] : [])]
  const evaluation = recordOf(scene, looks)
  const isFirst = task.evaluation?.agentId !== judgement.agentId
  return evaluation.status === 'scored' || isFirst
    ? [{ type: 'evaluation.recorded', at: close.at, evaluation }]
    : []
}

function gatedEvents(scene: Scene): Event[] {
  const { task, close } = scene
  const look = decidingLook(scene)
  const looked: Event[] = look ? [{ type: 'task.looked', at: close.at, id: task.id, look }] : []
  // The last of its answers decides; there are several only once one was kept.
  if (looksAt(task).length > 0 && hasOthers(scene)) return looked
  const looks = [...looksAt(task), ...(look ? [look] : [])]
  const evaluation = recordOf(scene, looks)
  const flag = look && flagOf(scene.reply)
  if (look && flag === null && looks.length === 1 && isInDoubt(scene, evaluation))
    return [...looked, ...moreLooks(scene)]
  const recorded: Event = { type: 'evaluation.recorded', at: close.at, evaluation }
  return [recorded, ...gateEvents(scene, evaluation, flag)]
}

/** `flag`: why the score decides nothing; null = it does. */
function gateEvents(scene: Scene, evaluation: Evaluation, flag: string | null): readonly Event[] {
  const { task, policy, close } = scene
  const { agentId: by, kept } = evaluation
  const rejection = rejectionOf(task, evaluation)
  if (rejection !== null) return rejectedAgain(scene, by, rejection)
  const score = kept?.score ?? evaluation.score
  const counts = flag === null ? { score } : { score: null, reason: flag }
  return outcomeEvents(task, { ...evaluation, ...counts, policy, by }, close)
}

/** What a flagged judge says does not count among the answers of others. */
const decidingLook = ({ task, judgement, reply }: Scene): Look | null =>
  flagOf(reply) !== null && looksAt(task).length > 0 ? null : lookOf(judgement, reply)

const flagOf = ({ value }: JudgementReply): string | null =>
  value?.purpose === 'evaluation' ? (value.flag ?? null) : null

/** Also with what the very same work was scored before, and without a verdict of a judge that decides nothing. */
function recordOf(scene: Scene, looks: readonly Look[]): Evaluation {
  const { task, judgement, reply, policy } = scene
  const evaluation = evaluationOf(scene, looks)
  const isFlagged = looks.length > 0 && flagOf(reply) !== null
  if (isFlagged)
    return { ...evaluation, passed: null, marks: [...evaluation.marks, 'flagged-judge'] }
  const kept = judgement.subject === GATE ? keptOf(task, evaluation, reply) : null
  const isRejected = judgement.subject === GATE && rejectionOf(task, evaluation) !== null
  const passed = isPassed(policy, kept?.score ?? evaluation.score)
  return {
    ...evaluation,
    passed: isRejected && passed !== null ? false : passed,
    ...(kept ? { kept } : {}),
  }
}

const looksAt = ({ state }: Task): readonly Look[] =>
  state.kind === 'pending-eval' ? state.looks : []

const hasOthers = ({ plan, judgement }: Scene): boolean =>
  [...plan.judgements.values()].some(
    ({ id, purpose, agentId }) =>
      id !== judgement.id && purpose === 'evaluation' && agentId === judgement.agentId,
  )

function lookOf({ id, judge }: Judgement, { value, usage }: JudgementReply): Look | null {
  if (value?.purpose !== 'evaluation') return null
  const { findings, checks, kept } = value
  const ran = checks.length > 0 ? { checks } : {}
  const look = { judgementId: id, findings, costUsd: usage?.costUsd ?? null, ...ran }
  return kept ? { ...look, judge: kept.judge, isKept: true } : { ...look, judge }
}

/** A person has said what is wrong with this very work, and no score says otherwise. */
function rejectedAgain(
  { task, policy, close }: Scene,
  agentId: AgentId,
  note: string,
): readonly Event[] {
  const again: Event = { type: 'task.rejected', at: close.at, id: task.id, agentId, note }
  if (policy.gate.gate.mode === 'person')
    return [again, awaiting(task, 'approval', 'it is the same work as what was rejected', close.at)]
  const said = 'it is the same work as what a person rejected'
  return [again, sentBackEvent(task, policy, workFailure('gate', said, { detail: note }), close)]
}

/** So near to the threshold, or so much against itself, that one look does not decide. */
function isInDoubt({ task, policy }: Scene, evaluation: Evaluation): boolean {
  const { score, marks, kept } = evaluation
  const { gate, secondLook } = policy
  if (kept || rejectionOf(task, evaluation) !== null) return false
  if (score === null || secondLook === 0 || gate.gate.mode !== 'gated') return false
  return isCloseCall(gate.gate, score, secondLook) || marks.includes('criteria-disagree')
}

const moreLooks = ({ plan, task, judgement, close }: Scene): Event[] => {
  const { agentId, generation, by, wish } = judgement
  if (agentId === null || generation === null) return []
  const about = { task, agentId, generation, subject: GATE, by, wish, at: close.at }
  return Array.from({ length: MORE_LOOKS }, (_, nth) => queuedEvent(plan, about, nth + 1))
}

function evaluationOf(scene: Scene, looks: readonly Look[]): Evaluation {
  const { task, judgement, reply, policy, close } = scene
  return evaluationBy(looks, {
    taskId: task.id,
    // An evaluation is asked of an agent's result.
    agentId: judgement.agentId as AgentId,
    generation: judgement.generation ?? task.generation,
    last: judgement,
    reason: reply.reason,
    policy,
    at: close.at,
  })
}

interface Outcome {
  /** Null = unscored, for `reason`. */
  readonly score: number | null
  readonly notes: string
  readonly reason: string | null
  readonly policy: EvaluationPolicy
  /** Who has done it, if it is done. */
  readonly by: string
}

/** What the score of a result that waited for it comes to. */
export function outcomeEvents(task: Task, outcome: Outcome, close: Close): Event[] {
  const { score, notes, policy, by } = outcome
  const { gate } = policy.gate
  if (gate.mode === 'person')
    return [awaiting(task, 'approval', 'a person decides whether its result is good', close.at)]
  if (gate.mode !== 'off' && score === null) return [unscoredEvent(task, outcome, close)]
  if (score === null || passesGate(gate, score)) return [completedEvent(task, by, null, close)]
  const said = `scored ${scoreText(score)}, and its gate asks for ${gateText(gate)}`
  return [sentBackEvent(task, policy, workFailure('gate', said, { detail: notes }), close)]
}

function unscoredEvent(task: Task, { reason, policy, by }: Outcome, close: Close): Event {
  const why = reason ?? 'it could not be scored'
  switch (policy.onFailure) {
    case 'pass':
      return completedEvent(task, by, null, close)
    case 'hold':
      return awaiting(task, 'evaluation', why, close.at)
    case 'fail':
      return gateFailedEvent(task, workFailure('evaluation', why), close)
  }
}

/** It waits for a person. */
export const awaiting = (
  { id }: Pick<Task, 'id'>,
  what: 'approval' | 'evaluation',
  text: string,
  at: number,
): EventOf<'task.awaiting'> => ({
  type: 'task.awaiting',
  at,
  id,
  for: what,
  text,
  failure: null,
  provider: null,
})
