/** `done` and `fail`: a report of a person or of a claimant settles the task at once; that of a process is kept until it has ended. */
import { workedBy, type Agent } from '../agent.ts'
import type { Command } from '../command.ts'
import { bareEvidence, type Evidence } from '../completion.ts'
import type { Event } from '../event.ts'
import type { Artifact } from '../executor.ts'
import { failure, workFailure, type Failure, type WorkFailure } from '../failure.ts'
import type { Plan } from '../plan.ts'
import { isFinished, type Task } from '../task.ts'
import { decideEnd } from './decide-end.ts'
import {
  attachedEvents,
  type Circumstances,
  decided,
  type Decided,
  nameOf,
  noOp,
  refused,
  release,
  withTask,
  wrongState,
} from './decision.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

export function decideComplete(
  plan: Plan,
  command: Of<'task.complete'>,
  now: Circumstances,
): Decided {
  return withTask(plan, command.id, (task) => {
    const living = plan.agentOf(task.id)
    const stale = staleness(task, living, command)
    if (stale) return refused(stale)
    const attached = attachedEvents(task.id, living, command.artifacts, now)
    const unmerged = unmergedFailure(command)
    if (now.by.kind === 'agent' && isSettledAtItsEnd(living))
      // A merge that is missing is said at once, while it can still be made.
      return unmerged ? refused(unmerged) : completedByAgent(plan, living, command, now)
    if (task.state.kind === 'done') return noOp(task.id)
    if (!command.force && isFinished(task))
      return refused(wrongState(task, 'marked done', `yard reopen ${task.id} first, or --force`))
    if (!command.force && plan.unmetOf(task.id) > 0) return refused(blockedFailure(plan, task))
    if (unmerged) return refused(unmerged)
    // Its commit is known when its agent has ended (`task.landed`); without one the task keeps what it has.
    const over: Event = repeatedEvent(task, command.nextFireAt, null, now.at) ?? {
      type: 'task.completed',
      at: now.at,
      id: task.id,
      by: reporterOf(living, command, now),
      resultCommit: mergedIn(command),
    }
    const released = release(living, 'superseded', 'done', now)
    return decided([task.id], ...attached, ...released, { ...over, ...workOf(living, now) })
  })
}

/** A report for a claimed agent may come without the claim's token, by the agent's name. */
const reporterOf = (
  living: Agent | null,
  { agentId }: Of<'task.complete'>,
  { by }: Circumstances,
): string => (agentId !== null && living && living.leaseMs !== null ? living.id : nameOf(by))

/** It is settled now, whatever its agent still does until that has ended. */
const workOf = (living: Agent | null, { at }: Circumstances) =>
  living ? { workedMs: workedBy(living, at) } : {}

const unmergedFailure = ({ merge }: Of<'task.complete'>): Failure | null =>
  merge && !merge.ok ? merge.error : null

const mergedIn = ({ merge }: Of<'task.complete'>): string | null =>
  merge?.ok ? merge.value.commit : null

export function decideFail(plan: Plan, command: Of<'task.fail'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    const living = plan.agentOf(task.id)
    const stale = staleness(task, living, command)
    if (stale) return refused(stale)
    if (now.by.kind === 'agent' && isSettledAtItsEnd(living)) {
      const said = reportedFailure(command)
      if (living.by === 'service')
        return serviceEnded(plan, { living, command, artifacts: [] }, { failure: said }, now)
      return decided([task.id], {
        type: 'agent.reported',
        at: now.at,
        id: living.id,
        failure: said,
      })
    }
    if (isFinished(task)) return refused(wrongState(task, 'failed', `yard reopen ${task.id} first`))
    const bad =
      now.by.kind === 'agent'
        ? reportedFailure(command)
        : workFailure(command.class, command.reason)
    const over: Event = repeatedEvent(task, command.nextFireAt, bad, now.at) ?? {
      type: 'task.failed',
      at: now.at,
      id: task.id,
      failure: bad,
      isAttempt: false,
    }
    const released = release(living, 'superseded', 'failed', now)
    return decided([task.id], ...released, { ...over, ...workOf(living, now) })
  })
}

function completedByAgent(
  plan: Plan,
  living: Agent,
  command: Of<'task.complete'>,
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
  readonly command: Of<'task.complete'> | Of<'task.fail'>
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
    },
    now,
  )
  return ended.ok ? { ...ended, value: { ...ended.value, reply: { ids: [command.id] } } } : ended
}

/** What runs here leaves work to be looked at; of what runs elsewhere its word is all that there is. */
const isSettledAtItsEnd = (living: Agent | null): living is Agent =>
  living !== null && living.by !== 'person'

/** Only what the runtime has seen parks a task or a provider: an agent's word for its trouble stays a word. */
const reportedFailure = ({ class: said, reason }: Of<'task.fail'>): WorkFailure =>
  workFailure('reported', said === 'reported' ? reason : `${said}: ${reason}`)

/** The run of a repeating task is over, well or badly, and its next time comes; null for any other task. */
const repeatedEvent = (
  task: Task,
  nextFireAt: number | null,
  bad: WorkFailure | null,
  at: number,
): Event | null =>
  task.schedule === null || nextFireAt === null
    ? null
    : {
        type: 'task.repeated',
        at,
        id: task.id,
        notBefore: nextFireAt,
        success: bad === null,
        failure: bad,
        resultCommit: null,
      }

/** A report names the generation or the agent that it is about; an old one changes nothing. */
function staleness(
  task: Task,
  living: Agent | null,
  command: Of<'task.complete'> | Of<'task.fail'>,
) {
  const { agentId, generation } = command
  const isStale =
    (agentId !== null && living?.id !== agentId) ||
    (generation !== null && (living === null || task.generation !== generation))
  if (!isStale) return null
  const who = agentId ?? `generation ${generation}`
  return failure(
    'stale-generation',
    `${who} no longer holds ${task.id}: its report comes too late`,
    {
      hint: 'nothing was changed',
      facts: { id: task.id, generation: task.generation },
    },
  )
}

function blockedFailure(plan: Plan, task: Task) {
  const unmet = plan.unmetOf(task.id)
  return failure(
    'blocked',
    `task ${task.id} still waits for ${unmet} other${unmet === 1 ? '' : 's'}`,
    {
      hint: `yard why ${task.id}; --force marks it done all the same`,
      facts: { id: task.id },
    },
  )
}
