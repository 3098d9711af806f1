/** The store as others see it. Only files of this folder know that it is SQLite. */
import type { EntityChange } from '../domain/plan.ts'
import type { Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { RowFacts, StoredRow } from './journal.ts'
import type { HistoryReads } from './history.ts'
import type { JudgingReads } from './judging.ts'
import type { MailReads } from './mail/mail-reads.ts'
import type { StoredReply, prepareReads } from './read.ts'
import type { SpendingReads } from './spending.ts'
import type { TryReads } from './tries.ts'
import type { Entry } from './write-buffer.ts'

/** Reads. None of them changes anything; all see committed state only, except inside a batch. */
export interface Store extends ReturnType<typeof prepareReads> {
  readonly seq: number
  /** Rows with seq > since, oldest first. */
  journal(since: number, limit: number): StoredRow[]
  /** The journal as the window asks for it: by task, by time, in pieces. */
  readonly past: HistoryReads
  readonly spending: SpendingReads
  readonly judging: JudgingReads
  readonly mail: MailReads
  readonly tries: TryReads
  /** A consistent copy of the database in a new file. */
  copyTo(path: string): Promise<Result<void, Failure>>
}
export type StoreReader = Omit<
  Store,
  'past' | 'spending' | 'judging' | 'tries' | 'replyOf' | 'copyTo'
>

/** Writes, for `dispatch` alone: begin, then `write` inside savepoints, then commit or rollback. The tables have what is written from `commit` on. */
export interface StoreWriter {
  /** Also ends what a failed rollback has left open. Throws `StaleOwner` when this owner must write nothing more. */
  begin(): void
  /** Runs one command's writes so that a throw takes them back, and no others. */
  savepoint<T>(run: () => T): T
  write(change: EntityChange, facts: RowFacts): void
  saveReply(commandId: string, at: number, reply: StoredReply): void
  /** Writes without changing anything, so that a full disk shows. */
  probe(): void
  /** Throws when the disk is full or one of the rows cannot be written; roll back then. */
  commit(): void
  /** Never throws: what cannot be rolled back now is rolled back by the next `begin`. */
  rollback(): void
  /** Resolves when `begin` may be called: not while a large change is written. To be called in the same turn then. */
  free(): Promise<void>
  /** Null where a change of any size is written in one turn. */
  readonly large: { begin(): LargeChange } | null
}

/** A change that is written in pieces beside the reads of this connection, which see nothing of it before its commit. */
export interface LargeChange {
  /** Resolves when there is room for more. Throws what the storage throws. */
  add(entries: readonly Entry[]): Promise<void>
  /** Throws when nothing of it was committed, or when that is not known. */
  commit(reply: ReplyRow | null): Promise<void>
  /** After the commit: readers are told of it up to this row. */
  tell(seq: number): void
  /** In any case, at last. What was not committed is taken back. */
  end(): Promise<void>
  /** Resolves when nothing of it is left to be done after its end. */
  readonly gone: Promise<void>
}

export interface ReplyRow {
  readonly id: string
  readonly at: number
  /** JSON. */
  readonly text: string
}
