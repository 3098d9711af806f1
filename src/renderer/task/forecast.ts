/** When the yard could be at rest: the longest chain of what is left, each task as long as those done took on the average. Pure. */
import type { TaskCard } from '../../contract/view.ts'
import { isFinishedCard } from '../workspace/task-acts.ts'
import { taskTookMs } from '../workspace/task-took-ms.ts'

/** Fewer done tasks say nothing about the others. */
const LEAST_KNOWN = 3

export interface Forecast {
  /** Tasks of the chain. */
  readonly length: number
  /** ms from now. */
  readonly leftMs: number
}

/** Null when nothing is left, or too little is known to say anything. */
export function forecastOf(tasks: ReadonlyMap<string, TaskCard>, now: number): Forecast | null {
  const spans = [...tasks.values()].flatMap(spanOf)
  if (spans.length < LEAST_KNOWN) return null
  const mean = spans.reduce((sum, span) => sum + span, 0) / spans.length
  const left = (card: TaskCard): number =>
    card.status === 'in-progress' && card.startedAt !== null
      ? Math.max(0, mean - (now - Date.parse(card.startedAt)))
      : mean
  return longestChain(tasks, left)
}

function spanOf(card: TaskCard): readonly number[] {
  const took = card.status === 'done' ? taskTookMs(card) : null
  return took === null ? [] : [took]
}

/** Blockers first, without recursion: chains may be as long as the yard. */
function longestChain(
  tasks: ReadonlyMap<string, TaskCard>,
  costOf: (card: TaskCard) => number,
): Forecast | null {
  const known = new Map<string, Forecast>()
  let longest: Forecast | null = null
  for (const start of tasks.values()) {
    const stack = [start]
    for (let card = stack.at(-1); card !== undefined; card = stack.at(-1)) {
      const blockers = known.has(card.id) ? [] : openBlockers(tasks, card)
      const unknown = blockers.filter((blocker) => !known.has(blocker.id))
      if (unknown.length > 0) {
        stack.push(...unknown)
        continue
      }
      stack.pop()
      if (known.has(card.id) || isFinishedCard(card)) continue
      const chain = added(
        blockers.map((blocker) => known.get(blocker.id)),
        costOf(card),
      )
      known.set(card.id, chain)
      if (longest === null || chain.leftMs > longest.leftMs) longest = chain
    }
  }
  return longest
}

const openBlockers = (tasks: ReadonlyMap<string, TaskCard>, card: TaskCard): readonly TaskCard[] =>
  card.after.flatMap((id) => {
    const blocker = tasks.get(id)
    return blocker && !isFinishedCard(blocker) ? [blocker] : []
  })

function added(before: readonly (Forecast | undefined)[], ms: number): Forecast {
  let most: Forecast = { length: 0, leftMs: 0 }
  for (const each of before) if (each && each.leftMs >= most.leftMs) most = each
  return { length: most.length + 1, leftMs: most.leftMs + ms }
}
