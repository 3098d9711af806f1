/**
 * One change that is too large for one turn of the loop, written by a thread in a transaction of its own, in pieces as they are decided.
 * The owner's connection sees nothing of it before its commit; a crash at any moment leaves all of it or nothing.
 */
import { Worker } from 'node:worker_threads'
import type Database from 'better-sqlite3'
import { invariant } from '../../base/result.ts'
import type { LargeWriteAnswer, LargeWriteOrder, LargeWriteRequest } from './large-write-worker.ts'
import type { RowsOfTasks } from '../rows-of-tasks.ts'
import type { LargeChange, ReplyRow } from '../store.ts'
import type { Entry } from '../write-buffer.ts'

interface LargeWriteParts extends LargeWriteOrder {
  /** The file of the worker, `large-write-worker.ts` from source or its built twin. */
  readonly entry: string
  readonly ownerEpoch: number
  /** The last sequence number that is committed. */
  readonly seq: number
}

/** Pieces that may wait for the thread, so that what is decided faster than it is written does not fill the memory. */
const MOST_WAITING = 8

function openThread({ entry, ownerEpoch, seq, ...workerData }: LargeWriteParts) {
  const worker = new Worker(entry, { workerData, name: 'yard-large-write' })
  const waiting: ((answer: LargeWriteAnswer) => void)[] = []
  let failed: Error | null = null
  const onEnd = (why: string): void => {
    failed ??= Object.assign(new Error(why), { name: 'ThreadEnded' })
    for (const settle of waiting.splice(0)) settle({ kind: 'done' })
  }
  worker.on('message', (answer: LargeWriteAnswer) => {
    if (answer.kind !== 'done') failed ??= errorOf(answer)
    waiting.shift()?.(answer)
  })
  worker.on('error', (error) => onEnd(String(error)))
  const gone = new Promise<void>((resolve) =>
    worker.on('exit', () => {
      onEnd('the thread that writes a large change has ended')
      resolve()
    }),
  )
  const send = async (request: LargeWriteRequest): Promise<void> => {
    if (failed) throw failed
    await new Promise<LargeWriteAnswer>((resolve) => {
      worker.postMessage(request)
      waiting.push(resolve)
    })
    if (failed) throw failed
  }
  /** What it throws is thrown by whatever comes after it. */
  const sendAhead = (request: LargeWriteRequest): Promise<void> =>
    send(request).catch((error: unknown) => {
      failed ??= error instanceof Error ? error : new Error(String(error))
    })
  void sendAhead({ kind: 'begin', ownerEpoch, seq })
  let ahead: Promise<void>[] = []
  return {
    /** Resolves when there is room for more. Throws what SQLite has thrown. */
    async add(entries: readonly Entry[]): Promise<void> {
      if (failed) throw failed
      ahead.push(sendAhead({ kind: 'rows', entries }))
      if (ahead.length > MOST_WAITING) await ahead.shift()
      if (failed) throw failed
    },
    /** Throws when it could not be committed, or when that is not known. */
    async commit(reply: ReplyRow | null): Promise<void> {
      await Promise.all(ahead)
      ahead = []
      await send({ kind: 'commit', reply })
    },
    /** Ends the thread, and takes back what is not committed. The rest of its work does not hold up the caller. */
    async leave(): Promise<void> {
      await Promise.all(ahead)
      worker.postMessage({ kind: 'leave' } satisfies LargeWriteRequest)
    },
    /** Resolves when its connection is closed. */
    gone,
  }
}

/** What the owner's own writer does while another connection writes. */
interface OwnWriter {
  /** Gives the last sequence number. */
  standBack(): number
  tell(seq: number): void
  standIn(seq: number | null): void
}

interface Parts {
  readonly db: Database.Database
  readonly entry: string
  readonly ownerEpoch: number
  readonly rows: RowsOfTasks
  readonly writer: OwnWriter
}

export const openLargeWrites = (parts: Parts) => ({ begin: () => beginLarge(parts) })

function beginLarge({ db, entry, ownerEpoch, rows, writer }: Parts): LargeChange {
  const number = (pragma: string): number => Number(db.pragma(pragma, { simple: true }))
  const stored = db.prepare('SELECT coalesce(max(seq), 0) FROM journal').pluck()
  const order = { synchronous: number('synchronous'), maxPages: number('max_page_count') }
  const seq = writer.standBack()
  const open = (): ReturnType<typeof openThread> => {
    try {
      return openThread({ ...order, path: db.name, entry, ownerEpoch, seq })
    } catch (error) {
      writer.standIn(seq)
      throw error
    }
  }
  const thread = open()
  const additions: { readonly entity: 'log' | 'artifact'; readonly taskId: string }[] = []
  let count = 0
  let isCommitted = false
  /** The last row that is known to be committed; null = not known. */
  let committed: number | null = seq
  return {
    add(entries) {
      count += entries.length
      for (const { change } of entries)
        if (change.entity === 'log' || change.entity === 'artifact')
          additions.push({ entity: change.entity, taskId: change.after.taskId })
      return thread.add(entries)
    },
    async commit(reply) {
      committed = null
      try {
        await thread.commit(reply)
      } catch (error) {
        await thread.leave()
        await thread.gone
        // It may have reached the disk all the same, and its word may be what was lost.
        const last = Number(stored.get())
        if (last === seq) committed = seq
        if (last !== seq + count || count === 0) throw error
      }
      isCommitted = true
      committed = seq + count
      for (const { entity, taskId } of additions) rows[entity].add(taskId)
    },
    tell: (to) => writer.tell(to),
    async end() {
      await thread.leave()
      // The next transaction would wait for this one's end.
      if (!isCommitted) await thread.gone
      writer.standIn(committed)
    },
    gone: thread.gone,
  }
}

function errorOf(answer: LargeWriteAnswer): Error {
  invariant(answer.kind !== 'done', 'no failure')
  const isStale = answer.kind === 'stale'
  const error = new Error(
    isStale
      ? 'another owner has taken over this yard, or its rows are not what it wrote'
      : answer.text,
  )
  error.name = isStale ? 'StaleOwner' : answer.name
  return isStale ? error : Object.assign(error, { code: answer.code })
}
