/** Plays what is left of a graph many times: dependencies, caps, delays, failed tries. Times are ms from now. Pure; runs off the main thread. */
import { probit, cumulativeStdNormalProbability } from 'simple-statistics'
import { drawNormal, type Random } from '../sampling.ts'
import type { GroupParameters, History } from './history.ts'

/** One unfinished task. */
export interface ForecastTask {
  /** Indexes of unfinished tasks that it waits for. */
  readonly after: readonly number[]
  readonly group: string
  /** Index into `buckets`: which caps hold it back. */
  readonly bucket: number
  /** Higher starts first; equal ones in the order of the list. */
  readonly rank: number
  /** It starts no earlier. */
  readonly notBeforeMs: number
  /** How long its agent works already; null = none does. */
  readonly ageMs: number | null
  /** Dollars that a minute of its executor and model costs; null = no price is known. */
  readonly usdPerMinute: number | null
  /** A judgement is to come before it is done. */
  readonly needsJudgement: boolean
  /** Its agent has ended well: only its judgement is to come. */
  readonly isJudged: boolean
}

export interface ForecastGraph {
  readonly tasks: readonly ForecastTask[]
  readonly maxAgents: number
  /** Agents at once: of an executor, a model, a tag, a folder. Each is 1 or more. */
  readonly caps: readonly number[]
  /** Indexes of the caps that a task counts in; tasks with the same ones share a bucket. */
  readonly buckets: readonly (readonly number[])[]
  /** Indexes of the tasks whose end is waited for, the cost being theirs and of what they wait for; null = all. The others compete with them. */
  readonly wanted: readonly number[] | null
}

/** Row-major: run by run, a value a task. */
export interface SimulatedRuns {
  readonly count: number
  readonly starts: Float32Array
  readonly ends: Float32Array
  /** A value a run. */
  readonly finish: Float64Array
  readonly costUsd: Float64Array
  /** How many runs had the task on their critical path. */
  readonly critical: Uint32Array
}

type Lasting = Pick<GroupParameters, 'mean' | 'sd'>

interface Playing {
  readonly count: number
  readonly random: Random
  /** How long judgements take in one run: its parameters, drawn once. */
  readonly judgements: (random: Random) => Lasting
  /** Asked before each run; true throws `Stopped`. */
  readonly isOver?: (() => boolean) | undefined
}

export function simulateRuns(
  graph: ForecastGraph,
  history: History,
  { count, random, judgements, isOver = () => false }: Playing,
): SimulatedRuns {
  const size = graph.tasks.length
  const runs: SimulatedRuns = {
    count,
    starts: new Float32Array(count * size),
    ends: new Float32Array(count * size),
    finish: new Float64Array(count),
    costUsd: new Float64Array(count),
    critical: new Uint32Array(size),
  }
  const machine = createMachine(graph, judgements)
  for (let run = 0; run < count; run += 1) {
    if (isOver()) throw new Stopped('nobody waits for these runs any more')
    const cost = machine.play(history, random)
    runs.starts.set(machine.starts, run * size)
    runs.ends.set(machine.ends, run * size)
    runs.costUsd[run] = cost
    runs.finish[run] = noteCriticalPath(graph, machine.ends, runs.critical)
  }
  return runs
}

export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** 1 for each wanted task and all that those wait for. */
export function needed({ tasks, wanted }: Pick<ForecastGraph, 'tasks' | 'wanted'>): Uint8Array {
  const marks = new Uint8Array(tasks.length)
  if (wanted === null) return marks.fill(1)
  const open = [...wanted]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (marks[at] === 1) continue
    marks[at] = 1
    open.push(...(tasks[at]?.after ?? []))
  }
  return marks
}

/** Back from the last to end, each time to the dependency that ended last. Returns when the last ended. */
function noteCriticalPath(
  { tasks, wanted }: ForecastGraph,
  ends: Float64Array,
  critical: Uint32Array,
): number {
  const latest = (among: Iterable<number>): number => {
    let last = -1
    for (const at of among) if (last < 0 || (ends[at] ?? 0) > (ends[last] ?? 0)) last = at
    return last
  }
  let at = latest(wanted ?? tasks.keys())
  const finish = ends[at] ?? 0
  while (at >= 0) {
    critical[at] = (critical[at] ?? 0) + 1
    at = latest(tasks[at]?.after ?? [])
  }
  return finish
}

interface Machine {
  readonly starts: Float64Array
  readonly ends: Float64Array
  /** Plays one run; returns its cost. */
  play(history: History, random: Random): number
}

/** A back-off after a failed try, as the coordinator's own, with the most that it comes to. */
const BACK_OFF_MS = 10_000
const MOST_BACK_OFF_MS = 300_000
/** A task that used up its tries counts as tried again by a person; beyond that it would never end. */
const MOST_TRIES = 50

function createMachine(graph: ForecastGraph, judgements: Playing['judgements']): Machine {
  const { tasks, maxAgents, caps, buckets } = graph
  const size = tasks.length
  const counted = needed(graph)
  const starts = new Float64Array(size)
  const ends = new Float64Array(size)
  const unmet = new Int32Array(size)
  const free = new Int32Array(caps.length)
  const dependents: number[][] = tasks.map(() => [])
  tasks.forEach(({ after }, at) => after.forEach((before) => dependents[before]?.push(at)))
  const ranks = ranksOf(tasks)
  // Of tasks whose dependencies are met: those whose time has come, by bucket, and the others.
  const ready = buckets.map(() => createHeap(size))
  const [later, running, judged] = [createHeap(size), createHeap(size), createHeap(size)]
  const groups = [...new Set(tasks.map(({ group }) => group))]
  const isJudging = tasks.some(({ needsJudgement }) => needsJudgement)
  const hasRoom = (bucket: number): boolean => {
    for (const cap of buckets[bucket] ?? []) if ((free[cap] ?? 0) <= 0) return false
    return true
  }
  /** Of the buckets that no cap holds back the one whose best task is first; -1 = none. */
  const nextBucket = (): number => {
    let best = -1
    let first = Infinity
    for (const [at, heap] of ready.entries()) {
      if (heap.peek() >= first || !hasRoom(at)) continue
      best = at
      first = heap.peek()
    }
    return best
  }
  const take = (bucket: number, by: number): void => {
    agents -= by
    for (const cap of buckets[bucket] ?? []) free[cap] = (free[cap] ?? 0) - by
  }
  // Of the run that is played.
  let parameters = new Map<string, GroupParameters>()
  let judging: Lasting | null = null
  let [factor, cost, now, agents] = [0, 0, 0, 0]
  const judgeMsOf = (at: number, random: Random): number =>
    judging && tasks[at]?.needsJudgement ? drawTime(judging, random) : 0
  const begin = (at: number, random: Random): void => {
    const task = tasks[at]
    const drawn = task && parameters.get(task.group)
    if (!drawn) return
    const { totalMs, workedMs } = drawTries(task, drawn, factor, random)
    starts[at] = task.ageMs === null ? now : -task.ageMs
    ends[at] = now + totalMs + judgeMsOf(at, random)
    if (counted[at] === 1) cost += ((task.usdPerMinute ?? 0) * workedMs) / 60_000
    take(task.bucket, 1)
    running.push(at, now + totalMs)
  }
  const release = (at: number): void => {
    const { ageMs = 0, isJudged = true, notBeforeMs = 0, bucket = 0 } = tasks[at] ?? {}
    if (ageMs !== null || isJudged) return
    if (notBeforeMs > now) later.push(at, notBeforeMs)
    else ready[bucket]?.push(at, ranks[at] ?? 0)
  }
  const startReady = (random: Random): void => {
    while (agents > 0) {
      const bucket = nextBucket()
      if (bucket < 0) return
      begin(ready[bucket]?.pop() ?? -1, random)
    }
  }
  const endTry = (at: number): void => {
    take(tasks[at]?.bucket ?? -1, -1)
    judged.push(at, ends[at] ?? now)
  }
  const judge = (at: number, judgeMs: number): void => {
    starts[at] = 0
    ends[at] = judgeMs
    judged.push(at, judgeMs)
  }
  const endTask = (at: number): void => {
    for (const dependent of dependents[at] ?? []) {
      unmet[dependent] = (unmet[dependent] ?? 0) - 1
      if (unmet[dependent] === 0) release(dependent)
    }
  }
  const play = (history: History, random: Random): number => {
    factor = history.daySd * drawNormal(random)
    parameters = new Map(groups.map((group) => [group, history.draw(group, random)]))
    cost = now = 0
    agents = maxAgents
    free.set(caps)
    judging = isJudging ? judgements(random) : null
    tasks.forEach(({ after, ageMs, isJudged }, at) => {
      unmet[at] = after.length
      if (isJudged) judge(at, judgeMsOf(at, random))
      else if (ageMs !== null) begin(at, random)
      else if (after.length === 0) release(at)
    })
    for (;;) {
      startReady(random)
      const next = Math.min(running.peek(), later.peek(), judged.peek())
      if (next === Infinity) return cost
      now = Math.max(now, next)
      while (running.peek() <= now) endTry(running.pop())
      while (judged.peek() <= now) endTask(judged.pop())
      while (later.peek() <= now) release(later.pop())
    }
  }
  return { starts, ends, play }
}

/** 0 starts first. */
function ranksOf(tasks: readonly ForecastTask[]): Float64Array {
  const order = tasks
    .map(({ rank }, at) => ({ rank, at }))
    .toSorted((a, b) => b.rank - a.rank || a.at - b.at)
  const ranks = new Float64Array(tasks.length)
  order.forEach(({ at }, rank) => (ranks[at] = rank))
  return ranks
}

/** `totalMs`: until it has succeeded, with back-offs; `workedMs`: of agents alone. */
function drawTries(
  { ageMs }: ForecastTask,
  { mean, sd, chance }: GroupParameters,
  factor: number,
  random: Random,
): { readonly totalMs: number; readonly workedMs: number } {
  let total = 0
  let worked = 0
  for (let tries = 1; ; tries += 1) {
    const isRunning = tries === 1 && ageMs !== null
    const lasts = isRunning
      ? drawRest(mean + factor, sd, ageMs, random)
      : drawTime({ mean: mean + factor, sd }, random)
    total += lasts
    worked += lasts
    if (random() < chance || tries >= MOST_TRIES) return { totalMs: total, workedMs: worked }
    total += Math.min(BACK_OFF_MS * 2 ** (tries - 1), MOST_BACK_OFF_MS)
  }
}

const drawTime = ({ mean, sd }: Lasting, random: Random): number =>
  Math.exp(mean + sd * drawNormal(random))

/** How much longer it takes, given that it took so long already. */
function drawRest(mean: number, sd: number, ageMs: number, random: Random): number {
  const passed = cumulativeStdNormalProbability((Math.log(Math.max(1, ageMs)) - mean) / sd)
  // Beyond what the distribution tells apart it takes as long again.
  if (passed > 0.9999) return ageMs * random()
  const quantile = probit(passed + (1 - passed) * random())
  return Math.max(0, Math.exp(mean + sd * quantile) - ageMs)
}

interface Heap {
  push(item: number, key: number): void
  /** The least. */
  pop(): number
  /** The least key; Infinity = empty. */
  peek(): number
}

/** A binary heap of small numbers over typed arrays: it is made once, and played with a million times. */
function createHeap(capacity: number): Heap {
  const items = new Int32Array(capacity + 1)
  const keys = new Float64Array(capacity + 1)
  let size = 0
  const put = (at: number, item: number, key: number): void => {
    items[at] = item
    keys[at] = key
  }
  const keyAt = (at: number): number => (at < size ? (keys[at] ?? Infinity) : Infinity)
  return {
    push(item, key) {
      let at = size
      size += 1
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (keyAt(parent) <= key) break
        put(at, items[parent] ?? 0, keys[parent] ?? 0)
        at = parent
      }
      put(at, item, key)
    },
    pop() {
      const least = items[0] ?? 0
      size -= 1
      const [item, key] = [items[size] ?? 0, keys[size] ?? 0]
      let at = 0
      for (;;) {
        const left = 2 * at + 1
        const child = keyAt(left + 1) < keyAt(left) ? left + 1 : left
        if (keyAt(child) >= key) break
        put(at, items[child] ?? 0, keys[child] ?? 0)
        at = child
      }
      put(at, item, key)
      return least
    },
    peek: () => (size === 0 ? Infinity : (keys[0] ?? Infinity)),
  }
}
