/**
 * Ready tasks in the order in which they start: priority, then critical-path length, then age. A task rises one class for
 * every 30 min that it has been ready, so nothing starves. Tasks that share the same caps stand in one bucket; a full cap
 * then costs a look per bucket, not per task.
 */
import { createHeap, type Heap } from './heap.ts'
import type { TaskId } from '../ids.ts'

export const RISE_MS = 30 * 60_000

export interface Waiting {
  readonly id: TaskId
  /** Tasks with the same bucket are held back by the same caps. */
  readonly bucket: string
  /** 0 = critical … 4 = idle. */
  readonly priority: number
  readonly length: number
  readonly readySince: number
  readonly order: number
}

interface ReadyQueue {
  readonly size: number
  has(id: TaskId): boolean
  /** Puts it in, or in its new place. */
  put(waiting: Waiting, now: number): void
  drop(id: TaskId): void
  /** The task that starts next among buckets that `mayTake` lets through; it leaves the queue. */
  take(now: number, mayTake: (bucket: string) => boolean): Waiting | null
  ids(): IterableIterator<TaskId>
}

interface Entry extends Waiting {
  /** Effective class: sinks by one for every rise, below zero if need be. */
  readonly rank: number
}

const goesBefore = (a: Entry, b: Entry): boolean => {
  if (a.rank !== b.rank) return a.rank < b.rank
  if (a.length !== b.length) return a.length > b.length
  if (a.readySince !== b.readySince) return a.readySince < b.readySince
  return a.order < b.order
}

const createRises = () => createHeap<{ at: number; entry: Entry }>((a, b) => a.at < b.at)

export function createReadyQueue(): ReadyQueue {
  const live = new Map<TaskId, Entry>()
  const buckets = new Map<string, Heap<Entry>>()
  let rises = createRises()

  const insert = (waiting: Waiting, now: number): void => {
    const risen = Math.max(0, Math.floor((now - waiting.readySince) / RISE_MS))
    const entry: Entry = { ...waiting, rank: waiting.priority - risen }
    live.set(entry.id, entry)
    let heap = buckets.get(entry.bucket)
    if (!heap) buckets.set(entry.bucket, (heap = createHeap(goesBefore)))
    heap.push(entry)
    rises.push({ at: waiting.readySince + (risen + 1) * RISE_MS, entry })
  }
  /** Entries that have left stay in the heap until their time; when they are most of it, it is made anew. */
  const tidy = (): void => {
    if (rises.size < 10_000 + 4 * live.size) return
    const kept = createRises()
    for (let next = rises.pop(); next; next = rises.pop())
      if (live.get(next.entry.id) === next.entry) kept.push(next)
    rises = kept
  }
  const rise = (now: number): void => {
    tidy()
    for (let next = rises.peek(); next && next.at <= now; next = rises.peek()) {
      rises.pop()
      if (live.get(next.entry.id) === next.entry) insert(next.entry, now)
    }
  }
  /** The bucket's first entry that is still true. */
  const head = (heap: Heap<Entry>): Entry | null => {
    for (let first = heap.peek(); first; first = heap.peek()) {
      if (live.get(first.id) === first) return first
      heap.pop()
    }
    return null
  }
  return {
    get size() {
      return live.size
    },
    has: (id) => live.has(id),
    ids: () => live.keys(),
    put: insert,
    drop: (id) => void live.delete(id),
    take(now, mayTake) {
      rise(now)
      let best: Entry | null = null
      for (const [bucket, heap] of buckets) {
        const first = head(heap)
        if (!first) buckets.delete(bucket)
        else if ((best === null || goesBefore(first, best)) && mayTake(bucket)) best = first
      }
      if (best) live.delete(best.id)
      return best
    },
  }
}
