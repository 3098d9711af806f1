/** What people (and agents, of their own task) do to a task that exists. */
import { workedBy } from '../agent.ts'
import type { Command } from '../command.ts'
import { reachable } from '../graph/dag.ts'
import { joinEvents } from './decide-remove.ts'
import type { Event } from '../event.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import { isFinished, isSatisfied, type Task } from '../task.ts'
import {
  attachedEvents,
  type Circumstances,
  decided,
  type Decided,
  nameOf,
  noOp,
  personEnded,
  refused,
  release,
  withTask,
  wrongState,
} from './decision.ts'
import { failure } from '../failure.ts'

type Of<T extends Command['type']> = Extract<Command, { type: T }>

export function decideHold(plan: Plan, command: Of<'task.hold'>, now: Circumstances): Decided {
  return withTask(plan, command.id, (task) => {
    if (command.asDraft && task.generation > 0)
      return refused(wrongState(task, 'made a draft again', 'it has started'))
    if (isFinished(task))
      return refused(wrongState(task, 'paused', 'only unfinished tasks can be paused'))
    return task.held
      ? noOp(task.id)
      : decided([task.id], {
          type: 'task.held',
          at: now.at,
          id: task.id,
          ...(command.asDraft ? { draft: true } : {}),
        })
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
export const downstreamOf = (plan: Plan, id: TaskId): TaskId[] => [
  ...reachable([id], (each) => plan.dependentsOf(each)),
]

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
    const joined = command.join ? joinEvents(plan, new Set(ids), now.at) : []
    const events = ids.flatMap((id): Event[] => [
      ...release(plan.agentOf(id), 'abandoned', 'superseded', now),
      { type: 'task.abandoned', at: now.at, id, by: nameOf(now.by) },
    ])
    return {
      ok: true,
      value: {
        events: [...joined, ...events],
        reply: { ids, becameReady: countFreed(plan, new Set(ids), joined) },
      },
    }
  })
}

const isMet = (plan: Plan, id: TaskId): boolean => {
  const task = plan.tasks.get(id)
  return task !== undefined && isSatisfied(task)
}

/** Open, not held tasks that wait for nothing but these, and that none of the joined dependencies holds back. */
function countFreed(plan: Plan, gone: ReadonlySet<TaskId>, joined: readonly Event[]): number {
  const joinedToOpen = new Set(
    joined.flatMap((event) =>
      event.type === 'dependency.added' && !isMet(plan, event.blocker) ? event.dependent : [],
    ),
  )
  const waiting = new Map<TaskId, number>()
  for (const id of gone)
    for (const next of plan.dependentsOf(id))
      if (!gone.has(next)) waiting.set(next, (waiting.get(next) ?? 0) + 1)
  let freed = 0
  for (const [id, count] of waiting) {
    const task = plan.tasks.get(id)
    if (task?.state.kind !== 'open' || task.held || joinedToOpen.has(id)) continue
    if (plan.unmetOf(id) === count) freed += 1
  }
  return freed
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
      ...(command.place ? { place: command.place } : {}),
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
    if (living?.by === 'pilot')
      return decided([task.id], ...release(living, 'taken-back', 'superseded', now))
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
      workedMs: workedBy(living, now.at),
    })
  })
}

/** What people do to the times of a repeating task. */
type OfSchedule<T extends Command['type']> = Extract<Command, { type: T }>

export function decideScheduleSkip(
  plan: Plan,
  command: OfSchedule<'schedule.skip'>,
  now: Circumstances,
): Decided {
  const { nextFireAt } = command
  const hint = 'it can be skipped while it waits for its time'
  return withRepeating(plan, command.id, { wish: 'put off', hint }, ({ id }) =>
    decided([id], timed(id, now.at, nextFireAt, nextFireAt)),
  )
}

export function decideFireNow(
  plan: Plan,
  command: OfSchedule<'schedule.fireNow'>,
  now: Circumstances,
): Decided {
  const hint = 'it is not waiting for its time'
  return withRepeating(plan, command.id, { wish: 'started now', hint }, ({ id, scheduledFor }) =>
    decided([id], timed(id, now.at, null, scheduledFor)),
  )
}

const timed = (
  id: TaskId,
  at: number,
  notBefore: number | null,
  scheduledFor: number | null,
): Event => ({ type: 'task.timed', at, id, notBefore, scheduledFor })

/** Runs `then` with a task that repeats and waits for its time, or says why it cannot. */
function withRepeating(
  plan: Plan,
  id: TaskId,
  asked: { readonly wish: string; readonly hint: string },
  then: (task: Task) => Decided,
): Decided {
  return withTask(plan, id, (task) => {
    if (!task.schedule)
      return refused(
        failure('wrong-state', `task ${task.id} has no schedule`, {
          hint: 'yard schedule list shows those that have',
        }),
      )
    if (task.state.kind !== 'open') return refused(wrongState(task, asked.wish, asked.hint))
    return then(task)
  })
}
