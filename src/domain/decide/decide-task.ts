/** What people (and agents, of their own task) do to a task that exists; taking tasks out of the graph. */
import { workedBy } from '../agent.ts'
import type { CommandOf } from '../command.ts'
import type { Event } from '../event.ts'
import { failure } from '../failure.ts'
import { reachable, topologicalOrder } from '../graph/dag.ts'
import type { TaskId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import { isFinished, isSatisfied, type Task } from '../task.ts'
import {
  attachedEvents,
  decided,
  loggedEvent,
  nameOf,
  noOp,
  refused,
  returnedEvent,
  unknownTask,
  wrongState,
  type Circumstances,
  type Decided,
  type TaskDeciders,
} from './decision.ts'
import { release } from './released.ts'

export const taskDeciders: TaskDeciders<
  | ('task.hold' | 'task.release' | 'task.publish' | 'task.abandon' | 'task.remove' | 'task.log')
  | ('task.attach' | 'task.letGo' | 'schedule.skip' | 'schedule.fireNow')
> = {
  'task.hold'(task, { asDraft }, { at }) {
    const { id, generation, held } = task
    if (asDraft && generation > 0)
      return refused(wrongState(task, 'made a draft again', 'it has started'))
    if (isFinished(task))
      return refused(wrongState(task, 'paused', 'only unfinished tasks can be paused'))
    if (held) return noOp(id)
    return decided([id], { type: 'task.held', at, id, ...(asDraft ? { draft: true } : {}) })
  },

  'task.release'(task, { id }, { at }) {
    if (isFinished(task))
      return refused(wrongState(task, 'resumed', `yard reopen ${id} opens it again`))
    return task.held ? decided([id], { type: 'task.released', at, id }) : noOp(id)
  },

  /** Releases a draft and, unless `only`, every draft downstream of it. */
  'task.publish'(_task, { id, only }, { at }, plan) {
    const all = only ? [id] : withDownstream(plan, id)
    const drafts = all.filter((each) => plan.tasks.get(each)?.held)
    if (drafts.length === 0) return noOp(id)
    return decided(drafts, ...drafts.map((id): Event => ({ type: 'task.released', at, id })))
  },

  'task.abandon'(task, { id, withDependents, join }, now, plan) {
    const wanted = withDependents ? withDownstream(plan, id) : [id]
    const ids = wanted.filter((each) => {
      const kind = plan.tasks.get(each)?.state.kind
      return kind !== 'done' && kind !== 'abandoned'
    })
    if (!ids.includes(id))
      return task.state.kind === 'abandoned'
        ? noOp(id)
        : refused(wrongState(task, 'abandoned', `yard reopen ${id} first`))
    const gone = new Set(ids)
    const joined = join ? joinEvents(plan, gone, now.at) : []
    const events = ids.flatMap((each): Event[] => [
      ...releaseOf(plan, each, now),
      { type: 'task.abandoned', at: now.at, id: each, by: nameOf(now.by) },
    ])
    const reply = { ids, becameReady: countFreed(plan, gone, joined) }
    return { ok: true, value: { events: [...joined, ...events], reply } }
  },

  'task.remove'({ generation }, { id }, { at }, plan) {
    if (generation > 0) return inUse(id, 'an agent has worked on it')
    const dependents = plan.dependentsOf(id).size
    if (dependents > 0)
      return inUse(id, `${dependents} task${dependents === 1 ? ' waits' : 's wait'} for it`)
    return decided([id], { type: 'task.removed', at, id })
  },

  'task.log': (_task, { id, text, place }, now) =>
    decided([id], { ...loggedEvent(id, text, now), ...(place ? { place } : {}) }),

  'task.attach': (_task, { id, artifacts }, now, plan) =>
    decided([id], ...attachedEvents(id, plan.agentOf(id), artifacts, now)),

  'task.letGo'(task, { id }, now, plan) {
    const living = plan.agentOf(id)
    if (living?.by === 'pilot')
      return decided([id], ...release({ plan, task, living }, 'taken-back', 'superseded', now))
    if (living?.by !== 'person')
      return refused(
        wrongState(task, 'released', 'only a task that a person claimed can be released'),
      )
    const returned = returnedEvent(id, now.at, { workedMs: workedBy(living, now.at) })
    return decided(
      [id],
      ...release({ plan, task, living }, 'taken-back', 'superseded', now),
      returned,
    )
  },

  'schedule.skip'(task, { id, nextFireAt: notBefore }, { at }) {
    const hint = 'it can be skipped while it waits for its time'
    const timed = { type: 'task.timed', at, id, notBefore, scheduledFor: notBefore } as const
    return notWaiting(task, 'put off', hint) ?? decided([id], timed)
  },

  'schedule.fireNow'(task, { id }, { at }) {
    const { scheduledFor } = task
    const timed = { type: 'task.timed', at, id, notBefore: null, scheduledFor } as const
    const hint = 'it is not waiting for its time'
    return notWaiting(task, 'started now', hint) ?? decided([id], timed)
  },
}

function releaseOf(plan: Plan, id: TaskId, now: Circumstances): Event[] {
  const task = plan.tasks.get(id)
  return task
    ? release({ plan, task, living: plan.agentOf(id) }, 'abandoned', 'superseded', now)
    : []
}

/** It, and everything that waits for it, directly or not; breadth first. */
const withDownstream = (plan: Plan, id: TaskId): TaskId[] => [
  id,
  ...reachable([id], (each) => plan.dependentsOf(each)),
]

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
  return waitingFor(plan, gone).filter(([id, blockers]) => {
    const task = plan.tasks.get(id)
    if (task?.state.kind !== 'open' || task.held || joinedToOpen.has(id)) return false
    return plan.unmetOf(id) === blockers.length
  }).length
}

/** Why a task does not wait for a time of its own; null when it does. */
function notWaiting(task: Task, wish: string, hint: string): Decided | null {
  if (task.state.kind === 'open' && task.schedule) return null
  if (task.schedule) return refused(wrongState(task, wish, hint))
  const shown = 'yard schedule list shows those that have'
  return refused(failure('wrong-state', `task ${task.id} has no schedule`, { hint: shown }))
}

const inUse = (id: TaskId, why: string): Decided =>
  refused(
    failure('in-use', `task ${id} cannot be removed: ${why}`, {
      hint: `yard abandon ${id} lets it rest instead`,
      facts: { id },
    }),
  )

/** All or none of them. */
export function decideRemoveAll(
  plan: Plan,
  { ids, dependents }: CommandOf<'tasks.remove'>,
  now: Circumstances,
): Decided {
  const gone = new Set(ids)
  if (dependents === 'remove')
    for (const id of reachable(ids, (each) => plan.dependentsOf(each))) gone.add(id)
  for (const id of gone) {
    const task = plan.tasks.get(id)
    if (!task) return refused(unknownTask(plan, id))
    if (task.generation > 0) return inUse(id, 'an agent has worked on it')
  }
  return decided(
    [...gone],
    ...(dependents === 'join' ? joinEvents(plan, gone, now.at) : releaseEvents(plan, gone, now.at)),
    ...dependentsFirst(plan, gone).map((id): Event => ({ type: 'task.removed', at: now.at, id })),
  )
}

const dependentsFirst = (plan: Plan, gone: ReadonlySet<TaskId>): TaskId[] =>
  topologicalOrder({
    keys: [...gone],
    blockersOf: (id) => [...plan.blockersOf(id)].filter((each) => gone.has(each)),
    dependentsOf: (id) => [...plan.dependentsOf(id)].filter((each) => gone.has(each)),
  }).toReversed()

/** Nothing outside waits for these any more. */
function releaseEvents(plan: Plan, gone: ReadonlySet<TaskId>, at: number): Event[] {
  return waitingFor(plan, gone).flatMap(([dependent, blockers]) =>
    blockers.map((blocker): Event => ({ type: 'dependency.removed', at, blocker, dependent })),
  )
}

/** What waited for these waits for what they waited for; one that has begun waits for nothing new. */
function joinEvents(plan: Plan, gone: ReadonlySet<TaskId>, at: number): Event[] {
  const added = waitingFor(plan, gone).flatMap(([dependent, blockers]) => {
    if (plan.tasks.get(dependent)?.state.kind !== 'open') return []
    const beyond = new Set<TaskId>()
    const inside = reachable(blockers, (id) => [...plan.blockersOf(id)].filter((b) => gone.has(b)))
    for (const id of [...blockers, ...inside])
      for (const blocker of plan.blockersOf(id)) if (!gone.has(blocker)) beyond.add(blocker)
    return [...beyond]
      .filter((blocker) => !plan.blockersOf(dependent).has(blocker))
      .map((blocker): Event => ({ type: 'dependency.added', at, blocker, dependent }))
  })
  return [...releaseEvents(plan, gone, at), ...added]
}

/** Tasks outside that wait for some of these, with those. */
function waitingFor(plan: Plan, gone: ReadonlySet<TaskId>): [TaskId, TaskId[]][] {
  const waiting = new Map<TaskId, TaskId[]>()
  for (const blocker of gone)
    for (const dependent of plan.dependentsOf(blocker))
      if (!gone.has(dependent)) waiting.set(dependent, [...(waiting.get(dependent) ?? []), blocker])
  return [...waiting]
}
