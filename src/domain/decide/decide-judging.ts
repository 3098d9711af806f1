/** The way of a result through its gate: judged when its agent has ended, then done, sent back, failed, or held until a person acts. */
import type { Agent } from '../agent.ts'
import type { CommandOf } from '../command.ts'
import type { Event } from '../event.ts'
import { workFailure, type WorkFailure } from '../failure.ts'
import type { AgentId } from '../ids.ts'
import {
  evaluationIdOf,
  judgementIdOf,
  judgementNumberOf,
  type Evaluation,
  type EvaluationPolicy,
  type Findings,
  type JudgementId,
  type Look,
} from '../judging/evaluation.ts'
import type { Judgement, JudgementReply } from '../judging/judgement.ts'
import {
  gateText,
  isCloseCall,
  medianOfLooks,
  passesGate,
  scoreOf,
  scoreText,
} from '../judging/score.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import {
  decided,
  loggedEvent,
  nameOf,
  noOp,
  refused,
  reopenedEvent,
  repeatedEvent,
  providerAsleep,
  returnedEvent,
  unknownTask,
  wrongState,
  type Circumstances,
  type Decided,
  type Deciders,
  type TaskDeciders,
} from './decision.ts'

/** Types whose work is judged only where the task itself says so. */
const UNJUDGED: ReadonlySet<string> = new Set(['shell', 'manual', 'external', 'http', 'schedule'])
export const isUnjudgedType = (executorType: string): boolean => UNJUDGED.has(executorType)

/** How many more answers a close call asks for. */
const MORE_LOOKS = 2

interface Next {
  readonly nextFireAt: number | null
}

export const completedEvent = (
  task: Task,
  by: string,
  resultCommit: string | null,
  next: Next,
  at: number,
): Event => {
  const repeated = repeatedEvent(task, next, null, at)
  return repeated
    ? { ...repeated, resultCommit }
    : { type: 'task.completed', at, id: task.id, by, resultCommit }
}

/** What becomes of a task whose agent has ended well, the event that tells of its work first. */
export function resultEvents(
  plan: Plan,
  task: Task,
  agent: Agent,
  end: CommandOf<'agent.end'>,
  at: number,
): Event[] {
  const resultCommit = end.changes?.commit ?? null
  const completed = completedEvent(task, agent.id, resultCommit, end, at)
  const policy = end.evaluation
  if (!policy || !isJudged(task, agent, policy)) return [completed]
  const failed = end.evidence.checks?.find(({ ok, gates }) => gates && !ok)
  if (failed) {
    const bad = workFailure('gate', `its check ${failed.name} failed`, { detail: failed.tail })
    return [sentBackEvent(task, policy, bad, end, at)]
  }
  const isBehind = policy.gate.gate.mode === 'score' && !policy.waits
  const { generation } = agent
  const judging: Event = {
    type: 'task.judging',
    at,
    id: task.id,
    agentId: agent.id,
    generation,
    resultCommit,
  }
  const about = { task, agentId: agent.id, generation, by: agent.id, wish: null, at }
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
const GATE = 'gate'
const RECORD = 'record'

/** A task that is settled otherwise needs no answer to it any more. */
export function isWanted(plan: Plan, { subject, taskId, agentId }: Judgement): boolean {
  const state = taskId === null ? undefined : plan.tasks.get(taskId)?.state
  return subject !== GATE || (state?.kind === 'pending-eval' && state.agentId === agentId)
}

function queuedEvent(
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
  const { task, agentId, generation, subject, by, wish, at } = about
  const judgement: Judgement = {
    id: judgementIdOf(plan.lastJudgementNumber + ahead),
    purpose: 'evaluation',
    taskId: task.id,
    agentId,
    generation,
    subject,
    queuedAt: at,
    by,
    wish,
    state: { kind: 'queued', notBefore: null },
    turn: 1,
    judge: null,
    usage: null,
    costSource: null,
  }
  return { type: 'judgement.queued', at, judgement }
}

/** Tried again with what was found as its note; failed once its gate has sent it back often enough. */
function sentBackEvent(
  task: Task,
  { retries }: EvaluationPolicy,
  bad: WorkFailure,
  next: Next,
  at: number,
): Event {
  return task.gateTries < retries
    ? returnedEvent(task.id, at, { failure: bad, isGate: true })
    : gateFailedEvent(task, bad, next, at)
}

const gateFailedEvent = (task: Task, bad: WorkFailure, next: Next, at: number): Event =>
  repeatedEvent(task, next, bad, at) ?? {
    type: 'task.failed',
    at,
    id: task.id,
    failure: bad,
    isAttempt: false,
  }

export const judgingDeciders: Deciders<
  ('judgement.ask' | 'judgement.postpone' | 'judgement.end' | 'judgement.kill') | 'evaluation.score'
> = {
  'judgement.ask'({ judgements }, { judgementId: id, judge }, { at }) {
    if (judgements.get(id)?.state.kind !== 'queued') return noOp(id)
    return decided([id], { type: 'judgement.asked', at, id, judge })
  },

  'judgement.postpone'({ judgements, breakers }, { judgementId: id, postponement }, { at }) {
    if (judgements.get(id)?.state.kind !== 'asked') return noOp(id)
    const { until, reason, provider, turn } = postponement
    const postponed: Event = { type: 'judgement.postponed', at, id, notBefore: until, turn }
    const known = provider === null ? null : breakers.get(`provider:${provider}`)
    // A later word must not wake it too soon.
    if (provider === null || (known && (known.until ?? until) >= until))
      return decided([id], postponed)
    const sleep = { subject: provider, reason, since: known?.since ?? at, until }
    return decided([id], postponed, providerAsleep(sleep, at))
  },

  'judgement.end': decideEnded,

  'judgement.kill'(plan, { judgementId, policy, nextFireAt }, now) {
    if (!plan.judgements.has(judgementId)) return noOp(judgementId)
    const reason = `${nameOf(now.by)} ended it`
    const reply = { value: null, reason, usage: null, costSource: null }
    return decideEnded(plan, { judgementId, reply, policy, nextFireAt }, now)
  },

  'evaluation.score'(plan, command, now) {
    const { id, evaluationId, score, dimensions, note, isAudit, policy } = command
    const task = plan.tasks.get(id)
    if (!task) return refused(unknownTask(plan, id))
    const opinion = {
      ...{ id: now.newId(), evaluationId, taskId: id, at: now.at, by: nameOf(now.by) },
      ...{ score, dimensions, note, isAudit },
    }
    const scored: Event = { type: 'evaluation.scored', at: now.at, opinion }
    const waits = task.state.kind === 'waiting' && task.state.for === 'evaluation'
    if (isAudit || score === null || !waits || task.evaluation?.id !== evaluationId)
      return decided([evaluationId], scored)
    const settled = outcomeEvents(task, { score, notes: note, policy }, command, now)
    return decided([evaluationId], scored, ...settled)
  },
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
    const completed = completedEvent(task, by, null, { nextFireAt }, now.at)
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
      return decided([id], logged, reopenedEvent(task, now.at))
    }
    if (!isUndecided(task))
      return refused(wrongState(task, 'rejected', `yard log ${id} "text" leaves a note`))
    const bad = workFailure('gate', `${nameOf(now.by)} rejected it`, { detail: note })
    return decided([id], logged, returnedEvent(id, now.at, { failure: bad }))
  },
}

/** Its result is there, and nothing has been decided of it. */
const isUndecided = ({ state }: Task): boolean =>
  state.kind === 'pending-eval' ||
  (state.kind === 'waiting' && (state.for === 'evaluation' || state.for === 'approval'))

const approveHint = ({ id, state }: Task): string =>
  state.kind === 'done' ? 'it is done already' : `yard done ${id} marks it done`

function decideEnded(
  plan: Plan,
  command: Pick<CommandOf<'judgement.end'>, 'judgementId' | 'reply' | 'policy' | 'nextFireAt'>,
  now: Circumstances,
): Decided {
  const { judgementId: id, reply } = command
  const judgement = plan.judgements.get(id)
  if (!judgement) return noOp(id)
  const ended: Event = {
    type: 'judgement.ended',
    at: now.at,
    id,
    outcome: reply.value ? 'answered' : 'unanswered',
    reason: reply.reason,
    usage: reply.usage,
    costSource: reply.costSource,
  }
  const task = judgement.taskId === null ? undefined : plan.tasks.get(judgement.taskId)
  if (judgement.purpose !== 'evaluation' || !task || !command.policy) return decided([id], ended)
  const scene = { plan, task, judgement, reply, policy: command.policy, next: command, now }
  return decided([id], ended, ...evaluatedEvents(scene))
}

interface Scene {
  readonly plan: Plan
  readonly task: Task
  readonly judgement: Judgement
  readonly reply: JudgementReply
  readonly policy: EvaluationPolicy
  readonly next: Next
  readonly now: Circumstances
}

function evaluatedEvents(scene: Scene): Event[] {
  const { plan, task, judgement, reply, policy, now } = scene
  const look = lookOf(judgement, reply)
  const pending = isWanted(plan, judgement) && judgement.subject === GATE ? task.state : null
  const before = pending?.kind === 'pending-eval' ? pending.looks : []
  const looks = look ? [...before, look] : before
  const others = [...plan.judgements.values()].some(
    (each) =>
      each.id !== judgement.id &&
      each.purpose === 'evaluation' &&
      each.agentId === judgement.agentId,
  )
  // The last of its answers decides.
  if (pending && others) return look ? [lookedEvent(task, look, now.at)] : []
  const evaluation = evaluationOf(scene, looks)
  if (pending && look && looks.length === 1 && wantsMore(evaluation, task, policy))
    return [lookedEvent(task, look, now.at), ...moreLooks(scene)]
  const recorded: Event = { type: 'evaluation.recorded', at: now.at, evaluation }
  if (!pending) return evaluation.status === 'scored' || isFirst(task, judgement) ? [recorded] : []
  const score = isSameWork(task, evaluation) ? (task.evaluation?.score ?? null) : evaluation.score
  const { reason, notes } = evaluation
  return [
    recorded,
    ...outcomeEvents(task, { score, notes, reason, policy }, scene.next, now, judgement),
  ]
}

const lookedEvent = ({ id }: Task, look: Look, at: number): Event => ({
  type: 'task.looked',
  at,
  id,
  look,
})

function lookOf({ id, judge }: Judgement, { value, usage }: JudgementReply): Look | null {
  if (value?.purpose !== 'evaluation') return null
  return { judgementId: id, judge, findings: value.findings, costUsd: usage?.costUsd ?? null }
}

/** An unscored evaluation of a result that was scored before would hide that score. */
const isFirst = ({ evaluation }: Task, { agentId }: Judgement): boolean =>
  evaluation === null || evaluation.agentId !== agentId

const isSameWork = ({ evaluation }: Task, { work }: Evaluation): boolean =>
  evaluation !== null && work !== '' && evaluation.work === work && evaluation.score !== null

function wantsMore(evaluation: Evaluation, task: Task, policy: EvaluationPolicy): boolean {
  const { score, marks } = evaluation
  if (score === null || policy.secondLook === 0 || isSameWork(task, evaluation)) return false
  const { gate } = policy.gate
  if (gate.mode !== 'gated') return false
  return isCloseCall(gate, score, policy.secondLook) || marks.includes('criteria-disagree')
}

const moreLooks = ({ plan, task, judgement, now }: Scene): Event[] => {
  const { agentId, generation, by, wish } = judgement
  if (agentId === null || generation === null) return []
  const about = { task, agentId, generation, subject: GATE, by, wish, at: now.at }
  return Array.from({ length: MORE_LOOKS }, (_, nth) => queuedEvent(plan, about, nth + 1))
}

const NO_FINDINGS: Findings = {
  dimensions: null,
  evidence: {},
  criteria: [],
  notes: '',
  marks: [],
  facts: [],
  work: '',
}

/** Of all answers: the median of each dimension; words and marks of the first. */
function evaluationOf(
  { task, judgement, reply, policy, now }: Scene,
  looks: readonly Look[],
): Evaluation {
  const [first] = looks
  const known = looks.flatMap(({ findings }) => findings.dimensions ?? [])
  const dimensions = known.length === 0 ? null : medianOfLooks(known)
  const score = dimensions && scoreOf(dimensions, policy.weights)
  const scores = known.map((each) => scoreOf(each, policy.weights)).filter((each) => each !== null)
  const findings = first?.findings ?? NO_FINDINGS
  const ids: readonly JudgementId[] = looks.map(({ judgementId }) => judgementId)
  const { gate } = policy.gate
  const firstId = judgementIdOf(
    Math.min(...[judgement.id, ...ids].map((id) => judgementNumberOf(id))),
  )
  return {
    ...findings,
    marks: [...new Set(looks.flatMap((look) => look.findings.marks))],
    id: evaluationIdOf(firstId),
    taskId: task.id,
    // An evaluation is asked of an agent's result.
    agentId: judgement.agentId as AgentId,
    generation: judgement.generation ?? task.generation,
    at: now.at,
    status: score === null ? 'unscored' : 'scored',
    reason: score === null ? (reply.reason ?? 'the judge said nothing of correctness') : null,
    dimensions,
    score,
    checks: reply.value?.purpose === 'evaluation' ? reply.value.checks : [],
    judge: first?.judge ?? judgement.judge,
    judgements: ids.includes(judgement.id) ? [...ids] : [...ids, judgement.id],
    spread: scores.length > 1 ? Math.max(...scores) - Math.min(...scores) : null,
    gate: gateText(gate),
    passed: gate.mode === 'gated' && score !== null ? passesGate(gate, score) : null,
    costUsd: sumOf(looks.map(({ costUsd }) => costUsd)),
  }
}

const sumOf = (costs: readonly (number | null)[]): number | null =>
  costs.reduce<number | null>((sum, cost) => (cost === null ? sum : (sum ?? 0) + cost), null)

interface Outcome {
  /** Null = unscored, for `reason`. */
  readonly score: number | null
  readonly notes: string
  readonly reason?: string | null
  readonly policy: EvaluationPolicy
}

/** What the score of a result that waited for it comes to. */
function outcomeEvents(
  task: Task,
  { score, notes, reason = null, policy }: Outcome,
  next: Next,
  { at }: Circumstances,
  judgement: Judgement | null = null,
): Event[] {
  const { gate } = policy.gate
  const by = judgement?.agentId ?? task.lastAgentId ?? 'coordinator'
  const passed = (): Event[] => [completedEvent(task, by, null, next, at)]
  if (gate.mode === 'off') return passed()
  if (gate.mode === 'person')
    return [awaiting(task, 'approval', 'a person decides whether its result is good', at)]
  if (score === null) {
    const why = reason ?? 'it could not be scored'
    if (policy.onFailure === 'pass') return passed()
    if (policy.onFailure === 'hold') return [awaiting(task, 'evaluation', why, at)]
    return [gateFailedEvent(task, workFailure('evaluation', why), next, at)]
  }
  if (passesGate(gate, score)) return passed()
  const said = `scored ${scoreText(score)}, and its gate asks for ${gateText(gate)}`
  return [sentBackEvent(task, policy, workFailure('gate', said, { detail: notes }), next, at)]
}

const awaiting = (
  { id }: Task,
  what: 'approval' | 'evaluation',
  text: string,
  at: number,
): Event => ({
  type: 'task.awaiting',
  at,
  id,
  for: what,
  text,
  failure: null,
  provider: null,
})
