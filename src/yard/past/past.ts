/**
 * The yard as it stood at an instant: its journal folded into a plan. The last fold is kept for a minute, so that going on
 * from it is cheap: forward by the next rows, back by putting the old entities, which undoes a change exactly.
 */
import type { Clock } from '../../base/clock.ts'
import type { TaskCard } from '../../contract/view.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Store } from '../../store/store.ts'
import { createPacer } from '../slices.ts'
import { toTaskCard } from '../views/task-card.ts'
import { createFold, type Fold } from './fold.ts'

export interface PastGraph {
  /** The last row of the journal that had been written by then. */
  readonly seq: number
  readonly tasks: TaskCard[]
}

export interface Past {
  /** The graph as it was at `at`, ms, told as of then. Throws when the signal says so. */
  moment(at: number, signal?: AbortSignal): Promise<PastGraph>
  close(): void
}

const KEPT_MS = 60_000
const ROWS = 400

export function createPast(
  { opened, clock }: { readonly opened: { readonly store: Store }; readonly clock: Clock },
  settings: () => Settings,
): Past {
  const { past } = opened.store
  let fold: Fold | null = null
  let cancelDrop = (): void => {}
  let last: Promise<unknown> = Promise.resolve()

  const moment = async (at: number, signal?: AbortSignal): Promise<PastGraph> => {
    signal?.throwIfAborted()
    cancelDrop()
    cancelDrop = clock.after(KEPT_MS, () => (fold = null))
    const seq = past.seqAt(at)
    if (!fold?.canReach(seq)) fold = createFold()
    const mine = fold
    const pacer = createPacer(signal)
    while (mine.stepBack(seq)) {
      const wait = pacer.pause()
      if (wait) await wait
    }
    while (mine.seq < seq) {
      const upTo = Math.min(seq, mine.seq + ROWS)
      for (const row of past.planRows(mine.seq, upTo)) mine.put(row)
      mine.pass(upTo)
      await pacer.check()
    }
    return { seq, tasks: await cardsOf(mine, at, settings(), pacer) }
  }
  return {
    moment(at, signal) {
      // One after the other: they share the fold.
      const next = last.then(() => moment(at, signal))
      last = next.catch(() => {})
      return next
    },
    close() {
      cancelDrop()
      fold = null
    },
  }
}

async function cardsOf(
  { plan, costOf }: Fold,
  now: number,
  settings: Settings,
  pacer: ReturnType<typeof createPacer>,
): Promise<TaskCard[]> {
  const cards: TaskCard[] = []
  for (const task of plan.tasks.values()) {
    cards.push(toTaskCard({ plan, settings, now, costOf }, task))
    const wait = pacer.pause()
    if (wait) await wait
  }
  return cards
}
