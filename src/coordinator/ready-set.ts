/** Which tasks could start now, and when others will: fed with touched tasks, asked for the next to claim. */
import { spends, YARD_BUDGET_KEYS } from '../domain/budget/budget.ts'
import { createPathLengths } from '../domain/graph/path-lengths.ts'
import { createHeap } from '../domain/graph/heap.ts'
import type { CommandOf } from '../domain/command.ts'
import type { TaskId } from '../domain/ids.ts'
import {
  type AssignmentPlan,
  isHeldByAssignment,
  mayBeAssigned,
} from '../domain/judging/assignment.ts'
import { isStanding } from '../domain/messages/standing.ts'
import { isHeldByTriage } from '../domain/judging/triage.ts'
import type { Breaker, Plan } from '../domain/plan.ts'
import { endingBlockerOf } from '../domain/graph/upstream.ts'
import { createReadyQueue } from '../domain/graph/ready-queue.ts'
import type { Choice } from '../domain/routing/choice.ts'
import type { Task } from '../domain/task.ts'
import { PRIORITIES } from '../domain/graph/priority.ts'
import type { Budgets } from './budgets.ts'
import type { CommittedBatch } from './dispatch.ts'
import type { Caps, CoordinatorParts, Route } from './ports.ts'
import type { Agent } from '../domain/agent.ts'
import type { Steps } from '../base/steps.ts'
import { utcText } from '../base/clock.ts'

/** `choice`: set where the yard chose the route among several. */
export type Candidate = {
  readonly task: Task
  readonly route: Route
  readonly choice: Choice | null
}

type AssignCommand = CommandOf<'task.assign' | 'assignment.request'>

/** How a task may be started. */
interface Ways {
  /** Where the settings send it. */
  readonly today: Route
  /** Those among which the yard chooses; none where it goes to that one. */
  readonly arms: readonly Route[]
}

export type ReadySet = ReturnType<typeof createReadySet>

export function createReadySet(
  parts: CoordinatorParts,
  budgets: Pick<Budgets, 'isReached' | 'isOver'>,
) {
  const { plan } = parts
  const lengths = createPathLengths(plan)
  const noted = new Set<TaskId>()
  const queue = createReadyQueue()
  const buckets = createBuckets(parts, budgets.isReached)
  const ways = new Map<TaskId, Ways>()
  const delayed = createHeap<{ at: number; id: TaskId }>((a, b) => a.at < b.at)

  const assigned = new Map<TaskId, AssignmentPlan>()
  /** Something is chosen for it first: it is looked at again once that is committed. */
  const isAssigned = (task: Task, route: Route): boolean => {
    if (!parts.startsAgents || !parts.assignmentOf || isStanding(task.id)) return false
    if (!mayBeAssigned(task)) return false
    const assignment = parts.assignmentOf(task, route)
    if (assignment) assigned.set(task.id, assignment)
    return assignment !== null
  }
  /** A member goes on with its own conversation, which another executor does not have. */
  const waysOf = (task: Task, route: Route): Ways => {
    const learner = task.member === null ? parts.learner : undefined
    const today = learner?.ongoing(task, route) ?? route
    return { today, arms: learner?.armsOf(task, today) ?? [] }
  }
  /** How a task whose time has come may start; null while it may not. */
  const startingWays = (task: Task): Ways | null => {
    // Looked at again when that judgement or that agent has ended: the plan touches the task then.
    if (isHeldByTriage(plan, task) || isHeldByAssignment(plan, task)) return null
    if (endingBlockerOf(plan, task.id) !== null) return null
    const route = parts.route(task)
    if (!route.ok || route.value.isForPeople) return null
    // Looked at again when its budget has been changed.
    if (budgets.isOver(task)) return null
    return isAssigned(task, route.value) ? null : waysOf(task, route.value)
  }
  /** Queues the task, or notes when it is due, or drops it. */
  const consider = (id: TaskId, now: number): void => {
    const task = plan.tasks.get(id)
    queue.drop(id)
    ways.delete(id)
    if (task?.state.kind !== 'open' || !plan.startable.has(id) || plan.agentOf(id)) return
    const dueAt = Math.max(task.state.notBefore ?? 0, task.state.park?.until ?? 0)
    if (dueAt > now) return delayed.push({ at: dueAt, id })
    const found = startingWays(task)
    if (!found) return
    ways.set(id, found)
    queue.put(
      {
        id,
        bucket: buckets.of(task, found),
        priority: PRIORITIES.indexOf(task.priority),
        length: lengths.of(id),
        readySince: readySinceOf(plan, task, dueAt),
        order: task.order,
      },
      now,
    )
  }
  let measuring: Steps<TaskId[]> | null = null
  /** Both give false where the rest is left for the next turn. */
  const considerNoted = (now: number, hasTime: () => boolean): boolean => {
    for (const id of noted) {
      if (!hasTime()) return false
      // It reads what is spent, which can fail; then the rest stays noted.
      consider(id, now)
      noted.delete(id)
    }
    return true
  }
  const measure = (hasTime: () => boolean): boolean => {
    measuring ??= lengths.refresh()
    for (;;) {
      const step = measuring.next()
      if (step.done) {
        measuring = null
        for (const id of step.value) if (queue.has(id)) noted.add(id)
        return true
      }
      if (!hasTime()) return false
    }
  }
  return {
    get size() {
      return queue.size
    },
    /** A commit: notes which tasks to look at again. */
    note(batch: CommittedBatch): void {
      for (const id of batch.touched) noted.add(id)
      for (const change of batch.changes) {
        if (change.entity === 'dependency')
          lengths.mark((change.after ?? change.before)?.blocker as TaskId)
        if (change.entity === 'breaker' && change.id.startsWith('respawn:'))
          noted.add(change.id.slice('respawn:'.length) as TaskId)
      }
    },
    /** Everything anew: at the start and when the settings have changed. */
    reset(): void {
      buckets.forget()
      for (const id of plan.startable) noted.add(id)
      lengths.markAll()
    },
    /** Looks at the noted tasks and at those whose time has come. False: there are more of them than one turn should hold. */
    update(now: number): boolean {
      const hasTime = createTimer(parts.clock)
      for (let next = delayed.peek(); next && next.at <= now; next = delayed.peek()) {
        delayed.pop()
        noted.add(next.id)
      }
      if (!considerNoted(now, hasTime)) return false
      // Lengths only order tasks that compete, so a chain that grows task by task does not pay for itself each time.
      if ((measuring || (lengths.isStale && queue.size > 1)) && !measure(hasTime)) return false
      return considerNoted(now, hasTime)
    },
    /** What is to be told of tasks before they can start; each once. */
    takeAssignments(): readonly AssignCommand[] {
      const commands = [...assigned].map(([id, next]): AssignCommand =>
        next.kind === 'ask'
          ? { type: 'assignment.request', id, dueAt: next.dueAt }
          : { type: 'task.assign', id, assignment: next.assignment },
      )
      assigned.clear()
      return commands
    },
    /** The next task that its caps and breakers let start; it leaves the set. */
    take(now: number, counts: CapCounts): Candidate | null {
      if (counts.total >= parts.caps().maxAgents) return null
      const waiting = queue.take(now, (bucket) => buckets.isOpen(bucket, counts))
      if (!waiting) return null
      const task = plan.tasks.get(waiting.id)
      const found = ways.get(waiting.id)
      if (!task || !found) return null
      const { today, arms } = found
      const [arm, ...others] = arms.filter((each) =>
        buckets.isArmOpen(waiting.bucket, each, counts),
      )
      return parts.learner && arm
        ? { task, ...parts.learner.choose(task, { today, open: [arm, ...others] }, parts.random) }
        : { task, route: awakeRoute(plan, today), choice: null }
    },
    /** When the next delayed task is due, ms; null when none is. */
    nextDueAt: (): number | null => delayed.peek()?.at ?? null,
  }
}

/** For one turn of the loop. */
const TURN_MS = 8
const ASK_EVERY = 32

/** Whether there is time left for one more. */
function createTimer(clock: CoordinatorParts['clock']): () => boolean {
  const from = clock.monotonic()
  let count = 0
  return () => ++count % ASK_EVERY !== 0 || clock.monotonic() - from < TURN_MS
}

/** The latest of what it had to wait for; survives a restart because it is read from the plan. */
function readySinceOf(plan: Plan, task: Task, dueAt: number): number {
  let since = Math.max(task.createdAt, dueAt)
  for (const blocker of plan.blockersOf(task.id))
    since = Math.max(since, plan.tasks.get(blocker)?.completedAt ?? 0)
  return since
}

interface Bucket extends Ways {
  readonly tags: readonly string[]
  /** The breaker of this very task, if it has one. */
  readonly own: string | null
  readonly member: string | null
}

/** Tasks held back by the same caps and breakers share a bucket, so that a full cap costs one check, not one per task. */
function createBuckets(
  { plan, caps, canRun = () => true }: Pick<CoordinatorParts, 'plan' | 'caps' | 'canRun'>,
  isReached: (cap: string) => boolean,
) {
  const buckets = new Map<string, Bucket>()
  const isWayOpen = (route: Route, { tags, own, member }: Bucket, counts: CapCounts): boolean =>
    !counts.isAtWork(member) &&
    counts.hasRoom(caps(), route, tags) &&
    !breakersOf(route, own).some((key) => plan.breakers.has(key) || isReached(key)) &&
    canRun(route)
  return {
    of(task: Task, found: Ways): string {
      const { tags: capped } = caps()
      const tags = task.tags.filter((tag) => capped[tag] !== undefined)
      const own = `respawn:${task.id}`
      const isTripped = plan.breakers.has(own)
      const arms = found.arms.map(keyPartsOf)
      const { member } = task
      const breaker = isTripped ? own : null
      const key = JSON.stringify([...keyPartsOf(found.today), arms, tags, breaker, member])
      buckets.set(key, { ...found, tags, own: breaker, member })
      return key
    },
    /** Neither a cap nor a breaker holds it back, and it can run on this machine. */
    isOpen(bucket: string, counts: CapCounts): boolean {
      const known = buckets.get(bucket)
      if (!known) return false
      const routed = awakeRoute(plan, known.today)
      return [...known.arms, routed].some((route) => isWayOpen(route, known, counts))
    },
    isArmOpen(bucket: string, arm: Route, counts: CapCounts): boolean {
      const known = buckets.get(bucket)
      return known !== undefined && isWayOpen(arm, known, counts)
    },
    /** The caps have changed: all buckets are made anew. */
    forget: () => buckets.clear(),
  }
}

/** Keys of the breakers that would hold it back. */
const breakersOf = ({ executor, executorType, provider }: Route, own: string | null): string[] => [
  `launch:${executor}`,
  ...(provider === null ? [] : [`provider:${provider}`]),
  ...(own === null ? [] : [own]),
  ...(spends(executorType) ? YARD_BUDGET_KEYS : []),
]

/** Everything by which two routes may be held back differently. */
function keyPartsOf({ executor, model, exclusive, provider, fallback }: Route): unknown[] {
  return [executor, model, exclusive, provider, fallback ? keyPartsOf(fallback) : null]
}

/** What a claim or a living agent counts as. */
type Counted = Pick<Agent, 'executor' | 'model' | 'tags' | 'member'> & Pick<Route, 'exclusive'>

export type CapCounts = ReturnType<typeof createCapCounts>

/** Living agents counted by what caps speak of, so that a pick asks counts and not all agents. */
export function createCapCounts() {
  let total = 0
  const counts = new Map<string, number>()
  const of = (key: string): number => counts.get(key) ?? 0
  const up = (key: string): void => void counts.set(key, of(key) + 1)
  return {
    get total() {
      return total
    },
    add({ executor, model, tags, exclusive, member }: Counted): void {
      total += 1
      if (member !== null) up(`@ ${member}`)
      up(`e ${executor}`)
      if (model !== null) up(`m ${model}`)
      for (const tag of tags) up(`t ${tag}`)
      if (exclusive !== null) up(`x ${exclusive}`)
    },
    /** An agent that no cap counts has this folder for itself. */
    occupy: (folder: string) => up(`x ${folder}`),
    /** An agent that no cap counts is a turn of this member. */
    occupyMember: (member: string) => up(`@ ${member}`),
    /** Its member has a living agent already. */
    isAtWork: (member: string | null) => member !== null && of(`@ ${member}`) > 0,
    /** One more of these breaks no cap. */
    hasRoom: (caps: Caps, { executor, model, exclusive }: Route, tags: readonly string[]) =>
      total < caps.maxAgents &&
      !isFull(caps.executors[executor], of(`e ${executor}`)) &&
      (model === null || !isFull(caps.models[model], of(`m ${model}`))) &&
      !tags.some((tag) => isFull(caps.tags[tag], of(`t ${tag}`))) &&
      !(exclusive !== null && of(`x ${exclusive}`) > 0),
  }
}

const isFull = (cap: number | undefined, count: number): boolean =>
  cap !== undefined && count >= cap

// While a provider sleeps, an executor that the profile names may take its tasks. Asked anew at each pick, so nothing is remembered.

const sleeping = (plan: Plan, { provider }: Route): Breaker | null =>
  provider === null ? null : (plan.breakers.get(`provider:${provider}`) ?? null)

/** The route and all that stand in for it, in their order. */
function* chainOf(route: Route): Generator<Route> {
  for (let next: Route | null = route; next; next = next.fallback ?? null) yield next
}

/** The route, or the first of its stand-ins whose provider is awake; the route itself when all of them sleep. */
export function awakeRoute(plan: Plan, route: Route): Route {
  const breaker = sleeping(plan, route)
  if (!breaker) return route
  for (const next of chainOf(route)) {
    if (next === route || sleeping(plan, next)) continue
    const until = breaker.until === null ? '' : ` until ${utcText(breaker.until)}`
    const executor = `fallback of "${route.executor}" while ${breaker.subject} sleeps${until}`
    return { ...next, provenance: { ...next.provenance, executor } }
  }
  return route
}

/** Whether somebody would take the task at once if this provider fell asleep now. */
export function hasAwakeFallback(plan: Plan, route: Route, provider: string | null): boolean {
  if (provider === null) return false
  for (const next of chainOf(route))
    if (next.provider !== provider && !sleeping(plan, next)) return true
  return false
}
