/**
 * A walk over all tasks of a large graph in pieces, so that the event loop is never blocked. Tasks that change meanwhile are
 * visited again at the end, so that the result is consistent at one instant.
 */
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { Task } from '../../domain/task.ts'
import { createPacer } from '../slices.ts'
import type { Yard } from '../yard.ts'
import type { CardPort } from './task-card.ts'

/** So many tasks are visited in one turn at the end. */
const LAST = 300
/** After so many rounds the rest is visited at once, however many tasks keep changing. */
const MAX_ROUNDS = 20

interface Walk<T> {
  /** The tasks that are shown differently after a commit. */
  readonly touchedBy: (batch: CommittedBatch) => Iterable<TaskId>
  /** Reads the task as it is now; it may be gone. */
  readonly visit: (id: TaskId) => void
  /** Called in the turn of the event loop in which everything visited is current. */
  readonly finish: () => T
}

/** Rejects when the signal says so. */
export async function walkTasks<T>(
  yard: Pick<CardPort, 'plan' | 'config' | 'now'> & Pick<Yard, 'onCommitted'>,
  { touchedBy, visit, finish }: Walk<T>,
  signal?: AbortSignal,
): Promise<T> {
  const timed = new Map<TaskId, number>()
  let stale = new Set<TaskId>(yard.plan.tasks.keys())
  let { settings } = yard.config()
  const pacer = createPacer(signal)
  const stop = yard.onCommitted((batch) => {
    for (const id of touchedBy(batch)) stale.add(id)
  })
  const take = (id: TaskId): void => {
    visit(id)
    const at = turnsAt(yard.plan.tasks.get(id), yard.now())
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

/** When a task is shown differently by time alone, ms. */
function turnsAt(task: Task | undefined, now: number): number | null {
  if (task?.state.kind !== 'open') return null
  const { notBefore, park } = task.state
  const ahead = [notBefore, park?.until ?? null].filter(
    (at): at is number => at !== null && at > now,
  )
  return ahead.length > 0 ? Math.min(...ahead) : null
}
