/**
 * When all that is left would be done, if nothing fails and a task takes as long as those that are done did: the longer of the
 * longest chain and all the work shared among the agents. Null where that would be a guess: too few are done, or something that
 * is left cannot go on by itself. Pure.
 */
import type { TaskCard } from '../../contract/view.ts'
import { dependentsOf, type Tasks } from './reach.ts'
import { taskTookMs } from './task-took-ms.ts'

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
  if (isPaused || maxAgents === 0) return null
  const left: TaskCard[] = []
  let tookMs = 0
  let done = 0
  for (const card of tasks.values()) {
    if (card.status === 'abandoned') continue
    if (card.status === 'done') {
      const took = taskTookMs(card)
      if (took === null) continue
      tookMs += took
      done += 1
    } else if (canGoOn(card)) left.push(card)
    else return null
  }
  if (done < LEAST_DONE || left.length === 0) return null
  const mean = tookMs / done
  const restOf = (card: TaskCard): number => restMs(card, mean, now)
  const work = left.reduce((sum, card) => sum + restOf(card), 0)
  const longest = longestChain(tasks, left, restOf)
  const endAt = Math.round(now + Math.max(longest.ms, work / maxAgents))
  return { endAt, chain: longest.tasks }
}

const canGoOn = (card: TaskCard): boolean =>
  card.stuck === null &&
  !card.repeats &&
  ['ready', 'blocked', 'delayed', 'in-progress'].includes(card.state)

/** One that runs longer than the mean is about to end, as far as anybody can say. */
function restMs({ state, startedAt, notBefore }: TaskCard, mean: number, now: number): number {
  if (state === 'in-progress' && startedAt !== null)
    return Math.max(0, mean - (now - Date.parse(startedAt)))
  return mean + (notBefore === null ? 0 : Math.max(0, Date.parse(notBefore) - now))
}

interface Chain {
  readonly ms: number
  readonly tasks: number
}

/** Of what is left the chain that takes longest. */
function longestChain(
  tasks: Tasks,
  left: readonly TaskCard[],
  restOf: (card: TaskCard) => number,
): Chain {
  const dependents = dependentsOf(tasks)
  const isLeft = new Set(left.map(({ id }) => id))
  const before = new Map<string, Chain>()
  const open = new Map(
    left.map((card) => [card.id, card.after.filter((id) => isLeft.has(id)).length]),
  )
  const queue = left.filter(({ id }) => open.get(id) === 0)
  let longest: Chain = { ms: 0, tasks: 0 }
  for (const card of queue) {
    const known = before.get(card.id) ?? { ms: 0, tasks: 0 }
    const chain = { ms: known.ms + restOf(card), tasks: known.tasks + 1 }
    longest = longer(longest, chain)
    for (const id of dependents.get(card.id) ?? []) {
      const next = isLeft.has(id) ? tasks.get(id) : undefined
      if (!next) continue
      before.set(id, longer(before.get(id) ?? { ms: 0, tasks: 0 }, chain))
      const count = (open.get(id) ?? 1) - 1
      open.set(id, count)
      if (count === 0) queue.push(next)
    }
  }
  return longest
}

const longer = (a: Chain, b: Chain): Chain =>
  b.ms > a.ms || (b.ms === a.ms && b.tasks > a.tasks) ? b : a
