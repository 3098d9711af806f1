/**
 * The snapshot of a large graph, made without holding the loop: cards come piece by piece, and those that were overtaken
 * meanwhile are made anew at the end, so that all of them are of one moment.
 */
import type { Snapshot, TaskCard } from '../../contract/view.ts'
import type { CommittedBatch } from '../../coordinator/committed.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { Task } from '../../domain/task.ts'
import { createPacer, type Pacer } from '../slices.ts'
import type { Yard } from '../yard.ts'
import { cardSourceOf } from './card-source.ts'
import { toTaskCard } from './task-card.ts'

/** So many cards are made in one go at the end. */
const LAST = 300
/** A yard in which everything changes all the time gets the rest at once. */
const MAX_ROUNDS = 20

/** `touchedBy` names the tasks that read differently after a commit. */
export async function cardsInPieces(
  yard: Yard,
  touchedBy: (batch: CommittedBatch) => Iterable<TaskId>,
  signal?: AbortSignal,
): Promise<Snapshot['tasks']> {
  const cards = new Map<TaskId, TaskCard>()
  const timed = new Map<TaskId, number>()
  let stale = new Set<TaskId>(yard.plan.tasks.keys())
  let { settings } = yard.config()
  const pacer = createPacer(signal)
  const stop = yard.onCommitted((batch) => {
    for (const id of touchedBy(batch)) stale.add(id)
  })
  try {
    for (let round = 0; stale.size > LAST && round < MAX_ROUNDS; round += 1) {
      const ids = stale
      stale = new Set()
      await makeCards(yard, ids, { cards, timed }, pacer)
      for (const [id, at] of timed) if (at <= yard.now()) stale.add(id)
      // Everything may read differently by other settings.
      if (yard.config().settings !== settings) stale = new Set(yard.plan.tasks.keys())
      settings = yard.config().settings
    }
    for (const id of stale) makeCard(yard, id, { cards, timed })
    return [...yard.plan.tasks.keys()].flatMap((id) => cards.get(id) ?? [])
  } finally {
    stop()
  }
}

interface Made {
  readonly cards: Map<TaskId, TaskCard>
  /** When a card reads differently by time alone, ms. */
  readonly timed: Map<TaskId, number>
}

async function makeCards(yard: Yard, ids: Iterable<TaskId>, made: Made, pacer: Pacer) {
  for (const id of ids) {
    makeCard(yard, id, made)
    const wait = pacer.pause()
    if (wait) await wait
  }
}

function makeCard(yard: Yard, id: TaskId, { cards, timed }: Made): void {
  const task = yard.plan.tasks.get(id)
  timed.delete(id)
  if (!task) return void cards.delete(id)
  const source = cardSourceOf(yard)
  cards.set(id, toTaskCard(source, task))
  const at = turnsAt(task, source.now)
  if (at !== null) timed.set(id, at)
}

function turnsAt({ state }: Task, now: number): number | null {
  if (state.kind !== 'open') return null
  const times = [state.notBefore, state.park?.until ?? null].filter(
    (at): at is number => at !== null && at > now,
  )
  return times.length > 0 ? Math.min(...times) : null
}
