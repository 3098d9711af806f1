/** What people (and agents, of their own task) do to a task that exists. */
import type { Agent, StopReason } from '../agent.ts'
import type { Command } from '../command.ts'
import type { Event } from '../event.ts'
import { failure, workFailure } from '../failure.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import { isFinished, type Task } from '../task.ts'
import {
  decided,
  nameOf,
  noOp,
  refused,
  withTask,
  wrongState,
  type Circumstances,
  type Decided,
} from './decision.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

export function decideHold(plan: Plan, command: Of<'task.hold'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    if (isFinished(task))
      return refused(wrongState(task, 'paused', 'only unfinished tasks can be paused'))
    return task.held
      ? noOp(task.id)
      : decided([task.id], { type: 'task.held', at: now.at, id: task.id })
  })
}

export function decideRelease(
  plan: Plan,
  command: Of<'task.release'>,
  now: Circumstances,
): Decided {
  return withTask(plan, command.id, (task) => {
    if (isFinished(task))
      return refused(wrongState(task, 'resumed', `yard reopen ${task.id} opens it again`))
    return task.held
      ? decided([task.id], { type: 'task.released', at: now.at, id: task.id })
      : noOp(task.id)
  })
}

/** Releases a draft and, unless `only`, every draft downstream of it. */
export function decidePublish(
  plan: Plan,
  command: Of<'task.publish'>,
  now: Circumstances,
): Decided {
  return withTask(plan, command.id, (task) => {
    const all = command.only ? [task.id] : [task.id, ...downstreamOf(plan, task.id)]
    const drafts = all.filter((id) => plan.tasks.get(id)?.held)
    if (drafts.length === 0) return noOp(task.id)
    return decided(
      drafts,
      ...drafts.map((id): Event => ({ type: 'task.released', at: now.at, id })),
    )
  })
}

/** Everything that waits for `id`, directly or not; breadth first. */
export function downstreamOf(plan: Plan, id: TaskId): TaskId[] {
  const seen = new Set<TaskId>([id])
  const queue = [id]
  for (let at = queue.shift(); at !== undefined; at = queue.shift())
    for (const next of plan.dependentsOf(at))
      if (!seen.has(next)) {
        seen.add(next)
        queue.push(next)
      }
  seen.delete(id)
  return [...seen]
}

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
    if (now.by.kind === 'agent' && living) {
      const reported: Event = { type: 'agent.reported', at: now.at, id: living.id, failure: null }
      return decided([task.id], ...attached, reported)
    }
    if (task.state.kind === 'done') return noOp(task.id)
    if (!command.force && isFinished(task))
      return refused(wrongState(task, 'marked done', `yard reopen ${task.id} first, or --force`))
    if (!command.force && plan.unmetOf(task.id) > 0) return refused(blockedFailure(plan, task))
    const over: Event =
      task.schedule && command.nextFireAt !== null
        ? {
            type: 'task.repeated',
            at: now.at,
            id: task.id,
            notBefore: command.nextFireAt,
            success: true,
            failure: null,
            resultCommit: null,
          }
        : {
            type: 'task.completed',
            at: now.at,
            id: task.id,
            by: nameOf(now.by),
            resultCommit: null,
          }
    return decided([task.id], ...attached, ...release(living, 'superseded', 'done', now), over)
  })
}

export function decideFail(plan: Plan, command: Of<'task.fail'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    const living = plan.agentOf(task.id)
    const stale = staleness(task, living, command)
    if (stale) return refused(stale)
    const bad = workFailure(command.class, command.reason)
    if (now.by.kind === 'agent' && living)
      return decided([task.id], { type: 'agent.reported', at: now.at, id: living.id, failure: bad })
    if (isFinished(task)) return refused(wrongState(task, 'failed', `yard reopen ${task.id} first`))
    const over: Event = {
      type: 'task.failed',
      at: now.at,
      id: task.id,
      failure: bad,
      isAttempt: false,
    }
    return decided([task.id], ...release(living, 'superseded', 'failed', now), over)
  })
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

/** Ends the hold that a living agent has: a person's at once, a process's by ending its tree. */
function release(
  living: Agent | null,
  reason: StopReason,
  outcome: 'done' | 'failed' | 'superseded',
  now: Circumstances,
): Event[] {
  if (!living) return []
  if (living.by === 'person') return [personEnded(living, outcome, now.at)]
  if (living.state.kind === 'stopping') return []
  return [{ type: 'agent.stopping', at: now.at, id: living.id, reason, force: false }]
}

const personEnded = (
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

export const attachedEvents = (
  taskId: TaskId,
  agent: Agent | null,
  artifacts: Of<'task.attach'>['artifacts'],
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

export function decideRetry(plan: Plan, command: Of<'task.retry'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    const { state } = task
    if (state.kind === 'open' && state.notBefore === null && state.park === null)
      return noOp(task.id)
    if (state.kind !== 'failed' && state.kind !== 'waiting' && state.kind !== 'open')
      return refused(
        wrongState(
          task,
          'retried',
          state.kind === 'in-progress'
            ? 'yard kill --redispatch starts it anew'
            : `yard reopen ${task.id} opens it again`,
        ),
      )
    return decided([task.id], reopenedEvent(task, command.fresh, now.at))
  })
}

const reopenedEvent = (task: Task, fresh: boolean, at: number): Event => ({
  type: 'task.reopened',
  at,
  id: task.id,
  fresh,
  notBefore: null,
  scheduledFor: task.scheduledFor,
})

export function decideReopen(plan: Plan, command: Of<'task.reopen'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    if (task.state.kind === 'open') return noOp(task.id)
    if (!isFinished(task))
      return refused(wrongState(task, 'reopened', 'only finished tasks can be reopened'))
    return decided([task.id], reopenedEvent(task, false, now.at))
  })
}

export function decideAbandon(
  plan: Plan,
  command: Of<'task.abandon'>,
  now: Circumstances,
): Decided {
  return withTask(plan, command.id, (task) => {
    const wanted = command.withDependents ? [task.id, ...downstreamOf(plan, task.id)] : [task.id]
    const ids = wanted.filter((id) => {
      const kind = plan.tasks.get(id)?.state.kind
      return kind !== 'done' && kind !== 'abandoned'
    })
    if (!ids.includes(task.id))
      return task.state.kind === 'abandoned'
        ? noOp(task.id)
        : refused(wrongState(task, 'abandoned', `yard reopen ${task.id} first`))
    const events = ids.flatMap((id): Event[] => [
      ...release(plan.agentOf(id), 'abandoned', 'superseded', now),
      { type: 'task.abandoned', at: now.at, id, by: nameOf(now.by) },
    ])
    return {
      ok: true,
      value: { events, reply: { ids, becameReady: countFreed(plan, new Set(ids)) } },
    }
  })
}

/** Open, not held tasks that wait for nothing but these. */
function countFreed(plan: Plan, gone: ReadonlySet<TaskId>): number {
  const waiting = new Map<TaskId, number>()
  for (const id of gone)
    for (const next of plan.dependentsOf(id))
      if (!gone.has(next)) waiting.set(next, (waiting.get(next) ?? 0) + 1)
  let freed = 0
  for (const [id, count] of waiting) {
    const task = plan.tasks.get(id)
    if (task?.state.kind === 'open' && !task.held && plan.unmetOf(id) === count) freed += 1
  }
  return freed
}

export function decideRemove(plan: Plan, command: Of<'task.remove'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    const inUse = (why: string) =>
      refused(
        failure('in-use', `task ${task.id} cannot be removed: ${why}`, {
          hint: `yard abandon ${task.id} lets it rest instead`,
          facts: { id: task.id },
        }),
      )
    if (task.generation > 0) return inUse('an agent has worked on it')
    const dependents = plan.dependentsOf(task.id).size
    if (dependents > 0)
      return inUse(`${dependents} task${dependents === 1 ? ' waits' : 's wait'} for it`)
    return decided([task.id], { type: 'task.removed', at: now.at, id: task.id })
  })
}

export function decideLog(plan: Plan, command: Of<'task.log'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) =>
    decided([task.id], {
      type: 'task.logged',
      at: now.at,
      id: now.newId(),
      taskId: task.id,
      by: nameOf(now.by),
      text: command.text,
    }),
  )
}

export function decideAttach(plan: Plan, command: Of<'task.attach'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) =>
    decided([task.id], ...attachedEvents(task.id, plan.agentOf(task.id), command.artifacts, now)),
  )
}

export function decideLetGo(plan: Plan, command: Of<'task.letGo'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    const living = plan.agentOf(task.id)
    if (living?.by !== 'person')
      return refused(wrongState(task, 'let go', 'only a task that a person took can be let go'))
    return decided([task.id], personEnded(living, 'superseded', now.at), {
      type: 'task.returned',
      at: now.at,
      id: task.id,
      notBefore: null,
      park: null,
      failure: null,
      isAttempt: false,
      isBackOff: false,
      held: false,
    })
  })
}

export function decideScheduleSkip(
  plan: Plan,
  command: Of<'schedule.skip'>,
  now: Circumstances,
): Decided {
  return withTask(plan, command.id, (task) => {
    if (!task.schedule)
      return refused(
        failure('wrong-state', `task ${task.id} has no schedule`, {
          hint: 'yard schedule list shows those that have',
        }),
      )
    if (task.state.kind !== 'open')
      return refused(wrongState(task, 'put off', 'it can be skipped while it waits for its time'))
    const { nextFireAt } = command
    return decided([task.id], {
      type: 'task.timed',
      at: now.at,
      id: task.id,
      notBefore: nextFireAt,
      scheduledFor: nextFireAt,
    })
  })
}

export function decideFireNow(
  plan: Plan,
  command: Of<'schedule.fireNow'>,
  now: Circumstances,
): Decided {
  return withTask(plan, command.id, (task) => {
    if (!task.schedule)
      return refused(
        failure('wrong-state', `task ${task.id} has no schedule`, {
          hint: 'yard schedule list shows those that have',
        }),
      )
    if (task.state.kind !== 'open')
      return refused(wrongState(task, 'started now', 'it is not waiting for its time'))
    return decided([task.id], {
      type: 'task.timed',
      at: now.at,
      id: task.id,
      notBefore: null,
      scheduledFor: task.scheduledFor,
    })
  })
}
