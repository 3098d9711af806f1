/** The index behind a `Plan`: its parts are kept true to each other here, and nowhere else. */
import { LayeredMap, LayeredSet } from '../../base/layered.ts'
import { type Agent, isLiving } from '../agent.ts'
import { type AgentId, agentNumberOf, type TaskId } from '../ids.ts'
import { type JudgementId, judgementNumberOf } from '../judging/evaluation.ts'
import { isLivingJudgement, type Judgement } from '../judging/judgement.ts'
import {
  type Breaker,
  type Dependency,
  type EntityChange,
  type MutablePlan,
  NO_FACTS,
  type RootPlan,
  type YardFacts,
} from '../plan.ts'
import type { AccessToken } from '../messages/access-token.ts'
import type { JobRun } from '../messages/job.ts'
import { type Delivery, isOpenDelivery } from '../messages/message.ts'
import type { Peer } from '../messages/peer.ts'
import { isSatisfied, type Task } from '../task.ts'
import { createTaskTable, type PlainTask } from './task-table.ts'

const NONE: ReadonlySet<TaskId> = new Set()
const NO_DELIVERIES: ReadonlySet<string> = new Set()

/** What the plan is made of; the functions below keep its parts true to each other. */
interface Index {
  readonly tasks: ReturnType<typeof createTaskTable>
  readonly agents: Map<AgentId, Agent>
  readonly breakers: Map<string, Breaker>
  readonly judgements: Map<JudgementId, Judgement>
  readonly identities: Set<string>
  readonly agentByTask: Map<TaskId, AgentId>
  readonly subtasks: Map<TaskId, Set<TaskId>>
  readonly startable: Set<TaskId>
  readonly deliveries: Map<string, Delivery>
  readonly deliveriesTo: Map<string, Set<string>>
  readonly heldBy: Map<AgentId, Set<string>>
  readonly agentByMember: Map<string, AgentId>
  readonly jobRuns: Map<string, JobRun>
  readonly tokens: Map<string, AccessToken>
  readonly peers: Map<string, Peer>
  facts: YardFacts
  lastAgentNumber: number
  lastJudgementNumber: number
  lastOrder: number
  onTouched: ((id: TaskId) => void) | null
}

export const createPlan = (): RootPlan => rootOf(createIndex(noTask))

function rootOf(own: Index): RootPlan {
  const indexes = new WeakMap<MutablePlan, Index>()
  let shown = own
  return Object.assign(
    planOf(own, () => shown),
    {
      stage(): MutablePlan {
        const index = indexAbove(own)
        const staged = planOf(index, () => index)
        indexes.set(staged, index)
        return staged
      },
      show(staged: MutablePlan | null): void {
        shown = (staged && indexes.get(staged)) ?? own
      },
    },
  )
}

const noTask = (text: string): never => {
  throw new Error(`not a task: ${text}`)
}

const createIndex = (unpack: (text: string) => Task): Index => ({
  tasks: createTaskTable(unpack),
  agents: new Map(),
  breakers: new Map(),
  judgements: new Map(),
  identities: new Set(),
  agentByTask: new Map(),
  subtasks: new Map(),
  startable: new Set(),
  deliveries: new Map(),
  deliveriesTo: new Map(),
  heldBy: new Map(),
  agentByMember: new Map(),
  jobRuns: new Map(),
  tokens: new Map(),
  peers: new Map(),
  facts: NO_FACTS,
  lastAgentNumber: 0,
  lastJudgementNumber: 0,
  lastOrder: 0,
  onTouched: null,
})

const indexAbove = (below: Index): Index => ({
  ...below,
  tasks: below.tasks.stage(),
  agents: new LayeredMap(below.agents),
  breakers: new LayeredMap(below.breakers),
  judgements: new LayeredMap(below.judgements),
  identities: new LayeredSet(below.identities),
  agentByTask: new LayeredMap(below.agentByTask),
  subtasks: new LayeredMap(below.subtasks),
  startable: new LayeredSet(below.startable),
  deliveries: new LayeredMap(below.deliveries),
  deliveriesTo: new LayeredMap(below.deliveriesTo),
  heldBy: new LayeredMap(below.heldBy),
  agentByMember: new LayeredMap(below.agentByMember),
  jobRuns: new LayeredMap(below.jobRuns),
  tokens: new LayeredMap(below.tokens),
  peers: new LayeredMap(below.peers),
  onTouched: null,
})

/** Writes `index`, and reads what `shown` gives. */
function planOf(index: Index, shown: () => Index): MutablePlan {
  return {
    get tasks() {
      return shown().tasks
    },
    get agents() {
      return shown().agents
    },
    get breakers() {
      return shown().breakers
    },
    get judgements() {
      return shown().judgements
    },
    get identities() {
      return shown().identities
    },
    get startable() {
      return shown().startable
    },
    get deliveries() {
      return shown().deliveries
    },
    get jobRuns() {
      return shown().jobRuns
    },
    get tokens() {
      return shown().tokens
    },
    get peers() {
      return shown().peers
    },
    get onTouched() {
      return index.onTouched
    },
    set onTouched(listener) {
      index.onTouched = listener
    },
    get facts() {
      return shown().facts
    },
    get lastAgentNumber() {
      return shown().lastAgentNumber
    },
    get lastJudgementNumber() {
      return shown().lastJudgementNumber
    },
    get lastOrder() {
      return shown().lastOrder
    },
    ...lookUpsOf(shown),
    put: (change) => put(index, change),
    skipJudgements(upTo) {
      index.lastJudgementNumber = Math.max(index.lastJudgementNumber, upTo)
    },
  }
}

type LookUps = Pick<
  MutablePlan,
  | ('blockersOf' | 'dependentsOf' | 'unmetOf' | 'agentOf' | 'deliveriesTo' | 'agentOfMember')
  | ('subtasksOf' | 'heldBy')
>

const lookUpsOf = (shown: () => Index): LookUps => ({
  blockersOf: (id) => shown().tasks.blockersOf(id),
  dependentsOf: (id) => shown().tasks.dependentsOf(id),
  unmetOf: (id) => shown().tasks.unmetOf(id),
  agentOf(id) {
    const agentId = shown().agentByTask.get(id)
    return (agentId && shown().agents.get(agentId)) ?? null
  },
  deliveriesTo: (recipient) => shown().deliveriesTo.get(recipient) ?? NO_DELIVERIES,
  heldBy: (agentId) => shown().heldBy.get(agentId) ?? NO_DELIVERIES,
  agentOfMember(name) {
    const agentId = shown().agentByMember.get(name)
    return (agentId && shown().agents.get(agentId)) ?? null
  },
  subtasksOf: (id) => shown().subtasks.get(id) ?? NONE,
})

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
    case 'delivery':
      return putDelivery(index, change.id, change.after)
    case 'jobRun':
      return putLiving(index.jobRuns, change, (run) => run.outcome === null)
    case 'token':
      return putLiving(index.tokens, change, (token) => token.revokedAt === null)
    case 'peer':
      return putLiving(index.peers, change, () => true)
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

function putLiving<T>(
  map: Map<string, T>,
  { id, after }: { readonly id: string; readonly after: T | null },
  isLivingOne: (entity: T) => boolean,
): void {
  if (after && isLivingOne(after)) map.set(id, after)
  else map.delete(id)
}

function putDelivery(index: Index, id: string, after: Delivery | null): void {
  const was = index.deliveries.get(id) ?? null
  const is = after && isOpenDelivery(after) ? after : null
  if (is) index.deliveries.set(id, is)
  else index.deliveries.delete(id)
  moveBetween(index.deliveriesTo, id, was?.recipient ?? null, is?.recipient ?? null)
  moveBetween(index.heldBy, id, holderOf(was), holderOf(is))
}

const holderOf = (delivery: Delivery | null): AgentId | null =>
  delivery?.state.kind === 'taken' ? delivery.state.agentId : null

function refresh({ tasks, startable, onTouched }: Index, id: TaskId): void {
  const task = tasks.unblockedTask(id)
  if (task && isFree(task)) startable.add(id)
  else startable.delete(id)
  onTouched?.(id)
}

const isFree = ({ state, held }: Task): boolean => state.kind === 'open' && !held

function addUnmet(index: Index, id: TaskId, delta: number): void {
  if (delta !== 0) index.tasks.addUnmet(id, delta)
  refresh(index, id)
}

function putTask(index: Index, id: TaskId, before: Task | null, after: Task | null): void {
  if (after) {
    index.tasks.set(id, after)
    index.lastOrder = Math.max(index.lastOrder, after.order)
  } else index.tasks.delete(id)
  moveBetween(index.subtasks, id, before?.addedBy ?? null, after?.addedBy ?? null)
  const was = isMet(before)
  const is = isMet(after)
  if (was !== is)
    for (const dependent of index.tasks.dependentsOf(id)) addUnmet(index, dependent, is ? -1 : 1)
  refresh(index, id)
}

const isMet = (task: Task | null | undefined): boolean => task != null && isSatisfied(task)

function moveBetween<K, V>(sets: Map<K, Set<V>>, member: V, from: K | null, to: K | null): void {
  if (from === to) return
  if (from !== null) {
    const old = ownSet(sets, from)
    old?.delete(member)
    if (old?.size === 0) sets.delete(from)
  }
  if (to !== null) sets.set(to, (ownSet(sets, to) ?? new Set<V>()).add(member))
}

/** One that may be changed. */
const ownSet = <K, V>(map: Map<K, Set<V>>, key: K): Set<V> | undefined =>
  map instanceof LayeredMap ? map.mine(key, (set: Set<V>) => new Set(set)) : map.get(key)

function putAgent(index: Index, id: AgentId, before: Agent | null, after: Agent | null): void {
  const { agents, agentByTask } = index
  index.lastAgentNumber = Math.max(index.lastAgentNumber, agentNumberOf(id))
  if (before && isLiving(before) && agentByTask.get(before.taskId) === id)
    agentByTask.delete(before.taskId)
  if (after && isLiving(after)) {
    agents.set(id, after)
    agentByTask.set(after.taskId, id)
  } else agents.delete(id)
  const about = after ?? before
  if (!about) return
  const { taskId, member } = about
  if (member !== null) putTurn(index, id, member)
  index.onTouched?.(taskId)
  if (!agents.has(id)) touchFreed(index, taskId)
}

/** A turn of a member begins or ends. */
function putTurn({ agents, agentByMember }: Index, id: AgentId, member: string): void {
  if (agents.has(id)) agentByMember.set(member, id)
  else if (agentByMember.get(member) === id) agentByMember.delete(member)
}

/** An agent is gone: those that waited for no more than its end (see `endingBlockerOf`) may start now. */
function touchFreed({ tasks, onTouched }: Index, id: TaskId): void {
  if (onTouched && isMet(tasks.get(id)))
    for (const dependent of tasks.dependentsOf(id)) onTouched(dependent)
}

function putDependency(index: Index, before: Dependency | null, after: Dependency | null): void {
  const edge = after ?? before
  if (!edge) return
  const { blocker, dependent } = edge
  const weight = isMet(index.tasks.get(blocker)) ? 0 : 1
  if (after && !before) {
    index.tasks.link(blocker, dependent)
    addUnmet(index, dependent, weight)
  } else if (before && !after) {
    index.tasks.unlink(blocker, dependent)
    addUnmet(index, dependent, -weight)
  }
  index.onTouched?.(blocker)
}

/**
 * A plan from what is stored, without the work that a change needs: tasks first, then their dependencies, then all else by `put`
 * on what `finish` gives. Of plain tasks `unpack` makes tasks when they are asked for.
 */
export function createPlanLoader(unpack: (text: string) => Task) {
  const index = createIndex(unpack)
  const { tasks, startable } = index
  /** Plain ones that are. */
  const met = new Set<TaskId>()
  return {
    addTask(task: Task): void {
      const { id, order, addedBy } = task
      tasks.set(id, task)
      index.lastOrder = Math.max(index.lastOrder, order)
      if (addedBy !== null) moveBetween(index.subtasks, id, null, addedBy)
    },
    addPlain(plain: PlainTask): void {
      tasks.set(plain.id, plain.text)
      index.lastOrder = Math.max(index.lastOrder, plain.order)
      if (plain.isMet) met.add(plain.id)
    },
    /** All dependents of that blocker, each once. */
    addDependents(blocker: TaskId, dependents: readonly TaskId[]): void {
      tasks.linkAll(blocker, dependents, (task) =>
        typeof task === 'string' ? met.has(blocker) : isMet(task),
      )
    },
    finish(): RootPlan {
      for (const [id, task] of tasks.unblocked())
        if (typeof task === 'string' ? !met.has(id) : isFree(task)) startable.add(id)
      return rootOf(index)
    },
  }
}
