/** `done` and `fail`: a report of a person or of a claimant settles the task at once; that of a process is kept until it has ended. */
import { workedBy, type Agent } from '../agent.ts'
import type { CommandOf } from '../command.ts'
import { bareEvidence, type Evidence } from '../completion.ts'
import type { Event } from '../event.ts'
import type { Artifact } from '../executor.ts'
import { failure, workFailure, type Failure, type WorkFailure } from '../failure.ts'
import type { Plan } from '../plan.ts'
import { isFinished, type Task } from '../task.ts'
import { decideEnd } from './decide-end.ts'
import { isJudged, resultEvents } from './evaluated.ts'
import { release } from './released.ts'
import {
  attachedEvents,
  type Circumstances,
  decided,
  type Decided,
  nameOf,
  noOp,
  refused,
  repeatedEvent,
  wrongState,
} from './decision.ts'

type Complete = CommandOf<'task.complete'>
type Fail = CommandOf<'task.fail'>

export function decideComplete(
  task: Task,
  command: Complete,
  now: Circumstances,
  plan: Plan,
): Decided {
  const { id } = task
  const living = plan.agentOf(id)
  const stale = staleness(task, living, command)
  if (stale) return refused(stale)
  const { merge } = command
  if (now.by.kind === 'agent' && isSettledAtItsEnd(living))
    // A merge that is missing is said at once, while it can still be made.
    return merge && !merge.ok ? merge : completedByAgent(plan, living, command, now)
  if (task.state.kind === 'done') return noOp(id)
  const why = notToBeDone(plan, task, command)
  if (why) return refused(why)
  const attached = attachedEvents(id, living, command.artifacts, now)
  const released = release({ plan, task, living }, 'superseded', 'done', now)
  const judging = judgingEvents({ plan, task, living }, command, now)
  if (judging) return decided([id], ...attached, ...released, ...judging)
  // Its commit is known when its agent has ended (`task.landed`); without one the task keeps what it has.
  const over: Event = repeatedEvent(task, command, null, now.at) ?? {
    type: 'task.completed',
    at: now.at,
    id,
    by: reporterOf(living, command, now),
    resultCommit: merge?.ok ? merge.value.commit : null,
  }
  return decided([id], ...attached, ...released, { ...over, ...workOf(living, now) })
}

/** What an agent that works elsewhere says is done goes through the task's gate; null where no gate holds for it, or a person says so. */
function judgingEvents(
  { plan, task, living }: { plan: Plan; task: Task; living: Agent | null },
  command: Complete,
  now: Circumstances,
): Event[] | null {
  const { evaluation, merge, nextFireAt, force } = command
  if (!living || force || !isByClaimant(living, command)) return null
  if (!evaluation || !isJudged(task, living, evaluation)) return null
  const end = { changes: null, evidence: null, nextFireAt, evaluation }
  const resultCommit = merge?.ok ? merge.value.commit : null
  return resultEvents({ plan, task, agent: living, end }, now.at).map((event) =>
    event.type === 'task.judging' || event.type === 'task.completed'
      ? { ...event, resultCommit, ...workOf(living, now) }
      : event,
  )
}

/** Why it cannot be marked done; null when it can. */
function notToBeDone(plan: Plan, task: Task, { force, merge }: Complete): Failure | null {
  if (!force && isFinished(task))
    return wrongState(task, 'marked done', `yard reopen ${task.id} first, or --force`)
  if (!force && plan.unmetOf(task.id) > 0) return blockedFailure(plan, task)
  return merge && !merge.ok ? merge.error : null
}

/** A report for a claimed agent may come without the claim's token, by the agent's name. */
const reporterOf = (living: Agent | null, command: Complete, { by }: Circumstances): string =>
  living && isByClaimant(living, command) ? living.id : nameOf(by)

/** Whoever names the claim, by its agent or its generation, reports for it, with the token of the yard's owner too. */
const isByClaimant = ({ leaseMs }: Agent, { agentId, generation }: Complete): boolean =>
  leaseMs !== null && (agentId !== null || generation !== null)

/** It is settled now, whatever its agent still does until that has ended. */
const workOf = (living: Agent | null, { at }: Circumstances) =>
  living ? { workedMs: workedBy(living, at) } : {}

export function decideFail(task: Task, command: Fail, now: Circumstances, plan: Plan): Decided {
  const { id } = task
  const living = plan.agentOf(id)
  const stale = staleness(task, living, command)
  if (stale) return refused(stale)
  const isByAgent = now.by.kind === 'agent'
  const failure = isByAgent ? reportedFailure(command) : workFailure(command.class, command.reason)
  if (isByAgent && isSettledAtItsEnd(living))
    return living.by === 'service'
      ? serviceEnded(plan, { living, command, artifacts: [] }, { failure }, now)
      : decided([id], { type: 'agent.reported', at: now.at, id: living.id, failure })
  if (isFinished(task)) return refused(wrongState(task, 'failed', `yard reopen ${id} first`))
  const over: Event = repeatedEvent(task, command, failure, now.at) ?? {
    type: 'task.failed',
    at: now.at,
    id,
    failure,
    isAttempt: false,
  }
  const released = release({ plan, task, living }, 'superseded', 'failed', now)
  return decided([id], ...released, { ...over, ...workOf(living, now) })
}

function completedByAgent(
  plan: Plan,
  living: Agent,
  command: Complete,
  now: Circumstances,
): Decided {
  const { id, artifacts, missing: missingDeliverables = [] } = command
  if (living.by === 'service')
    return serviceEnded(plan, { living, command, artifacts }, { missingDeliverables }, now)
  const reported: Event = { type: 'agent.reported', at: now.at, id: living.id, failure: null }
  return decided([id], ...attachedEvents(id, living, artifacts, now), reported)
}

interface ServiceReport {
  readonly living: Agent
  readonly command: Complete | Fail
  readonly artifacts: readonly Artifact[]
}

/** It has ended with its word: there is nothing else to wait for. */
function serviceEnded(
  plan: Plan,
  { living, command, artifacts }: ServiceReport,
  evidence: Partial<Evidence>,
  now: Circumstances,
): Decided {
  const ended = decideEnd(
    plan,
    {
      type: 'agent.end',
      agentId: living.id,
      generation: living.generation,
      endedAt: now.at,
      evidence: bareEvidence('reported', evidence),
      usage: null,
      conversation: null,
      changes: null,
      artifacts,
      jitter: 0,
      nextFireAt: command.nextFireAt,
      ...(command.mail ? { mail: command.mail } : {}),
      ...(command.escalateTo ? { escalateTo: command.escalateTo } : {}),
      ...(command.type === 'task.complete' && command.evaluation
        ? { evaluation: command.evaluation }
        : {}),
    },
    now,
  )
  return ended.ok ? { ...ended, value: { ...ended.value, reply: { ids: [command.id] } } } : ended
}

/** What runs here leaves work to be looked at; of what runs elsewhere its word is all that there is. */
const isSettledAtItsEnd = (living: Agent | null): living is Agent =>
  living !== null && living.by !== 'person'

/** Only what the runtime has seen parks a task or a provider: an agent's word for its trouble stays a word. */
const reportedFailure = ({ class: said, reason }: Fail): WorkFailure =>
  workFailure('reported', said === 'reported' ? reason : `${said}: ${reason}`)

/** A report names the generation or the agent that it is about; an old one changes nothing. */
function staleness(task: Task, living: Agent | null, command: Complete | Fail) {
  const { agentId, generation } = command
  const isStale =
    (agentId !== null && living?.id !== agentId) ||
    (generation !== null && (living === null || task.generation !== generation))
  if (!isStale) return null
  const who = agentId ?? `generation ${generation}`
  const message = `${who} no longer holds ${task.id}: its report comes too late`
  const facts = { id: task.id, generation: task.generation }
  return failure('stale-generation', message, { hint: 'nothing was changed', facts })
}

function blockedFailure(plan: Plan, task: Task) {
  const unmet = plan.unmetOf(task.id)
  const message = `task ${task.id} still waits for ${unmet} other${unmet === 1 ? '' : 's'}`
  return failure('blocked', message, {
    hint: `yard why ${task.id}; --force marks it done all the same`,
    facts: { id: task.id },
  })
}
