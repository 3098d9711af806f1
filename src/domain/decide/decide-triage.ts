/**
 * Triage: a model is asked what becomes of the task of an agent that was lost, ran out of time, crashed or fell silent. Meanwhile the task
 * is open as after any such end and only its start is put off, so that without an answer all goes on as it would have.
 */
import { err, ok, type Result } from '../../base/result.ts'
import type { Agent, KeptEvidence } from '../agent.ts'
import type { CommandOf } from '../command.ts'
import { isUnchecked } from '../completion.ts'
import type { Event } from '../event.ts'
import {
  attemptLimit,
  failure,
  retryDelayMs,
  workFailure,
  type Failure,
  type WorkFailure,
} from '../failure.ts'
import type { AgentId } from '../ids.ts'
import type { EvaluationPolicy } from '../judging/evaluation.ts'
import type { Judgement } from '../judging/judgement.ts'
import {
  endsAgent,
  isTriaged,
  mayBeTriaged,
  triageOutcome,
  type AgentTriage,
  type TriageFacts,
  type TriageOutcome,
  type TriagePolicy,
} from '../judging/triage.ts'
import type { Plan } from '../plan.ts'
import type { Task } from '../task.ts'
import { awaiting, isJudged, judgementEvent, resultEvents, type WorkLeft } from './evaluated.ts'
import {
  decided,
  nameOf,
  noOp,
  refused,
  repeatedEvent,
  returnedEvent,
  unknownTask,
  whyHint,
  type Circumstances,
  type Deciders,
} from './decision.ts'

/** The judgement that asks what becomes of it; null when none does. */
const askedOf = (plan: Plan, { id, generation }: Pick<Agent, 'id' | 'generation'>) =>
  [...plan.judgements.values()].find(
    (each) => each.purpose === 'triage' && each.agentId === id && each.generation === generation,
  ) ?? null

/** Somebody still goes by its answer: the task whose start it puts off, or its agent, which lives. */
export function isTriageWanted(plan: Plan, { id, taskId, agentId }: Judgement): boolean {
  if (agentId !== null && plan.agents.has(agentId)) return true
  const state = taskId === null ? undefined : plan.tasks.get(taskId)?.state
  return state?.kind === 'open' && state.triage?.judgementId === id
}

function queuedEvent(
  plan: Plan,
  { id, taskId, generation }: Agent,
  about: { readonly subject: 'silent' | 'ended'; readonly by: string; readonly dueAt: number },
  at: number,
) {
  const subject = { taskId, agentId: id, generation, wish: null, ...about }
  return judgementEvent(plan, { purpose: 'triage', ...subject, at })
}

interface BadEnd {
  readonly plan: Plan
  readonly task: Task
  readonly agent: Agent
  readonly policy: TriagePolicy | undefined
  readonly failure: WorkFailure
  /** When the task would go on, ms. */
  readonly goesOnAt: number
  /** No attempt is left after it. */
  readonly isLast: boolean
  readonly at: number
}

/** A model is asked, and the task's start waits for that; null where none is. Once for each agent. */
export function askedEvents(end: BadEnd): Event[] | null {
  const { plan, task, agent, policy, goesOnAt, isLast, at } = end
  if (!isTriaged(end.failure.class) || !mayBeTriaged(agent)) return null
  const asked = askedOf(plan, agent)
  const isNew = !asked && policy !== undefined && agent.triage === null
  const about = { subject: 'ended', by: agent.id } as const
  const queued = isNew
    ? queuedEvent(plan, agent, { ...about, dueAt: at + policy.timeoutMs }, at)
    : null
  const judgement = asked ?? queued?.judgement
  if (!judgement) return null
  const triage = {
    judgementId: judgement.id,
    goesOnAt,
    otherwise: isLast ? ('fail' as const) : ('start' as const),
  }
  const returned = returnedEvent(task.id, at, { failure: end.failure, isAttempt: true })
  return [
    returned,
    ...putOff(task, triage, judgement.dueAt ?? goesOnAt, at),
    ...(queued ? [queued] : []),
  ]
}

type OpenTriage = NonNullable<Extract<Task['state'], { kind: 'open' }>['triage']>

const putOff = ({ id }: Task, triage: OpenTriage, dueAt: number, at: number): Event[] => [
  {
    type: 'task.triaging',
    at,
    id,
    notBefore: Math.max(triage.goesOnAt ?? dueAt, dueAt),
    triage,
  },
]

/** Deliverables, git, the verify line and checks bear out that the work is there. What was not looked at bears out nothing. */
const doFactsAgree = (task: Task, evidence: KeptEvidence | null): boolean =>
  evidence !== null &&
  evidence.work !== 'none' &&
  evidence.missing.length === 0 &&
  evidence.unfinished === null &&
  !isUnchecked(evidence) &&
  (task.verify === null || evidence.verify?.code === 0)

interface Ended {
  readonly plan: Plan
  readonly task: Task
  readonly agent: Agent
  readonly left: WorkLeft & { readonly evidence: KeptEvidence | null }
  readonly failure: WorkFailure
  /** Attempts spent, its own included. */
  readonly attempts: number
  readonly at: number
}

const factsOf = ({ task, agent, left, failure: bad, attempts }: Ended): TriageFacts => ({
  isSilent: false,
  doFactsAgree: doFactsAgree(task, left.evidence),
  isChecked:
    task.verify !== null || (left.evaluation ? isJudged(task, agent, left.evaluation) : false),
  hasAttemptsLeft: attempts < (attemptLimit(bad.class, task.maxAttempts) ?? Infinity),
  // Or it was this very end, asked about again.
  hasWaited: task.waitedOut === agent.generation - 1 || task.waitedOut === agent.generation,
})

const reasonOf = (bad: WorkFailure, { verdict, reason }: AgentTriage): WorkFailure => ({
  ...bad,
  reason: `${bad.reason}; a model says ${verdict}: ${reason}`,
})

/** What the outcome makes of the task; null where it is as without a verdict. `isAttempt`: the attempt is not counted yet. */
function movedEvents(
  ended: Ended,
  outcome: TriageOutcome,
  triage: AgentTriage,
  isAttempt: boolean,
): Event[] | null {
  const { plan, task, agent, left, at } = ended
  const bad = reasonOf(ended.failure, triage)
  switch (outcome.kind) {
    case 'gate':
      return resultEvents({ plan, task, agent, end: left }, at)
    case 'ask-person': {
      const text = `a model says that ${agent.id} had finished: ${triage.reason}; nothing checks it`
      return [
        { ...awaiting(task, 'approval', text, at), resultCommit: left.changes?.commit ?? null },
      ]
    }
    case 'open':
      return [returnedEvent(task.id, at, { failure: bad, isAttempt })]
    case 'failed':
      return [failedEvent(task, bad, { ...left, isAttempt }, at)]
    case 'back-off':
      return [backedOff(task, bad, at)]
    case 'leave':
    case 'default':
      return null
  }
}

const backedOff = (task: Task, bad: WorkFailure, at: number): Event => {
  const notBefore = at + retryDelayMs(task.backOffs + 1)
  return returnedEvent(task.id, at, { notBefore, failure: bad, isBackOff: true })
}

const failedEvent = (
  task: Task,
  bad: WorkFailure,
  how: { readonly nextFireAt: number | null; readonly isAttempt: boolean },
  at: number,
): Event =>
  repeatedEvent(task, how, bad, at) ?? {
    type: 'task.failed',
    at,
    id: task.id,
    failure: bad,
    isAttempt: how.isAttempt,
  }

const notedEvent = (
  { id: taskId }: Task,
  { note, by }: AgentTriage,
  { at, newId }: Circumstances,
): Event[] =>
  note.trim() === '' ? [] : [{ type: 'task.logged', at, id: newId(), taskId, by, text: note }]

/** A silent agent that was stopped by its verdict has ended: what that makes of its task; null where it ends as any silent one. */
export function stoppedByVerdict(
  ended: Ended,
  now: Circumstances,
): {
  readonly task: Event[]
  readonly keepsConversation: boolean
  readonly isDone: boolean
} | null {
  const { triage } = ended.agent
  if (!triage?.verdict) return null
  const outcome = triageOutcome(triage.verdict, factsOf(ended))
  const moved = movedEvents(ended, outcome, triage, true)
  if (!moved) return null
  return {
    task: [...moved, ...notedEvent(ended.task, triage, now)],
    keepsConversation: !(outcome.kind === 'open' && outcome.conversation === 'new'),
    isDone: outcome.kind === 'gate' || outcome.kind === 'ask-person',
  }
}

interface TriagedScene {
  readonly plan: Plan
  readonly task: Task
  readonly judgement: Judgement
  readonly command: CommandOf<'judgement.end'>
  readonly now: Circumstances
}

/** A triage was answered, or will not be. */
export function triagedEvents(scene: TriagedScene): Result<Event[], Failure> {
  const { plan, task, judgement, command } = scene
  const living = judgement.agentId === null ? undefined : plan.agents.get(judgement.agentId)
  if (living) return ok(ofSilent(scene, living))
  const agent = command.triaged?.agent ?? null
  if (agent && agent.state.kind !== 'ended') return err(endedMeanwhile(agent.id))
  const waiting = task.state.kind === 'open' ? task.state.triage : undefined
  if (waiting?.judgementId !== judgement.id)
    return ok(agent ? [triagedEvent(agent, recordOf(scene, null), {})] : [])
  return ok(agent ? ofEnded(scene, agent, waiting) : asWithout(scene, waiting, null))
}

const endedMeanwhile = (id: AgentId): Failure =>
  failure('stale-generation', `${id} has ended meanwhile: what it left is read first`)

const verdictOf = ({ reply: { value } }: CommandOf<'judgement.end'>) =>
  value?.purpose === 'triage' ? value : null

function recordOf(
  { judgement, command, now }: TriagedScene,
  outcome: TriageOutcome['kind'] | null,
): AgentTriage {
  const value = verdictOf(command)
  const {
    verdict = null,
    reason = command.reply.reason ?? 'it was not answered',
    note = '',
  } = value ?? {}
  return { verdict, reason, note, outcome, at: now.at, by: judgement.id }
}

const triagedEvent = (
  agent: Agent,
  triage: AgentTriage,
  more: { readonly isFree?: boolean; readonly conversation?: 'keep' | 'new' },
): Event => ({ type: 'agent.triaged', at: triage.at, agent, triage, isFree: false, ...more })

/** It is ended where the verdict says so; what it leaves then decides. */
function ofSilent(scene: TriagedScene, agent: Agent): Event[] {
  const { task, command, now } = scene
  const isStill =
    command.triaged?.isSilent === true && agent.state.kind !== 'stopping' && agent.report === null
  if (!isStill) return [triagedEvent(agent, recordOf(scene, null), {})]
  const limit = attemptLimit('lost', task.maxAttempts) ?? Infinity
  const facts: TriageFacts = {
    isSilent: true,
    doFactsAgree: true,
    isChecked: true,
    hasAttemptsLeft: task.attempts + 1 < limit,
    hasWaited: false,
  }
  const outcome = triageOutcome(verdictOf(command)?.verdict ?? 'unsure', facts)
  const triaged = triagedEvent(agent, recordOf(scene, outcome.kind), {})
  if (!endsAgent(outcome, facts)) return [triaged]
  const stopping = {
    type: 'agent.stopping',
    id: agent.id,
    reason: 'triaged',
    force: false,
  } as const
  return [triaged, { ...stopping, at: now.at }]
}

function ofEnded(scene: TriagedScene, agent: Agent, waiting: OpenTriage): Event[] {
  const { plan, task, command, now } = scene
  const bad = badEndOf(agent) ?? task.lastFailure ?? workFailure('lost', 'it has ended')
  const { changes, evidence } = agent
  const { nextFireAt, policy } = command
  const left = { changes, evidence, nextFireAt, ...evaluationOf(policy) }
  const ended = { plan, task, agent, left, failure: bad, attempts: task.attempts, at: now.at }
  const facts = factsOf(ended)
  const outcome = triageOutcome(verdictOf(command)?.verdict ?? 'unsure', facts)
  const triage = recordOf(scene, outcome.kind)
  const moved = movedEvents(ended, outcome, triage, false)
  if (!moved) return [triagedEvent(agent, triage, {}), ...asWithout(scene, waiting, bad)]
  // An attempt is given back once, however often it is asked about.
  const isFree = givesBack(outcome.kind) && !givesBack(agent.triage?.outcome)
  const conversation = outcome.kind === 'open' ? outcome.conversation : 'keep'
  const noted = notedEvent(task, triage, now)
  return [triagedEvent(agent, triage, { isFree, conversation }), ...moved, ...noted]
}

const FREE = ['gate', 'ask-person', 'back-off']
const givesBack = (outcome: TriageOutcome['kind'] | null | undefined): boolean =>
  FREE.includes(outcome ?? '')

const evaluationOf = (policy: EvaluationPolicy | null) => (policy ? { evaluation: policy } : {})

const badEndOf = ({ state }: Agent): WorkFailure | null =>
  state.kind === 'ended' ? state.failure : null

/** As its class of failure has it. */
function asWithout(
  { task, command, now }: TriagedScene,
  { otherwise, goesOnAt: notBefore }: OpenTriage,
  known: WorkFailure | null,
): Event[] {
  const bad = known ?? task.lastFailure ?? workFailure('lost', 'nothing is known of its end')
  const limit = attemptLimit(bad.class, task.maxAttempts) ?? 0
  if (otherwise === 'fail' && task.attempts >= limit)
    return [failedEvent(task, bad, { ...command, isAttempt: false }, now.at)]
  return [{ type: 'task.triaging', at: now.at, id: task.id, notBefore, triage: null }]
}

export const triageDeciders: Deciders<'triage.request'> = {
  'triage.request'(plan, command, now) {
    const agent = plan.agents.get(command.agentId) ?? command.agent
    if (!agent)
      return refused(
        failure('unknown-agent', `there is no agent ${command.agentId}`, {
          hint: 'yard agents --all shows them',
        }),
      )
    const task = plan.tasks.get(agent.taskId)
    if (!task) return refused(unknownTask(plan, agent.taskId))
    const asked = askedOf(plan, agent)
    if (asked) return noOp(asked.id)
    const isLiving = plan.agents.has(agent.id)
    const why = notToBeAsked(plan, task, agent, command.isAgain)
    if (why) return refused(why)
    const by = nameOf(now.by)
    const dueAt = now.at + command.policy.timeoutMs
    const subject = isLiving ? ('silent' as const) : ('ended' as const)
    const queued = queuedEvent(plan, agent, { subject, by, dueAt }, now.at)
    const { id } = queued.judgement
    const goesOnAt = task.state.kind === 'open' ? task.state.notBefore : null
    const triage = { judgementId: id, goesOnAt, otherwise: 'wait' } as const
    return decided([id], ...(isLiving ? [] : putOff(task, triage, dueAt, now.at)), queued)
  },
}

/** Why it is not asked about, whoever could be asked; null where it may be. */
export function whyNotTriaged(plan: Plan, agent: Agent, isAgain: boolean): Failure | null {
  const task = plan.tasks.get(agent.taskId)
  return !task || askedOf(plan, agent) ? null : notToBeAsked(plan, task, agent, isAgain)
}

function notToBeAsked(plan: Plan, task: Task, agent: Agent, isAgain: boolean): Failure | null {
  const { id, state, triage } = agent
  const facts = { agent: id, task: task.id }
  const no = (message: string, hint: string): Failure =>
    failure('wrong-state', message, { hint, facts })
  if (!mayBeTriaged(agent))
    return no(`${id} (${agent.executorType}) leaves nothing that a model could read`, whyHint(task))
  if (triage !== null && !isAgain)
    return no(
      `${id} was asked about already: ${triage.verdict ?? 'no answer'} (${triage.reason})`,
      `yard triage ${id} --again asks anew`,
    )
  if (state.kind !== 'ended')
    return plan.breakers.has(`silence:${id}`)
      ? null
      : no(`${id} is at work and not silent`, `yard output ${task.id} shows what it does`)
  if (state.failure === null || !isTriaged(state.failure.class))
    return no(`${id} was not lost, timed out or crashed: its end speaks for itself`, whyHint(task))
  const isLatest = task.lastAgentId === id && task.generation === agent.generation
  return task.state.kind === 'open' && isLatest
    ? null
    : no(`task ${task.id} is not open as ${id} left it`, whyHint(task))
}
