/**
 * When all that is left would be done, if nothing fails and a task takes as long as those that are done did: the longer of the
 * longest chain and all the work shared among the agents. Null where that would be a guess: too few are done, or something that
 * is left cannot go on by itself. Pure.
 */
import type { TaskCard } from '../../contract/view.ts'
import { dagOf, longestChain } from '../../domain/graph/dag.ts'
import { dagOfTasks, type Tasks } from './reach.ts'
import { taskTookMs } from './task-state.ts'

const LEAST_DONE = 3

export interface ForecastFacts {
  readonly tasks: Tasks
  readonly maxAgents: number
  readonly isPaused: boolean
  /** ms */
  readonly now: number
}

export interface Forecast {
  /** When all would be done, ms. */
  readonly endAt: number
  /** Tasks of the longest chain that is left. */
  readonly chain: number
}

export function forecastOf({ tasks, maxAgents, isPaused, now }: ForecastFacts): Forecast | null {
  const spans = doneSpans(tasks)
  const left = [...tasks.values()].filter(
    ({ status }) => status !== 'done' && status !== 'abandoned',
  )
  if (isPaused || maxAgents === 0 || spans.length < LEAST_DONE) return null
  if (left.length === 0 || !left.every(canGoOn)) return null
  const mean = meanOf(spans)
  const rests = new Map(left.map((card) => [card.id, restMs(card, mean, now)]))
  const sum = (ids: Iterable<string>): number =>
    [...ids].reduce((all, id) => all + (rests.get(id) ?? 0), 0)
  const chain = longestChain(dagOf(left), (id) => [rests.get(id) ?? 0, 1])
  const longer = Math.max(sum(chain), sum(rests.keys()) / maxAgents)
  return { endAt: Math.round(now + longer), chain: chain.length }
}

const canGoOn = (card: TaskCard): boolean =>
  card.stuck === null &&
  !card.repeats &&
  ['ready', 'blocked', 'delayed', 'in-progress'].includes(card.state)

/** ms that a start of a task will probably take: what its last one did, else the mean of those that are done. Null where that would be a guess. */
export function durationForecast(tasks: Tasks): (id: string) => number | null {
  const spans = doneSpans(tasks)
  const mean = spans.length < LEAST_DONE ? null : meanOf(spans)
  return (id) => tasks.get(id)?.workedMs ?? mean
}

/** One that runs longer than the mean is about to end, as far as anybody can say. */
function restMs({ state, startedAt, notBefore }: TaskCard, mean: number, now: number): number {
  if (state === 'in-progress' && startedAt !== null)
    return Math.max(0, mean - (now - Date.parse(startedAt)))
  return mean + (notBefore === null ? 0 : Math.max(0, Date.parse(notBefore) - now))
}

/**
 * The critical path: the chain of tasks that decides when all is done. Ids from first to last. A finished task weighs what it took,
 * every other the mean of those (all the same while nothing has finished); abandoned tasks are on no path. While work is left, it
 * is the longest chain of that, with the longest finished chain that led there.
 */
export function criticalPath(tasks: Tasks): readonly string[] {
  // A task that took no time says nothing of how long others will take.
  const mean = meanOf(doneSpans(tasks).filter((ms) => ms > 0))
  return longestChain(dagOfTasks(tasks), (id) => {
    const card = tasks.get(id)
    if (!card || card.status === 'abandoned') return null
    return card.status === 'done' ? [0, taskTookMs(card) || mean] : [mean, 0]
  })
}

const doneSpans = (tasks: Tasks): readonly number[] =>
  [...tasks.values()].flatMap((card) => (card.status === 'done' ? (taskTookMs(card) ?? []) : []))

const meanOf = (spans: readonly number[]): number =>
  spans.length === 0 ? 1 : spans.reduce((sum, ms) => sum + ms, 0) / spans.length
