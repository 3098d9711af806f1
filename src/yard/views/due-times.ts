/** Tasks that become something else by time alone, soonest first. A binary heap; an entry that was overtaken is passed over when it comes up. */
import type { TaskId } from '../../domain/ids.ts'

export interface DueTimes {
  /** `null` takes it out. */
  set(id: TaskId, at: number | null): void
  /** When the next one is due; null = none. */
  next(): number | null
  /** Takes out all that are due at `now`. */
  take(now: number): TaskId[]
}

interface Entry {
  readonly id: TaskId
  readonly at: number
}

export function createDueTimes(): DueTimes {
  const wanted = new Map<TaskId, number>()
  const heap: Entry[] = []
  const isStale = (entry: Entry): boolean => wanted.get(entry.id) !== entry.at
  const dropStale = (): Entry | null => {
    while (heap[0] && isStale(heap[0])) pop(heap)
    return heap[0] ?? null
  }
  return {
    set(id, at) {
      if (wanted.get(id) === (at ?? undefined)) return
      if (at === null) wanted.delete(id)
      else {
        wanted.set(id, at)
        push(heap, { id, at })
      }
    },
    next: () => dropStale()?.at ?? null,
    take(now) {
      const due: TaskId[] = []
      for (let entry = dropStale(); entry && entry.at <= now; entry = dropStale()) {
        pop(heap)
        wanted.delete(entry.id)
        due.push(entry.id)
      }
      return due
    },
  }
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.push(entry) - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (!parent || parent.at <= entry.at) break
    heap[at] = parent
    at = above
  }
  heap[at] = entry
}

function pop(heap: Entry[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let at = 0
  for (;;) {
    const left = heap[2 * at + 1]
    const right = heap[2 * at + 2]
    const child = right && left && right.at < left.at ? right : left
    if (!child || child.at >= last.at) break
    heap[at] = child
    at = child === left ? 2 * at + 1 : 2 * at + 2
  }
  heap[at] = last
}
