/** What a task could wait for. Pure. */
import type { TaskCard } from '../../../contract/view.ts'
import { downstreamOf, type Tasks } from '../../model/reach.ts'

export interface Candidate {
  readonly card: TaskCard
  /** Why it cannot; null = it can. */
  readonly blocked: string | null
}

const MOST = 8

/** By title or id, at most eight, those that fit first. What it waits for already is left out. */
export function candidates(tasks: Tasks, id: string, query: string): readonly Candidate[] {
  const words = query.trim().toLowerCase()
  const already = new Set(tasks.get(id)?.after)
  const below = downstreamOf(tasks, [id])
  const fitting: Candidate[] = []
  const others: Candidate[] = []
  for (const card of tasks.values()) {
    if (fitting.length === MOST) break
    if (card.id === id || already.has(card.id)) continue
    if (!card.title.toLowerCase().includes(words) && !card.id.includes(words)) continue
    if (below.has(card.id)) others.push({ card, blocked: 'Would close a cycle' })
    else fitting.push({ card, blocked: null })
  }
  return [...fitting, ...others].slice(0, MOST)
}
