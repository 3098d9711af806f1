/**
 * The in-memory index of a yard: all tasks, dependencies, living agents and breakers, with what is derived from them.
 * Entities are immutable; `put` replaces one and keeps every index true. Putting the old entity back undoes it exactly,
 * which is how a batch whose COMMIT failed leaves no trace. Cost of `put` is O(out-degree).
 */
import type { Agent } from './agent.ts'
import type { AgentId, TaskId } from './ids.ts'
import { isLiving } from './agent.ts'
import { isSatisfied, type ShownState, type Task } from './task.ts'
import { agentNumberOf } from './ids.ts'

export interface Dependency {
  /** `blocker>dependent` */
  readonly id: string
  readonly blocker: TaskId
  readonly dependent: TaskId
}

/** Something that holds agents back until `until`, or until a person clears it (null). */
export interface Breaker {
  readonly id: string
  readonly kind: 'respawn' | 'launch' | 'silence' | 'provider'
  readonly subject: string
  readonly reason: string
  readonly since: number
  readonly until: number | null
}

/** Facts of the yard as a whole. */
export interface YardFacts {
  readonly id: 'yard'
  readonly paused: boolean
}

/** The facts of a yard of which none was ever recorded. */
export const NO_FACTS: YardFacts = { id: 'yard', paused: false }

export interface LogLine {
  readonly id: string
  readonly taskId: TaskId
  readonly at: number
  readonly by: string
  readonly text: string
}

/** One entity before and after a change; null = it is not there. */
export type EntityChange =
  | {
      readonly entity: 'task'
      readonly id: string
      readonly before: Task | null
      readonly after: Task | null
    }
  | {
      readonly entity: 'agent'
      readonly id: string
      readonly before: Agent | null
      readonly after: Agent | null
    }
  | {
      readonly entity: 'dependency'
      readonly id: string
      readonly before: Dependency | null
      readonly after: Dependency | null
    }
  | {
      readonly entity: 'breaker'
      readonly id: string
      readonly before: Breaker | null
      readonly after: Breaker | null
    }
  | {
      readonly entity: 'yard'
      readonly id: string
      readonly before: YardFacts | null
      readonly after: YardFacts | null
    }
  /** Not kept in the plan: read from the store when asked for. */
  | { readonly entity: 'log'; readonly id: string; readonly before: null; readonly after: LogLine }
  | {
      readonly entity: 'artifact'
      readonly id: string
      readonly before: null
      readonly after: StoredArtifact
    }

export interface StoredArtifact {
  readonly id: string
  readonly taskId: TaskId
  readonly agentId: AgentId | null
  readonly at: number
  readonly artifact: unknown
}

export const dependencyIdOf = (blocker: TaskId, dependent: TaskId): string =>
  `${blocker}>${dependent}`

const NONE: ReadonlySet<TaskId> = new Set()

/** Read side of the plan. */
export interface Plan {
  readonly tasks: ReadonlyMap<TaskId, Task>
  /** Living agents only. */
  readonly agents: ReadonlyMap<AgentId, Agent>
  readonly breakers: ReadonlyMap<string, Breaker>
  readonly facts: YardFacts
  blockersOf(id: TaskId): ReadonlySet<TaskId>
  dependentsOf(id: TaskId): ReadonlySet<TaskId>
  /** How many blockers are not satisfied yet. */
  unmetOf(id: TaskId): number
  /** The living agent of a task. */
  agentOf(id: TaskId): Agent | null
  /** Tasks that agents of this task have added. */
  subtasksOf(id: TaskId): number
  /** Highest agent number and task order ever seen. */
  readonly lastAgentNumber: number
  readonly lastOrder: number
  /** Open, not held, no unmet blocker: may start when its time has come. */
  readonly startable: ReadonlySet<TaskId>
}

export interface MutablePlan extends Plan {
  put(change: EntityChange): void
  /** Called for each task whose derived state may have changed through another entity (its blocker, its agent). */
  onTouched: ((id: TaskId) => void) | null
}

export function createPlan(): MutablePlan {
  const tasks = new Map<TaskId, Task>()
  const agents = new Map<AgentId, Agent>()
  const breakers = new Map<string, Breaker>()
  const blockers = new Map<TaskId, Set<TaskId>>()
  const dependents = new Map<TaskId, Set<TaskId>>()
  const unmet = new Map<TaskId, number>()
  const agentByTask = new Map<TaskId, AgentId>()
  const subtasks = new Map<TaskId, number>()
  const startable = new Set<TaskId>()
  let facts = NO_FACTS
  let lastAgentNumber = 0
  let lastOrder = 0

  const refresh = (id: TaskId): void => {
    const task = tasks.get(id)
    if (task && task.state.kind === 'open' && !task.held && (unmet.get(id) ?? 0) === 0)
      startable.add(id)
    else startable.delete(id)
    plan.onTouched?.(id)
  }
  const addUnmet = (id: TaskId, delta: number): void => {
    const count = (unmet.get(id) ?? 0) + delta
    if (count === 0) unmet.delete(id)
    else unmet.set(id, count)
    refresh(id)
  }
  const bump = (id: TaskId, delta: number): void => {
    const count = (subtasks.get(id) ?? 0) + delta
    if (count === 0) subtasks.delete(id)
    else subtasks.set(id, count)
  }

  const putTask = (id: TaskId, before: Task | null, after: Task | null): void => {
    if (after) {
      tasks.set(id, after)
      if (after.order > lastOrder) lastOrder = after.order
    } else tasks.delete(id)
    if (before?.addedBy !== after?.addedBy) {
      if (before?.addedBy) bump(before.addedBy, -1)
      if (after?.addedBy) bump(after.addedBy, 1)
    }
    const was = before !== null && isSatisfied(before)
    const is = after !== null && isSatisfied(after)
    if (was !== is)
      for (const dependent of dependents.get(id) ?? NONE) addUnmet(dependent, is ? -1 : 1)
    refresh(id)
  }
  const putAgent = (id: AgentId, before: Agent | null, after: Agent | null): void => {
    const number = agentNumberOf(id)
    if (number > lastAgentNumber) lastAgentNumber = number
    if (before && isLiving(before) && agentByTask.get(before.taskId) === id)
      agentByTask.delete(before.taskId)
    if (after && isLiving(after)) {
      agents.set(id, after)
      agentByTask.set(after.taskId, id)
    } else agents.delete(id)
    const taskId = (after ?? before)?.taskId
    if (taskId) plan.onTouched?.(taskId)
  }
  const putDependency = (before: Dependency | null, after: Dependency | null): void => {
    const edge = after ?? before
    if (!edge) return
    const { blocker, dependent } = edge
    const isUnmet = !isSatisfiedId(blocker)
    if (after && !before) {
      setOf(blockers, dependent).add(blocker)
      setOf(dependents, blocker).add(dependent)
      addUnmet(dependent, isUnmet ? 1 : 0)
    } else if (before && !after) {
      dropFrom(blockers, dependent, blocker)
      dropFrom(dependents, blocker, dependent)
      addUnmet(dependent, isUnmet ? -1 : 0)
    }
    plan.onTouched?.(blocker)
  }
  const isSatisfiedId = (id: TaskId): boolean => {
    const task = tasks.get(id)
    return task !== undefined && isSatisfied(task)
  }

  const plan: MutablePlan = {
    tasks,
    agents,
    breakers,
    startable,
    onTouched: null,
    get facts() {
      return facts
    },
    get lastAgentNumber() {
      return lastAgentNumber
    },
    get lastOrder() {
      return lastOrder
    },
    blockersOf: (id) => blockers.get(id) ?? NONE,
    dependentsOf: (id) => dependents.get(id) ?? NONE,
    unmetOf: (id) => unmet.get(id) ?? 0,
    agentOf: (id) => {
      const agentId = agentByTask.get(id)
      return (agentId && agents.get(agentId)) ?? null
    },
    subtasksOf: (id) => subtasks.get(id) ?? 0,
    put(change) {
      switch (change.entity) {
        case 'task':
          return putTask(change.id as TaskId, change.before, change.after)
        case 'agent':
          return putAgent(change.id as AgentId, change.before, change.after)
        case 'dependency':
          return putDependency(change.before, change.after)
        case 'breaker':
          if (change.after) breakers.set(change.id, change.after)
          else breakers.delete(change.id)
          return
        case 'yard':
          facts = change.after ?? NO_FACTS
          return
        case 'log':
        case 'artifact':
          return
      }
    },
  }
  return plan
}

function setOf(map: Map<TaskId, Set<TaskId>>, key: TaskId): Set<TaskId> {
  let set = map.get(key)
  if (!set) map.set(key, (set = new Set()))
  return set
}

function dropFrom(map: Map<TaskId, Set<TaskId>>, key: TaskId, value: TaskId): void {
  const set = map.get(key)
  set?.delete(value)
  if (set?.size === 0) map.delete(key)
}

/** All states that hold for an open task, in the order in which the first is shown; a stored status stands alone. */
export function statesOf(plan: Plan, task: Task, now: number): ShownState[] {
  if (task.state.kind !== 'open') return [task.state.kind]
  const states: ShownState[] = []
  if (task.held) states.push('paused')
  if (plan.unmetOf(task.id) > 0) states.push('blocked')
  if (task.state.notBefore !== null && task.state.notBefore > now) states.push('delayed')
  if (task.state.park !== null && task.state.park.until > now) states.push('parked')
  return states.length > 0 ? states : ['ready']
}

/** What a person sees. */
export function shownStateOf(plan: Plan, task: Task, now: number): ShownState {
  return statesOf(plan, task, now)[0] ?? 'ready'
}
