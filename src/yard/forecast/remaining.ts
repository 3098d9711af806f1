/** What is left of the graph, as a forecast plays it: what goes on by itself, and apart from that what waits for a person. */
import type { Agent } from '../../domain/agent.ts'
import { isLaunched } from '../../domain/routing/holder.ts'
import { spends, YARD_BUDGET_KEYS } from '../../domain/budget/budget.ts'
import type { TaskId } from '../../domain/ids.ts'
import { kindOf } from '../../domain/judging/kind.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import type { Plan } from '../../domain/plan.ts'
import { isCodingAgent, type ExecutorType } from '../../domain/settings.ts'
import { isSatisfied, type Task } from '../../domain/task.ts'
import { PRIORITIES } from '../../domain/graph/priority.ts'
import type { Caps, Route } from '../../coordinator/ports.ts'
import { awakeRoute } from '../../coordinator/ready-set.ts'
import type { Result } from '../../base/result.ts'
import type { ForecastOrder, TaskColumns } from '../../judging/forecast/compute.ts'
import type { Pacer } from '../slices.ts'
import type { Price } from './past-tries.ts'

export interface RemainingSource {
  readonly plan: Plan
  readonly now: number
  readonly caps: Caps
  route(task: Task): Result<Route, unknown>
  /** What it needs of this machine is there. */
  canRun(route: Pick<Route, 'executor' | 'model'>): boolean
  readonly price: Price
  readonly groups: Groups
  readonly kinds: readonly string[]
  /** Who judges what such an executor makes of it, before it is done. */
  judgeOf(task: Task, type: ExecutorType): 'nobody' | 'model' | 'person'
}

export interface Remaining extends Pick<
  ForecastOrder,
  'tasks' | 'edges' | 'maxAgents' | 'caps' | 'buckets'
> {
  /** Their ids, in the order of the columns. */
  readonly ids: readonly TaskId[]
  /** Unfinished tasks that wait for a person or a claim, and all that wait for those. */
  readonly stuck: ReadonlySet<TaskId>
}

/** How a task goes on. */
type Course =
  | { readonly kind: 'over' | 'person' }
  | {
      readonly kind: 'runs'
      readonly way: Way
      readonly notBeforeMs: number
      readonly ageMs: number | null
      readonly isJudged: boolean
    }

type Way = Pick<Route, 'executor' | 'executorType' | 'model' | 'exclusive'>

const OVER: Course = { kind: 'over' }
const PERSON: Course = { kind: 'person' }

export async function readRemaining(source: RemainingSource, pacer: Pacer): Promise<Remaining> {
  const { plan } = source
  const courses = new Map<Task, Extract<Course, { kind: 'runs' }>>()
  const stuck = new Set<TaskId>()
  const runs = remembered(source.canRun)
  for (const id of [...plan.tasks.keys()]) {
    const task = plan.tasks.get(id)
    if (!task || isStanding(id)) continue
    const course = courseOf({ ...source, canRun: runs }, task)
    if (course.kind === 'person') stuck.add(id)
    else if (course.kind === 'runs') courses.set(task, course)
    const wait = pacer.pause()
    if (wait) await wait
  }
  for (const id of stuck)
    for (const dependent of plan.dependentsOf(id))
      if (isUnmet(plan, id) && isHeldBack(plan.tasks.get(dependent))) stuck.add(dependent)
  const playable = [...courses].filter(([{ id }]) => !stuck.has(id))
  return { ...(await columnsOf(source, playable, pacer)), stuck }
}

const isUnmet = (plan: Plan, id: TaskId): boolean => {
  const task = plan.tasks.get(id)
  return task !== undefined && !isSatisfied(task)
}

const isHeldBack = (task: Task | undefined): boolean =>
  task !== undefined && task.state.kind === 'open' && !isSatisfied(task)

/** Asked of this machine once for each way of running a task. */
function remembered(canRun: RemainingSource['canRun']): RemainingSource['canRun'] {
  const known = new Map<string, boolean>()
  return ({ executor, model }) => {
    const key = JSON.stringify([executor, model])
    let can = known.get(key)
    if (can === undefined) known.set(key, (can = canRun({ executor, model })))
    return can
  }
}

function courseOf(source: RemainingSource, task: Task): Course {
  const { plan } = source
  const { state } = task
  switch (state.kind) {
    case 'done':
    case 'abandoned':
      return OVER
    case 'failed':
    case 'waiting':
      return PERSON
    case 'pending-eval':
    case 'in-progress':
      return courseOfAgent(source, plan.agentOf(task.id), task)
    case 'open':
      return isBetweenRuns(task) ? OVER : courseOfOpen(source, task, state)
  }
}

/** Its run is over, and nothing waits for the next one. */
const isBetweenRuns = (task: Task): boolean =>
  task.state.kind === 'open' &&
  task.schedule !== null &&
  isSatisfied(task) &&
  task.state.notBefore === task.scheduledFor

function courseOfAgent({ now, judgeOf }: RemainingSource, agent: Agent | null, task: Task): Course {
  const isJudged = task.state.kind === 'pending-eval'
  if (!agent) return isJudged ? { ...JUDGED, way: { ...NO_WAY } } : PERSON
  if (!isLaunched(agent)) return PERSON
  const { executor, executorType, model, startedAt, claimedAt } = agent
  if (judgeOf(task, executorType) === 'person') return PERSON
  return {
    kind: 'runs',
    way: { executor, executorType, model, exclusive: null },
    notBeforeMs: 0,
    ageMs: isJudged ? null : Math.max(0, now - (startedAt ?? claimedAt)),
    isJudged,
  }
}

const JUDGED = { kind: 'runs', notBeforeMs: 0, ageMs: null, isJudged: true } as const
const NO_WAY = { executor: '', executorType: 'shell', model: null, exclusive: null } as const

function courseOfOpen(
  source: RemainingSource,
  task: Task,
  { notBefore, park }: Extract<Task['state'], { kind: 'open' }>,
): Course {
  const route = task.held ? null : startingRoute(source, task)
  if (!route) return PERSON
  const heldUntil = clearedAt(source.plan, task.id, route)
  if (heldUntil === null) return PERSON
  const from = Math.max(notBefore ?? 0, park?.until ?? 0, heldUntil)
  const notBeforeMs = Math.max(0, from - source.now)
  return { kind: 'runs', way: route, notBeforeMs, ageMs: null, isJudged: false }
}

/** Null where a person has to act before it can start, or before what comes of it counts. */
function startingRoute(
  { plan, caps, route, canRun, judgeOf }: RemainingSource,
  task: Task,
): Route | null {
  const found = route(task)
  if (!found.ok || found.value.isForPeople || caps.maxAgents < 1) return null
  const way = awakeRoute(plan, found.value)
  const isCapped = capsOf(caps, way, task.tags).some(([, cap]) => cap < 1)
  return isCapped || !canRun(way) || judgeOf(task, way.executorType) === 'person' ? null : way
}

/** When nothing holds it back any more, ms since 1970; null = no time clears it. */
function clearedAt(
  { breakers }: Plan,
  id: TaskId,
  { executor, executorType, provider }: Route,
): number | null {
  let from = 0
  for (const key of holdsOf(id, executor, executorType, provider)) {
    const breaker = breakers.get(key)
    if (breaker?.until === null) return null
    from = Math.max(from, breaker?.until ?? 0)
  }
  return from
}

const holdsOf = (
  id: TaskId,
  executor: string,
  type: ExecutorType,
  provider: string | null,
): string[] => [
  `respawn:${id}`,
  `launch:${executor}`,
  `provider:${provider}`,
  ...(spends(type) ? YARD_BUDGET_KEYS : []),
]

/** The caps beside that of all agents that it counts in, by name. */
function capsOf(
  { executors, models, tags: tagCaps }: Caps,
  { executor, model, exclusive }: Way,
  tags: readonly string[],
): (readonly [string, number])[] {
  const named = (name: string, cap: number | undefined): (readonly [string, number])[] =>
    cap === undefined ? [] : [[name, cap]]
  return [
    ...named(`executor ${executor}`, executors[executor]),
    ...(model === null ? [] : named(`model ${model}`, models[model])),
    ...tags.flatMap((tag) => named(`tag ${tag}`, tagCaps[tag])),
    ...(exclusive === null ? [] : named(`folder ${exclusive}`, 1)),
  ]
}

type Playable = readonly [Task, Extract<Course, { kind: 'runs' }>]

async function columnsOf(
  source: RemainingSource,
  playable: readonly Playable[],
  pacer: Pacer,
): Promise<Omit<Remaining, 'stuck'>> {
  const { plan, price, groups, kinds, judgeOf, caps } = source
  const size = playable.length
  const tasks: TaskColumns = {
    group: new Int32Array(size),
    bucket: new Int32Array(size),
    priority: new Float64Array(size),
    notBeforeMs: new Float64Array(size),
    ageMs: new Float64Array(size).fill(Number.NaN),
    usdPerMinute: new Float64Array(size).fill(Number.NaN),
    needsJudgement: new Uint8Array(size),
    isJudged: new Uint8Array(size),
  }
  const buckets = createBuckets()
  const places = new Map(playable.map(([{ id }], at) => [id, at]))
  const edges: number[] = []
  for (const [at, [task, { way, notBeforeMs, ageMs, isJudged }]] of playable.entries()) {
    tasks.group[at] = groups.of(kindOf(task, way.executorType, kinds), way)
    tasks.bucket[at] = buckets.of(isJudged ? [] : capsOf(caps, way, task.tags))
    tasks.priority[at] = PRIORITIES.length - PRIORITIES.indexOf(task.priority)
    tasks.notBeforeMs[at] = notBeforeMs
    if (ageMs !== null) tasks.ageMs[at] = ageMs
    if (!isJudged) tasks.usdPerMinute[at] = price(way) ?? Number.NaN
    const isToJudge = isJudged || judgeOf(task, way.executorType) === 'model'
    tasks.needsJudgement[at] = Number(isToJudge)
    tasks.isJudged[at] = Number(isJudged)
    for (const blocker of plan.blockersOf(task.id)) {
      const from = places.get(blocker)
      if (from !== undefined && isUnmet(plan, blocker)) edges.push(from, at)
    }
    const wait = pacer.pause()
    if (wait) await wait
  }
  return {
    ids: playable.map(([{ id }]) => id),
    tasks,
    edges: Int32Array.from(edges),
    maxAgents: caps.maxAgents,
    ...buckets.all(),
  }
}

/** Tasks that are held back by the same caps share a bucket. */
function createBuckets() {
  const caps = new Map<string, { readonly at: number; readonly cap: number }>()
  const buckets = new Map<string, { readonly at: number; readonly caps: readonly number[] }>()
  return {
    of(named: readonly (readonly [string, number])[]): number {
      const own = named.map(([name, cap]) => {
        const known = caps.get(name)
        if (known) return known.at
        caps.set(name, { at: caps.size, cap })
        return caps.size - 1
      })
      const key = own.join()
      const known = buckets.get(key)
      if (known) return known.at
      buckets.set(key, { at: buckets.size, caps: own })
      return buckets.size - 1
    },
    all: () => ({
      caps: [...caps.values()].map(({ cap }) => cap),
      buckets: [...buckets.values()].map((bucket) => bucket.caps),
    }),
  }
}

export type Groups = ReturnType<typeof createGroups>

/** What an agent usually takes, and what a program does, where nothing is known. */
const USUAL_MS = { agent: 10 * 60_000, program: 30_000 } as const

/** Kinds of work by who does them, numbered as they come. */
export function createGroups() {
  const known = new Map<string, number>()
  const groups: ForecastOrder['groups'][number][] = []
  return {
    all: (): ForecastOrder['groups'] => groups,
    of(kind: string, { executor, executorType }: Pick<Way, 'executor' | 'executorType'>): number {
      const name = kind === executor ? kind : `${kind} on ${executor}`
      let at = known.get(name)
      if (at === undefined) {
        known.set(name, (at = groups.length))
        const family = isCodingAgent(executorType) ? 'agent' : 'program'
        groups.push({ name, family: { name: family, usualMs: USUAL_MS[family] } })
      }
      return at
    },
  }
}
