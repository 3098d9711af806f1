/** Tasks that become something else by time alone, soonest first. An entry that was overtaken is passed over when it comes up. */
import { createHeap } from '../../domain/heap.ts'
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
  const heap = createHeap<Entry>((a, b) => a.at < b.at)
  const peek = (): Entry | null => {
    for (let entry = heap.peek(); entry; entry = heap.peek()) {
      if (wanted.get(entry.id) === entry.at) return entry
      heap.pop()
    }
    return null
  }
  return {
    set(id, at) {
      if (wanted.get(id) === (at ?? undefined)) return
      if (at === null) wanted.delete(id)
      else {
        wanted.set(id, at)
        heap.push({ id, at })
      }
    },
    next: () => peek()?.at ?? null,
    take(now) {
      const due: TaskId[] = []
      for (let entry = peek(); entry && entry.at <= now; entry = peek()) {
        heap.pop()
        wanted.delete(entry.id)
        due.push(entry.id)
      }
      return due
    },
  }
}
