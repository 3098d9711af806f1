/**
 * The in-memory index of a yard: all tasks, dependencies, living agents and breakers, with what is derived from them.
 * Entities are immutable; `put` replaces one and keeps every index true. Putting the old entity back undoes it exactly,
 * which is how a batch whose COMMIT failed leaves no trace. Cost of `put` is O(out-degree).
 */
import { type Agent, isLiving } from './agent.ts'
import type { Evaluation, JudgementId, Opinion } from './judging/evaluation.ts'
import { judgementNumberOf } from './judging/evaluation.ts'
import type { Identity } from './judging/identity.ts'
import { isLivingJudgement, type Judgement } from './judging/judgement.ts'
import { isHeldByTriage } from './judging/triage.ts'
import { type AgentId, agentNumberOf, type TaskId } from './ids.ts'
import { isSatisfied, type ShownState, type Task } from './task.ts'

export interface Dependency {
  /** `blocker>dependent` */
  readonly id: string
  readonly blocker: TaskId
  readonly dependent: TaskId
}

export const BREAKER_KINDS = [
  'respawn',
  'launch',
  'silence',
  'provider',
  'budget',
  'unreachable',
] as const
type BreakerKind = (typeof BREAKER_KINDS)[number]

/** Something that holds agents back until `until`, or until a person clears it (null). */
export interface Breaker {
  readonly id: string
  readonly kind: BreakerKind
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

/** A line of a task's changes that a person spoke of. */
export interface ChangePosition {
  readonly path: string
  readonly line: number
  /** `new`: as the task left it; `old`: as it was before. */
  readonly side: 'old' | 'new'
}

export interface LogLine {
  readonly id: string
  readonly taskId: TaskId
  readonly at: number
  readonly by: string
  readonly text: string
  /** Set on a person's comment on the changes. */
  readonly place?: ChangePosition
}

/** One entity before and after a change; null = it is not there. */
interface Change<Name, Entity> {
  readonly entity: Name
  readonly id: string
  readonly before: Entity | null
  readonly after: Entity | null
}
/** Not kept in the plan: read from the store when asked for. */
interface Addition<Name, Entity> extends Change<Name, Entity> {
  readonly before: null
  readonly after: Entity
}
export type EntityChange =
  | Change<'task', Task>
  | Change<'agent', Agent>
  | Change<'dependency', Dependency>
  | Change<'breaker', Breaker>
  | Change<'yard', YardFacts>
  | Change<'judgement', Judgement>
  | Addition<'log', LogLine>
  | Addition<'artifact', StoredArtifact>
  | Addition<'evaluation', Evaluation>
  | Addition<'opinion', Opinion>
  | Change<'identity', Identity>

const ADDED = ['log', 'artifact', 'evaluation', 'opinion'] as const
/** Written once, never changed. */
export const isAddition = (
  change: EntityChange,
): change is Extract<EntityChange, { readonly entity: (typeof ADDED)[number] }> =>
  ADDED.some((entity) => entity === change.entity)

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
  /** Living ones only, in the order in which they were asked for. */
  readonly judgements: ReadonlyMap<JudgementId, Judgement>
  /** Ids of those that agents were asked to be. */
  readonly identities: ReadonlySet<string>
  readonly facts: YardFacts
  blockersOf(id: TaskId): ReadonlySet<TaskId>
  dependentsOf(id: TaskId): ReadonlySet<TaskId>
  /** How many blockers are not satisfied yet. */
  unmetOf(id: TaskId): number
  /** The living agent of a task. */
  agentOf(id: TaskId): Agent | null
  /** Tasks that agents of this task have added. */
  subtasksOf(id: TaskId): ReadonlySet<TaskId>
  /** Highest agent number and task order ever seen. */
  readonly lastAgentNumber: number
  readonly lastJudgementNumber: number
  readonly lastOrder: number
  /** Open, not held, no unmet blocker: may start when its time has come. */
  readonly startable: ReadonlySet<TaskId>
}

export interface MutablePlan extends Plan {
  put(change: EntityChange): void
  /** Numbers of judgements up to this one are never given. */
  skipJudgements(upTo: number): void
  /** Called for each task whose derived state may have changed through another entity (its blocker, its agent). */
  onTouched: ((id: TaskId) => void) | null
}

/** What the plan is made of; the functions below keep its parts true to each other. */
interface Index {
  readonly tasks: Map<TaskId, Task>
  readonly agents: Map<AgentId, Agent>
  readonly breakers: Map<string, Breaker>
  readonly judgements: Map<JudgementId, Judgement>
  readonly identities: Set<string>
  readonly blockers: Map<TaskId, Set<TaskId>>
  readonly dependents: Map<TaskId, Set<TaskId>>
  readonly unmet: Map<TaskId, number>
  readonly agentByTask: Map<TaskId, AgentId>
  readonly subtasks: Map<TaskId, Set<TaskId>>
  readonly startable: Set<TaskId>
  facts: YardFacts
  lastAgentNumber: number
  lastJudgementNumber: number
  lastOrder: number
  onTouched: ((id: TaskId) => void) | null
}

export function createPlan(): MutablePlan {
  const index: Index = {
    tasks: new Map(),
    agents: new Map(),
    breakers: new Map(),
    judgements: new Map(),
    identities: new Set(),
    blockers: new Map(),
    dependents: new Map(),
    unmet: new Map(),
    agentByTask: new Map(),
    subtasks: new Map(),
    startable: new Set(),
    facts: NO_FACTS,
    lastAgentNumber: 0,
    lastJudgementNumber: 0,
    lastOrder: 0,
    onTouched: null,
  }
  const { tasks, agents, breakers, judgements, identities, startable } = index
  return {
    tasks,
    agents,
    breakers,
    judgements,
    identities,
    startable,
    get onTouched() {
      return index.onTouched
    },
    set onTouched(listener) {
      index.onTouched = listener
    },
    get facts() {
      return index.facts
    },
    get lastAgentNumber() {
      return index.lastAgentNumber
    },
    get lastJudgementNumber() {
      return index.lastJudgementNumber
    },
    get lastOrder() {
      return index.lastOrder
    },
    blockersOf: (id) => index.blockers.get(id) ?? NONE,
    dependentsOf: (id) => index.dependents.get(id) ?? NONE,
    unmetOf: (id) => index.unmet.get(id) ?? 0,
    agentOf(id) {
      const agentId = index.agentByTask.get(id)
      return (agentId && agents.get(agentId)) ?? null
    },
    subtasksOf: (id) => index.subtasks.get(id) ?? NONE,
    put: (change) => put(index, change),
    skipJudgements(upTo) {
      index.lastJudgementNumber = Math.max(index.lastJudgementNumber, upTo)
    },
  }
}

function put(index: Index, change: EntityChange): void {
  switch (change.entity) {
    case 'task':
      return putTask(index, change.id as TaskId, change.before, change.after)
    case 'agent':
      return putAgent(index, change.id as AgentId, change.before, change.after)
    case 'dependency':
      return putDependency(index, change.before, change.after)
    case 'breaker':
      if (change.after) index.breakers.set(change.id, change.after)
      else index.breakers.delete(change.id)
      return
    case 'yard':
      index.facts = change.after ?? NO_FACTS
      return
    case 'identity':
      if (change.after) index.identities.add(change.id)
      else index.identities.delete(change.id)
      return
    case 'judgement':
      return putJudgement(index, change.id as JudgementId, change.after)
    default:
      return
  }
}

function putJudgement(index: Index, id: JudgementId, after: Judgement | null): void {
  index.lastJudgementNumber = Math.max(index.lastJudgementNumber, judgementNumberOf(id))
  if (after && isLivingJudgement(after)) index.judgements.set(id, after)
  else index.judgements.delete(id)
  if (after?.taskId) index.onTouched?.(after.taskId)
}

function refresh({ tasks, unmet, startable, onTouched }: Index, id: TaskId): void {
  const task = tasks.get(id)
  if (task && task.state.kind === 'open' && !task.held && (unmet.get(id) ?? 0) === 0)
    startable.add(id)
  else startable.delete(id)
  onTouched?.(id)
}

function count(counts: Map<TaskId, number>, id: TaskId, delta: number): void {
  const sum = (counts.get(id) ?? 0) + delta
  if (sum === 0) counts.delete(id)
  else counts.set(id, sum)
}

function addUnmet(index: Index, id: TaskId, delta: number): void {
  count(index.unmet, id, delta)
  refresh(index, id)
}

function putTask(index: Index, id: TaskId, before: Task | null, after: Task | null): void {
  if (after) {
    index.tasks.set(id, after)
    index.lastOrder = Math.max(index.lastOrder, after.order)
  } else index.tasks.delete(id)
  moveSubtask(index, id, before?.addedBy ?? null, after?.addedBy ?? null)
  const was = isMet(before)
  const is = isMet(after)
  if (was !== is)
    for (const dependent of index.dependents.get(id) ?? NONE)
      addUnmet(index, dependent, is ? -1 : 1)
  refresh(index, id)
}

const isMet = (task: Task | null | undefined): boolean => task != null && isSatisfied(task)

function moveSubtask(
  { subtasks }: Index,
  id: TaskId,
  from: TaskId | null,
  to: TaskId | null,
): void {
  if (from === to) return
  const old = from === null ? undefined : subtasks.get(from)
  old?.delete(id)
  if (from !== null && old?.size === 0) subtasks.delete(from)
  if (to === null) return
  const own = subtasks.get(to) ?? new Set()
  subtasks.set(to, own.add(id))
}

function putAgent(index: Index, id: AgentId, before: Agent | null, after: Agent | null): void {
  const { agents, agentByTask } = index
  index.lastAgentNumber = Math.max(index.lastAgentNumber, agentNumberOf(id))
  if (before && isLiving(before) && agentByTask.get(before.taskId) === id)
    agentByTask.delete(before.taskId)
  if (after && isLiving(after)) {
    agents.set(id, after)
    agentByTask.set(after.taskId, id)
  } else agents.delete(id)
  const taskId = (after ?? before)?.taskId
  if (!taskId) return
  index.onTouched?.(taskId)
  if (!agents.has(id)) touchFreed(index, taskId)
}

/** An agent is gone: those that waited for no more than its end (see `endingBlockerOf`) may start now. */
function touchFreed({ tasks, dependents, onTouched }: Index, id: TaskId): void {
  if (onTouched && isMet(tasks.get(id)))
    for (const dependent of dependents.get(id) ?? NONE) onTouched(dependent)
}

function putDependency(index: Index, before: Dependency | null, after: Dependency | null): void {
  const edge = after ?? before
  if (!edge) return
  const { blocker, dependent } = edge
  const weight = isMet(index.tasks.get(blocker)) ? 0 : 1
  if (after && !before) {
    setOf(index.blockers, dependent).add(blocker)
    setOf(index.dependents, blocker).add(dependent)
    addUnmet(index, dependent, weight)
  } else if (before && !after) {
    dropFrom(index.blockers, dependent, blocker)
    dropFrom(index.dependents, blocker, dependent)
    addUnmet(index, dependent, -weight)
  }
  index.onTouched?.(blocker)
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
  if ((task.state.notBefore ?? 0) > now || isHeldByTriage(plan, task)) states.push('delayed')
  if (task.state.park !== null && task.state.park.until > now) states.push('parked')
  return states.length > 0 ? states : ['ready']
}

/** What a person sees. */
export function shownStateOf(plan: Plan, task: Task, now: number): ShownState {
  return statesOf(plan, task, now)[0] ?? 'ready'
}
