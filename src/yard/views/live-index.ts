/** What is shown of all tasks together, kept up to date task by task so that news never costs a walk over the graph. */
import type {
  Attention,
  BreakerView,
  Snapshot,
  Summary,
  TaskCard,
  Topic,
} from '../../contract/view.ts'
import type { TaskId } from '../../domain/ids.ts'
import { isStanding, standingIdOf } from '../../domain/messages/standing.ts'
import {
  type Breaker,
  type EntityChange,
  type Plan,
  shownStateOf,
  statesOf,
} from '../../domain/plan.ts'
import type { Task } from '../../domain/task.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import { taskAttention, yardAttention } from './attention.ts'
import { type CardPort, type CardSource, toTaskCard } from './task-card.ts'
import { createHeap } from '../../domain/graph/heap.ts'
import { basename } from 'node:path'
import type { Yard } from '../yard.ts'
import { type AgentSource, toAgentView } from './agent-view.ts'
import { isoOrNull, isoTime } from './iso-time.ts'
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import { createPacer } from '../slices.ts'

export type LiveIndex = ReturnType<typeof createLiveIndex>

/** Knows no task yet: each is to be refreshed once. `sourceNow` gives what cards are made from at that time. */
export function createLiveIndex(sourceNow: () => CardSource) {
  const shown = new Map<TaskId, ShownState>()
  const counts = new Map<ShownState, number>()
  const attention = new Map<TaskId, Attention>()
  const due = createDueTimes()

  const count = (state: ShownState | undefined, by: number): void => {
    if (state) counts.set(state, (counts.get(state) ?? 0) + by)
  }
  const forget = (id: TaskId): void => {
    count(shown.get(id), -1)
    shown.delete(id)
    attention.delete(id)
    due.set(id, null)
  }
  const refresh = (id: TaskId): void => {
    const source = sourceNow()
    const task = source.plan.tasks.get(id)
    if (!task) return forget(id)
    const { now } = source
    const state = shownStateOf(source.plan, task, now)
    if (!isStanding(id) && shown.get(id) !== state) {
      count(shown.get(id), -1)
      count(state, 1)
      shown.set(id, state)
    }
    due.set(id, dueAt(task, now))
    const needs = taskAttention(source, task, state)
    if (needs) attention.set(id, needs)
    else attention.delete(id)
  }
  return {
    refresh,
    /** Null for one that is gone, and for a standing task, which is no part of the graph. */
    card(id: TaskId): TaskCard | null {
      const source = sourceNow()
      const task = source.plan.tasks.get(id)
      return task && !isStanding(id) ? toTaskCard(source, task) : null
    },
    /** Tasks per shown state; states with none are left out. */
    counts: (): Partial<Record<ShownState, number>> =>
      Object.fromEntries([...counts].filter(([, n]) => n > 0)),
    /** Oldest first. */
    attention: (): Attention[] =>
      [...attention.values()].toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since)),
    /** The next instant at which a task becomes something else by itself. */
    nextDueAt: (): number | null => due.next(),
    /** Refreshes those whose time has come and names them. */
    takeDue(): TaskId[] {
      const ids = due.take(sourceNow().now)
      for (const id of ids) refresh(id)
      return ids
    },
  }
}

/** When it is shown differently by time alone, ms: the first of its times that lies ahead. A later one is set when this one has come. */
function dueAt(task: Task | undefined, now: number): number | null {
  if (task?.state.kind !== 'open') return null
  const times = [task.state.notBefore, task.state.park?.until ?? null]
  const ahead = times.filter((at): at is number => at !== null && at > now)
  return ahead.length > 0 ? Math.min(...ahead) : null
}

type Entry = { readonly id: TaskId; readonly at: number }

/** Tasks that change by time alone, soonest first. An entry that was replaced is dropped when it comes up. */
function createDueTimes() {
  const wanted = new Map<TaskId, number>()
  const heap = createHeap<Entry>((a, b) => a.at < b.at)
  const peek = (): Entry | null => {
    for (let entry = heap.peek(); entry; entry = heap.peek()) {
      if (wanted.get(entry.id) === entry.at) return entry
      heap.pop()
    }
    return null
  }
  return {
    /** `null` takes it out. */
    set(id: TaskId, at: number | null): void {
      if (wanted.get(id) === (at ?? undefined)) return
      if (at === null) wanted.delete(id)
      else {
        wanted.set(id, at)
        heap.push({ id, at })
      }
    },
    next: (): number | null => peek()?.at ?? null,
    take(now: number): TaskId[] {
      const due: TaskId[] = []
      for (let entry = peek(); entry && entry.at <= now; entry = peek()) {
        heap.pop()
        wanted.delete(entry.id)
        due.push(entry.id)
      }
      return due
    },
  }
}

export type SummarySource = CardPort &
  AgentSource &
  Pick<
    Yard,
    | 'fleet'
    | 'mail'
    | 'judging'
    | 'machineHold'
    | 'openedAt'
    | 'pausedSince'
    | 'personMail'
    | 'positions'
    | 'readOnly'
    | 'spending'
    | 'store'
    | 'version'
    | 'vitals'
  >

export function toSummary(yard: SummarySource, index: LiveIndex): Summary {
  const pause = yard.pausedSince()
  const { coordinator, budget } = yard.config().settings
  return {
    name: basename(yard.paths.root),
    folder: yard.paths.root,
    host: yard.host,
    version: yard.version,
    paused: yard.plan.facts.paused,
    readOnly: yard.readOnly(),
    trusted: yard.isTrusted(),
    agents: {
      alive: yard.plan.agents.size,
      max: coordinator.maxAgents,
    },
    pausedAt: isoOrNull(pause?.at ?? null),
    pausedBy: pause?.by ?? null,
    machine: { ...yard.vitals.machine(), hold: yard.machineHold()?.text ?? null },
    today: yard.spending.today(yard.now()),
    dayCap: { usd: budget.dayUsd, tokens: budget.dayTokens },
    tasks: index.counts(),
    breakers: [...yard.plan.breakers.values()].map(toBreakerView),
    attention: [...yardAttention(yard), ...yard.personMail.attention(), ...index.attention()],
    membersDue: membersDue(yard),
    mail: yard.personMail.counts(),
  }
}

/** Members that take a turn by themselves sooner or later. */
function membersDue({ plan, config, now }: SummarySource): number {
  const due = Object.entries(config().settings.members).filter(
    ([name, { isPerson, isPiloted }]) => {
      const task = plan.tasks.get(standingIdOf(name))
      // Before its standing task is made, what was sent to it wakes it.
      const isDue = task ? movesByItself(plan, task, now()) : plan.deliveriesTo(name).size > 0
      return !isPerson && !isPiloted && isDue
    },
  )
  return due.length
}

const movesByItself = (plan: Plan, task: Task, now: number): boolean =>
  task.state.kind === 'in-progress' ||
  (task.state.kind === 'open' && !statesOf(plan, task, now).includes('paused'))

/** `cards` has those of all tasks as of now. */
export function toSnapshot(
  yard: SummarySource,
  index: LiveIndex,
  cards: ReadonlyMap<TaskId, TaskCard | null>,
): Snapshot {
  return {
    seq: yard.store.seq,
    tasks: [...yard.plan.tasks.keys()].flatMap((id) => cards.get(id) ?? []),
    agents: [...yard.plan.agents.values()].map((agent) => toAgentView(yard, agent)),
    summary: toSummary(yard, index),
    positions: Object.fromEntries(yard.positions.all()),
  }
}

const toBreakerView = (breaker: Breaker): BreakerView => ({
  key: breaker.id,
  kind: breaker.kind,
  subject: breaker.subject,
  reason: breaker.reason,
  since: isoTime(breaker.since),
  until: isoOrNull(breaker.until),
})

// A walk over all tasks of a large graph in pieces, so that the event loop is never blocked. Tasks that change meanwhile are
// visited again at the end, so that the result is consistent at one instant.

/** So many tasks are visited in one turn at the end. */
const LAST = 300
/** After so many rounds the rest is visited at once, however many tasks keep changing. */
const MAX_ROUNDS = 20

/**
 * `visit` reads a task as it is now, and it may be gone; `finish` is called in the turn of the event loop in which everything visited
 * is current. Rejects when the signal says so.
 */
export async function walkTasks<T>(
  yard: Pick<CardPort, 'plan' | 'config' | 'now'> & Pick<Yard, 'onCommitted'>,
  visit: (id: TaskId) => void,
  finish: () => T,
  signal?: AbortSignal,
): Promise<T> {
  const timed = new Map<TaskId, number>()
  let stale = new Set<TaskId>(yard.plan.tasks.keys())
  let { settings } = yard.config()
  const pacer = createPacer(signal)
  const stop = yard.onCommitted((batch) => {
    for (const id of touchedBy(yard, batch)) stale.add(id)
  })
  const take = (id: TaskId): void => {
    visit(id)
    const at = dueAt(yard.plan.tasks.get(id), yard.now())
    if (at === null) timed.delete(id)
    else timed.set(id, at)
  }
  try {
    for (let round = 0; stale.size > LAST && round < MAX_ROUNDS; round += 1) {
      const ids = stale
      stale = new Set()
      for (const id of ids) {
        take(id)
        const wait = pacer.pause()
        if (wait) await wait
      }
      for (const [id, at] of timed) if (at <= yard.now()) stale.add(id)
      // Other settings may change what is shown of any task.
      if (yard.config().settings !== settings) stale = new Set(yard.plan.tasks.keys())
      settings = yard.config().settings
    }
    for (const id of stale) take(id)
    return finish()
  } finally {
    stop()
  }
}

/** What of all that clients ask for is old after a commit. */
export function topicsOf({ plan }: Pick<SummarySource, 'plan'>, batch: CommittedBatch): Topic[] {
  const isOfMember = (id: TaskId): boolean =>
    isStanding(id) || (plan.tasks.get(id)?.member ?? null) !== null
  return [
    ...batch.changes.flatMap(({ entity }) => TOPICS_OF[entity] ?? []),
    ...([...batch.touched].some(isOfMember) ? (['members'] as const) : []),
  ]
}

const TOPICS_OF: Partial<Readonly<Record<EntityChange['entity'], readonly Topic[]>>> = {
  message: ['messages'],
  delivery: ['messages', 'members'],
  jobRun: ['jobs'],
  token: ['tokens'],
  peer: ['peers'],
}

function askedAbout(
  { tasks }: SummarySource['plan'],
  change: CommittedBatch['changes'][number],
): TaskId[] {
  if (change.entity !== 'judgement') return []
  const { taskId = null } = change.after ?? change.before ?? {}
  return taskId !== null && tasks.has(taskId) ? [taskId] : []
}

/** Tasks that read differently after a commit, though some did not change: what a failure holds up, whose result is asked about, and all that could start when the yard is paused or a breaker moves. */
export function touchedBy({ plan }: Pick<SummarySource, 'plan'>, batch: CommittedBatch): TaskId[] {
  const ids = [...batch.touched]
  let isGeneral = false
  for (const change of batch.changes) {
    if (change.entity === 'task') {
      const task = change.after ?? change.before
      const flips =
        (change.before?.state.kind === 'failed') !== (change.after?.state.kind === 'failed')
      if (task && flips) ids.push(...plan.dependentsOf(task.id))
    }
    ids.push(...askedAbout(plan, change))
    isGeneral ||= change.entity === 'yard' || change.entity === 'breaker'
  }
  return isGeneral ? [...ids, ...plan.startable] : ids
}
