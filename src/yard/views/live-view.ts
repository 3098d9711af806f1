/**
 * The live view: a snapshot, and patches with a sequence number from then on. Changes of about 30 ms go out as one patch.
 * It costs nothing while no client follows. No patch ever contains changes from before and after a snapshot that was sent.
 */
import type { Clock } from '../../base/clock.ts'
import type { Patch, Snapshot, Summary, TaskCard } from '../../contract/view.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { Yard } from '../yard.ts'
import {
  createLiveIndex,
  type LiveIndex,
  type SummarySource,
  toSnapshot,
  toSummary,
  walkTasks,
} from './live-index.ts'
import { cardSourceOf } from './task-card.ts'
import { createNews, type News } from './live-news.ts'

export type LiveView = ReturnType<typeof createLiveView>

type LiveSource = SummarySource & Pick<Yard, 'log' | 'onCommitted'>

export const TURN_MS = 30
const FACTS_EVERY_MS = 1000
/** Tasks from which on a patch is sent at once. */
const MOST_IN_PATCH = 500
/** A subscriber may fall so many patches behind (at least 2 s of steady news). */
const QUEUE_LIMIT = 64

export function createLiveView(yard: LiveSource, clock: Clock) {
  const following = createFollowing(yard, clock)
  return {
    /** Made in pieces, so that a large graph does not block the loop; consistent at the instant in which it resolves. */
    snapshot(signal?: AbortSignal): Promise<Snapshot> {
      const index = createLiveIndex(() => cardSourceOf(yard))
      const cards = new Map<TaskId, TaskCard | null>()
      const visit = (id: TaskId): void => {
        index.refresh(id)
        cards.set(id, index.card(id))
      }
      const finish = (): Snapshot => {
        following.watch() // no patch may straddle it
        return toSnapshot(yard, index, cards)
      }
      return walkTasks(yard, visit, finish, signal)
    },
    /** In pieces, too, unless somebody follows. */
    async summary(signal?: AbortSignal): Promise<Summary> {
      const known = following.watch()
      if (known) return toSummary(yard, known.index)
      const index = createLiveIndex(() => cardSourceOf(yard))
      return walkTasks(yard, index.refresh, () => toSummary(yard, index), signal)
    },
    /** Begins with an empty patch that names the current `seq`. Ends with the signal, with `close`, or when its taker returns. */
    follow: (signal?: AbortSignal): AsyncIteratorObject<Patch, void, void> =>
      patchesOf(following, signal),
    close: following.close,
  }
}

/** Who follows, and the one watch over the yard for all of them. */
type Following = ReturnType<typeof createFollowing>

function createFollowing(yard: LiveSource, clock: Clock) {
  const queues = new Set<PatchQueue>()
  let watch: Watch | null = null
  let opening: Promise<void> | null = null
  let isClosed = false
  const leave = (queue: PatchQueue): void => {
    queue.close()
    queues.delete(queue)
    if (queues.size > 0) return
    watch?.close()
    watch = null
  }
  const send = (patch: Patch): void => {
    for (const each of queues) each.put(patch)
  }
  const begin = (): Promise<void> => {
    const index = createLiveIndex(() => cardSourceOf(yard))
    const finish = (): void => {
      if (!isClosed) watch = openWatch(yard, index, { clock, send })
    }
    return walkTasks(yard, index.refresh, finish)
  }
  return {
    /** Up to date: what waited for the end of its turn has been sent. Null while no client follows. */
    watch(): Watch | null {
      watch?.flush()
      return watch
    },
    async join(): Promise<PatchQueue> {
      // The watch of those who came together may be over again when the last of them gets here.
      while (!watch && !isClosed) await (opening ??= begin().finally(() => (opening = null)))
      watch?.flush()
      const queue = createPatchQueue(QUEUE_LIMIT)
      queue.put(emptyPatch(yard.store.seq))
      queues.add(queue)
      if (isClosed) leave(queue)
      return queue
    },
    leave,
    close(): void {
      isClosed = true
      // What the last agents did before the end is news, too.
      isDone(yard, () => watch?.flush())
      for (const queue of queues) leave(queue)
    },
  }
}

/** Joins at the first `next`. Written out, because a generator that waits for news cannot be returned from. */
function patchesOf(
  { join, leave }: Pick<Following, 'join' | 'leave'>,
  signal: AbortSignal | undefined,
): AsyncIteratorObject<Patch, void, void> {
  let joining: Promise<void> | null = null
  let queue: PatchQueue | null = null
  let isOver = signal?.aborted ?? false
  const stop = (): void => {
    isOver = true
    signal?.removeEventListener('abort', stop)
    if (queue) leave(queue)
  }
  const enter = async (): Promise<void> => {
    queue = await join()
    if (isOver) leave(queue)
  }
  signal?.addEventListener('abort', stop, { once: true })
  return {
    async next() {
      if (!isOver) await (joining ??= enter())
      const patch = isOver ? null : await queue?.take()
      if (patch) return { done: false, value: patch }
      stop()
      return { done: true, value: undefined }
    },
    return() {
      stop()
      return Promise.resolve({ done: true, value: undefined })
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      stop()
    },
  }
}

const emptyPatch = (seq: number): Patch => ({
  from: seq,
  seq,
  tasks: [],
  removed: [],
  agents: [],
  summary: null,
  positions: null,
  topics: [],
})

type Watch = ReturnType<typeof openWatch>

interface Told {
  readonly clock: Clock
  readonly send: (patch: Patch) => void
}

function openWatch(yard: LiveSource, index: LiveIndex, { clock, send }: Told) {
  const news = createNews(yard, index)
  const hasNewSettings = createSettingsWatch(yard)
  let flushedAt = -TURN_MS
  let cancelTurn: (() => void) | null = null
  let cancelDue: (() => void) | null = null
  const flush = (): void => {
    cancelTurn?.()
    cancelTurn = null
    flushedAt = clock.monotonic()
    const patch = news.take()
    if (patch) send(patch)
    waitForDue()
  }
  const attempt = (run: () => void): void => {
    if (!isDone(yard, run)) cancelTurn ??= clock.after(FACTS_EVERY_MS, tryFlush)
  }
  const tryFlush = (): void => attempt(flush)
  const soon = (): void => {
    cancelTurn ??= clock.after(Math.max(0, flushedAt + TURN_MS - clock.monotonic()), tryFlush)
  }
  const waitForDue = (): void => {
    cancelDue?.()
    const at = index.nextDueAt()
    cancelDue = at === null ? null : clock.after(Math.max(0, at - yard.now()), tryDue)
  }
  const tryDue = (): void => {
    for (const id of index.takeDue()) news.touch(id)
    attempt(flush)
  }
  const tellFacts = (): void => {
    if (hasNewSettings()) {
      retellOpen(yard, index, news)
      news.outdate('members', 'jobs')
      flush()
    }
    const agents = news.changedFacts()
    const summary = news.changedSummary()
    if (agents.length === 0 && summary === null) return
    flush()
    send({ ...emptyPatch(yard.store.seq), agents, summary })
  }
  const stops = [
    yard.onCommitted((batch) => {
      news.add(batch)
      // A large change is told in pieces, and must not be gathered again.
      if (news.size() >= MOST_IN_PATCH) tryFlush()
      else soon()
    }),
    everySecond(clock, () => attempt(tellFacts)),
    followFurniture(yard, flush, send),
  ]
  waitForDue()
  return {
    index,
    /** Sends at once what waits for the end of its turn. */
    flush,
    close(): void {
      for (const stop of stops) stop()
      cancelTurn?.()
      cancelDue?.()
    },
  }
}

/** False when it threw: parts of a patch are read from the store, which can fail. The news stays for the next try. */
function isDone({ log }: LiveSource, run: () => void): boolean {
  try {
    run()
    return true
  } catch (error) {
    log.error('the live view is behind; it is tried again', { error: String(error) })
    return false
  }
}

/** Moved nodes, each told behind what was committed before; and somebody is there to be told how busy agents are. */
function followFurniture(
  yard: LiveSource,
  flush: () => void,
  send: (patch: Patch) => void,
): () => void {
  const stopVitals = yard.vitals.watch()
  const stopPositions = yard.positions.onMoved((positions) => {
    flush()
    send({ ...emptyPatch(yard.store.seq), positions })
  })
  return () => {
    stopPositions()
    stopVitals()
  }
}

/** What a task that has not begun waits for is said by the settings, too. */
function retellOpen(yard: LiveSource, index: LiveIndex, news: News): void {
  for (const id of openTasks(yard)) {
    index.refresh(id)
    news.touch(id)
  }
}

const openTasks = ({ plan }: LiveSource): TaskId[] =>
  [...plan.tasks.values()].flatMap(({ id, state }) => (state.kind === 'open' ? id : []))

/** True once after each time that the files were applied anew. */
function createSettingsWatch(yard: LiveSource): () => boolean {
  let { settings } = yard.config()
  return () => {
    const known = settings
    settings = yard.config().settings
    return settings !== known
  }
}

function everySecond(clock: Clock, run: () => void): () => void {
  let cancel = clock.after(FACTS_EVERY_MS, tick)
  function tick(): void {
    run()
    cancel = clock.after(FACTS_EVERY_MS, tick)
  }
  return () => cancel()
}

// The news that one subscriber has not taken yet. Bounded: who is too slow loses all that waits and sees a gap in the sequence.

export type PatchQueue = ReturnType<typeof createPatchQueue>

export function createPatchQueue(limit: number) {
  let waiting: Patch[] = []
  let taker: ((patch: Patch | null) => void) | null = null
  let isClosed = false
  const hand = (patch: Patch | null): boolean => {
    const take = taker
    taker = null
    take?.(patch)
    return take !== null
  }
  return {
    put(patch: Patch): void {
      if (isClosed || hand(patch)) return
      if (waiting.length < limit) return void waiting.push(patch)
      // Moved nodes and other settings make no gap that a subscriber could see, so what they bring is kept.
      const moved = waiting.flatMap(({ positions }) => (positions ? [positions] : []))
      const topics = new Set([...waiting, patch].flatMap((each) => each.topics))
      const positions = merged([...moved, patch.positions ?? {}])
      waiting = [{ ...patch, positions, topics: [...topics] }]
    },
    /** The next patch; null once closed and empty. Only one taker at a time. */
    take(): Promise<Patch | null> {
      const next = waiting.shift()
      if (next) return Promise.resolve(next)
      if (isClosed) return Promise.resolve(null)
      return new Promise((resolve) => (taker = resolve))
    },
    close(): void {
      isClosed = true
      hand(null)
    },
  }
}

function merged(all: readonly NonNullable<Patch['positions']>[]): Patch['positions'] {
  const sum = new Map(all.flatMap((positions) => Object.entries(positions)))
  return sum.size > 0 ? Object.fromEntries(sum) : null
}
