/** The main line: the chain of tasks that decides when all is done. Pure. */
import type { TaskCard } from '../../contract/view.ts'
import { dependentsOf, type Tasks } from '../workspace/reach.ts'
import { taskTookMs } from '../workspace/task-took-ms.ts'

/** What a chain costs: work that is left counts before work that is done. */
interface Length {
  readonly left: number
  readonly done: number
}
const NONE: Length = { left: 0, done: 0 }

/**
 * Ids from first to last; empty for no tasks. A finished task weighs what it took, every other the mean of those (all the same
 * while nothing has finished). Abandoned tasks are on no line. While work is left, the line is the longest chain of it, with
 * the longest finished chain that led there.
 */
export function mainLine(tasks: Tasks): readonly string[] {
  const mean = meanDuration(tasks)
  const best = new Map<string, Length>()
  let last: string | null = null
  for (const id of inOrder(tasks)) {
    const card = tasks.get(id)
    if (!card || card.status === 'abandoned') continue
    const own = lengthOf(card, mean)
    const before = longest(card, best)
    const length = { left: own.left + before.left, done: own.done + before.done }
    best.set(id, length)
    if (last === null || isLonger(length, best.get(last) ?? NONE)) last = id
  }
  return last === null ? [] : wayBack(tasks, best, last)
}

function wayBack(tasks: Tasks, best: ReadonlyMap<string, Length>, last: string): string[] {
  const line: string[] = []
  for (let id: string | null = last; id !== null;) {
    line.unshift(id)
    const card = tasks.get(id)
    const top: Length | null = card ? longest(card, best) : null
    const next: string | undefined = card?.after.find((each) => best.get(each) === top)
    id = next ?? null
  }
  return line
}

/** The longest among its blockers, as the very object that `best` holds. */
function longest(card: TaskCard, best: ReadonlyMap<string, Length>): Length {
  let top = NONE
  for (const id of card.after) {
    const length = best.get(id)
    if (length && isLonger(length, top)) top = length
  }
  return top
}

const isLonger = (a: Length, b: Length): boolean =>
  a.left > b.left || (a.left === b.left && a.done > b.done)

const lengthOf = (card: TaskCard, mean: number): Length =>
  card.status === 'done' ? { left: 0, done: spanOf(card) ?? mean } : { left: mean, done: 0 }

/** A task that took no time says nothing of how long others will take. */
const spanOf = (card: TaskCard): number | null => taskTookMs(card) || null

function meanDuration(tasks: Tasks): number {
  let sum = 0
  let count = 0
  for (const card of tasks.values()) {
    const took = card.status === 'done' ? spanOf(card) : null
    if (took === null) continue
    sum += took
    count += 1
  }
  return count === 0 ? 1 : sum / count
}

/** Blockers before dependents. */
function inOrder(tasks: Tasks): readonly string[] {
  const dependents = dependentsOf(tasks)
  const unmet = new Map<string, number>()
  const queue: string[] = []
  for (const { id, after } of tasks.values()) {
    const count = after.filter((each) => tasks.has(each)).length
    unmet.set(id, count)
    if (count === 0) queue.push(id)
  }
  for (const id of queue)
    for (const next of dependents.get(id) ?? []) {
      const left = (unmet.get(next) ?? 0) - 1
      unmet.set(next, left)
      if (left === 0) queue.push(next)
    }
  return queue
}
