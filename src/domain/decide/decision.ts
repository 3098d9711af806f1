/** What `decide` gives back: events and a reply, or a failure that says what to do instead. */
import { err, ok, type Result } from '../../base/result.ts'
import type { Agent } from '../agent.ts'
import type { Actor, CommandOf, CommandType, Reply } from '../command.ts'
import type { Event, EventOf } from '../event.ts'
import type { Artifact } from '../executor.ts'
import { failure, type Failure, type WorkFailure } from '../failure.ts'
import type { TaskId } from '../ids.ts'
import { taskHint } from '../near-match.ts'
import type { Breaker, Plan } from '../plan.ts'
import type { Task } from '../task.ts'

interface Decision {
  readonly events: readonly Event[]
  readonly reply: Reply
}

/** What comes in beside the command: the instant, who asks, and fresh ids for log lines and artifacts. */
export interface Circumstances {
  readonly at: number
  readonly by: Actor
  /** A new id at each call; unique in the yard. */
  readonly newId: () => string
}

export type Decided = Result<Decision, Failure>

/** What each kind of command comes to. */
export type Deciders<T extends CommandType> = {
  readonly [K in T]: (plan: Plan, command: CommandOf<K>, now: Circumstances) => Decided
}

/** The same of commands about one task, which is there. */
export type TaskDeciders<T extends CommandType> = {
  readonly [K in T]: (task: Task, command: CommandOf<K>, now: Circumstances, plan: Plan) => Decided
}

export const decided = (ids: readonly string[], ...events: Event[]): Decided =>
  ok({ events, reply: { ids } })
export const noOp = (...ids: string[]): Decided => ok({ events: [], reply: { ids, isNoOp: true } })
export const refused = (f: Failure): Decided => err(f)

export const nameOf = (by: Actor): string =>
  by.kind === 'agent'
    ? by.agentId
    : by.kind === 'coordinator'
      ? 'coordinator'
      : (by.name ?? 'person')

/** Runs `then` with the task, or says that there is none of that id. */
export function withTask(plan: Plan, id: TaskId, then: (task: Task) => Decided): Decided {
  const task = plan.tasks.get(id)
  return task ? then(task) : refused(unknownTask(plan, id))
}

export const unknownTask = (plan: Pick<Plan, 'tasks'>, id: string): Failure =>
  failure('unknown-task', `there is no task ${JSON.stringify(id)}`, {
    hint: taskHint(id, plan.tasks),
    facts: { id },
  })

export const wrongState = (task: Task, wish: string, hint: string): Failure =>
  failure('wrong-state', `task ${task.id} is ${task.state.kind}: it cannot be ${wish}`, {
    hint,
    facts: { id: task.id, state: task.state.kind },
  })

/** Where somebody turns to who wanted something of a task that cannot be had now: what is over waits for nothing. */
export const whyHint = (task: Task): string => {
  switch (task.state.kind) {
    case 'done':
    case 'abandoned':
      return `yard reopen ${task.id} opens it again`
    case 'failed':
      return `yard retry ${task.id} opens it again`
    case 'in-progress':
      return `yard show ${task.id} says who has it`
    default:
      return `yard why ${task.id} says what it waits for`
  }
}

export const attachedEvents = (
  taskId: TaskId,
  agent: Agent | null,
  artifacts: readonly Artifact[],
  now: Circumstances,
): Event[] =>
  artifacts.map((artifact) => ({
    type: 'task.attached',
    at: now.at,
    id: now.newId(),
    taskId,
    agentId: agent?.id ?? null,
    artifact,
  }))

export const loggedEvent = (taskId: TaskId, text: string, now: Circumstances) => {
  const { at, by } = now
  return { type: 'task.logged', at, id: now.newId(), taskId, by: nameOf(by), text } as const
}

/** Open again as it was, with its conversation. */
export const returnedEvent = (
  id: TaskId,
  at: number,
  more: Partial<EventOf<'task.returned'>> = {},
): Event => ({
  type: 'task.returned',
  at,
  id,
  notBefore: null,
  park: null,
  failure: null,
  isAttempt: false,
  isBackOff: false,
  held: false,
  ...more,
})

export const reopenedEvent = ({ id, scheduledFor }: Task, at: number, fresh = false): Event => ({
  type: 'task.reopened',
  at,
  id,
  fresh,
  notBefore: null,
  scheduledFor,
})

/** A provider sleeps, or its account is signed out (`until` null): it holds back everybody who would ask it. */
export const providerAsleep = (
  breaker: Pick<Breaker, 'subject' | 'reason' | 'since' | 'until'>,
  at: number,
): Event => ({
  type: 'breaker.tripped',
  at,
  breaker: { id: `provider:${breaker.subject}`, kind: 'provider', ...breaker },
})

/** The run of a repeating task is over, well or badly, and its next time comes; null for any other task. */
export const repeatedEvent = (
  { id, schedule }: Task,
  { nextFireAt: notBefore }: { readonly nextFireAt: number | null },
  failure: WorkFailure | null,
  at: number,
): EventOf<'task.repeated'> | null =>
  schedule === null || notBefore === null
    ? null
    : {
        type: 'task.repeated',
        at,
        id,
        notBefore,
        success: failure === null,
        failure,
        resultCommit: null,
      }

export const personEnded = (
  agent: Agent,
  outcome: 'done' | 'failed' | 'superseded',
  at: number,
): Event => ({
  type: 'agent.ended',
  at,
  id: agent.id,
  endedAt: at,
  outcome,
  failure: null,
  exitCode: null,
  usage: null,
  conversation: null,
  resumable: false,
  changes: null,
})
