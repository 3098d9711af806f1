/** What will happen by itself, soonest first. */
import type { AgendaItem } from '../../contract/page.ts'
import type { Breaker } from '../../domain/plan.ts'
import { isTaskId } from '../../domain/ids.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import type { Task } from '../../domain/task.ts'
import { createPacer } from '../slices.ts'
import { isoTime } from '../views/iso-time.ts'
import { oneLine } from '../views/task-fact.ts'
import type { Yard } from '../yard.ts'

type Source = Pick<Yard, 'plan' | 'now' | 'nextFireAt' | 'config'>

/** Of one schedule, and of all together. */
const MAX_TIMES = 100
const MAX_ITEMS = 5000

interface Item extends Omit<AgendaItem, 'at'> {
  readonly at: number
}

/** `until` in ms. What is held by a person does nothing by itself. */
export async function readAgenda(
  yard: Source,
  until: number,
  signal?: AbortSignal,
): Promise<AgendaItem[]> {
  const now = yard.now()
  const isIn = ({ at }: Item): boolean => at > now && at <= until
  const pacer = createPacer(signal)
  const breakers = [...yard.plan.breakers.values()].flatMap((one) => breakerItem(yard, one))
  let items: Item[] = breakers.filter(isIn)
  for (const id of [...yard.plan.tasks.keys()]) {
    const task = yard.plan.tasks.get(id)
    for (const item of task && !task.held ? itemsOf(yard, task, until) : [])
      if (isIn(item)) items.push(item)
    // Of very many schedules no more is held than can be told.
    if (items.length > 4 * MAX_ITEMS) items = soonest(items)
    const wait = task?.schedule ? pacer.check() : pacer.pause()
    if (wait) await wait
  }
  return soonest(items).map((item) => ({ ...item, at: isoTime(item.at) }))
}

const soonest = (items: readonly Item[]): Item[] =>
  items.toSorted((a, b) => a.at - b.at).slice(0, MAX_ITEMS)

const itemsOf = (yard: Source, task: Task, until: number): Item[] => [
  ...scheduleItems(yard, task, until),
  ...waitItems(task, yard.now()),
]

function breakerItem({ plan }: Source, { subject, reason, until }: Breaker): Item[] {
  if (until === null) return []
  const task = isTaskId(subject) ? plan.tasks.get(subject) : undefined
  const title = task?.title ?? subject
  return [{ at: until, kind: 'breaker', task: task?.id ?? null, title, text: oneLine(reason) }]
}

/** Its times, unless it is given up or waits for a person. While it runs, the next is known already. */
function scheduleItems(yard: Source, task: Task, until: number): Item[] {
  const { schedule, state } = task
  if (!schedule || (state.kind !== 'open' && state.kind !== 'in-progress')) return []
  const zone = schedule.tz ?? yard.config().settings.schedule.tz
  const text = zone === null ? schedule.spec : `${schedule.spec} ${zone}`
  const planned = plannedAt(task)
  const times = planned === null ? [] : [planned]
  while (times.length < MAX_TIMES) {
    const next = yard.nextFireAt(schedule, Math.max(yard.now(), times.at(-1) ?? 0))
    if (!next.ok || next.value === null || next.value > until) break
    times.push(next.value)
  }
  return times.map((at) => ({ at, kind: 'schedule', task: task.id, title: task.title, text }))
}

/** The time by its schedule that it waits for; a retry's wait is none. */
const plannedAt = ({ state, scheduledFor }: Task): number | null =>
  state.kind === 'open' && state.notBefore === scheduledFor ? scheduledFor : null

/** A delay, a retry's wait, a sleeping provider. */
function waitItems(task: Task, now: number): Item[] {
  const { id, title, state, lastFailure, scheduledFor } = task
  if (state.kind !== 'open') return []
  const { notBefore, park } = state
  const items: Item[] = []
  const add = (at: number, kind: Item['kind'], text: string): void =>
    // A member is no task of the graph: its time is known, and there is none to be opened.
    void items.push({ task: isStanding(id) ? null : id, title, at, kind, text: oneLine(text) })
  if (notBefore !== null && notBefore > now && notBefore !== scheduledFor)
    if (lastFailure) add(notBefore, 'back-off', lastFailure.reason)
    else if (isStanding(id)) add(notBefore, 'back-off', 'What it has not dealt with comes again')
    else add(notBefore, 'delay', 'Starts no earlier')
  if (park && park.until > now) add(park.until, 'wake', park.reason)
  return items
}
