/**
 * The in-memory index of a yard: all tasks, dependencies, living agents and breakers, with what is derived from them.
 * Entities are immutable; `put` replaces one and keeps every index true. Putting the old entity back undoes it exactly,
 * which is how a batch whose COMMIT failed leaves no trace. Cost of `put` is O(out-degree).
 */
import type { BreakerKind } from './reason.ts'
import type { Agent } from './agent.ts'
import type { Evaluation, JudgementId, Opinion } from './judging/evaluation.ts'
import type { Identity } from './judging/identity.ts'
import type { Judgement } from './judging/judgement.ts'
import { isHeldByTriage } from './judging/triage.ts'
import type { AgentId, TaskId } from './ids.ts'
import type { JobRun } from './messages/job.ts'
import type { Delivery, Message } from './messages/message.ts'
import type { Peer } from './messages/peer.ts'
import type { AccessToken } from './messages/access-token.ts'
import type { Ids, Tasks } from './graph/task-table.ts'
import type { Task } from './task.ts'
import type { ShownState } from './graph/shown-state.ts'

export interface Dependency {
  /** `blocker>dependent` */
  readonly id: string
  readonly blocker: TaskId
  readonly dependent: TaskId
}

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
  | Addition<'message', Message>
  | Change<'delivery', Delivery>
  | Change<'jobRun', JobRun>
  | Change<'token', AccessToken>
  | Change<'peer', Peer>

const ADDED = ['log', 'artifact', 'evaluation', 'opinion', 'message'] as const
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

/** Read side of the plan. */
export interface Plan {
  readonly tasks: Tasks
  /** Living agents only. */
  readonly agents: ReadonlyMap<AgentId, Agent>
  readonly breakers: ReadonlyMap<string, Breaker>
  /** Living ones only, in the order in which they were asked for. */
  readonly judgements: ReadonlyMap<JudgementId, Judgement>
  /** Ids of those that agents were asked to be. */
  readonly identities: ReadonlySet<string>
  readonly facts: YardFacts
  /** Open ones only, by id. */
  readonly deliveries: ReadonlyMap<string, Delivery>
  /** Ids of the open deliveries to that recipient, in the order of their arrival. */
  deliveriesTo(recipient: string): ReadonlySet<string>
  /** Ids of the deliveries that this agent has taken, whoever they were sent to. */
  heldBy(id: AgentId): ReadonlySet<string>
  /** The living agent of a member. */
  agentOfMember(name: string): Agent | null
  /** Runs of jobs that have not ended. */
  readonly jobRuns: ReadonlyMap<string, JobRun>
  /** Those that were not revoked. */
  readonly tokens: ReadonlyMap<string, AccessToken>
  /** Other machines that mail was exchanged with. */
  readonly peers: ReadonlyMap<string, Peer>
  blockersOf(id: TaskId): Ids
  dependentsOf(id: TaskId): Ids
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

/** What `createPlan` gives. */
export interface RootPlan extends MutablePlan {
  /** A plan of its own above this one, which stays as it is. Worth nothing once this one is given something else than what it was given. */
  stage(): MutablePlan
  /** Reads as that staged one until it is given null: meanwhile this one is given the same changes, piece by piece. */
  show(staged: MutablePlan | null): void
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
