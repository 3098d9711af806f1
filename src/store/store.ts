/** The store as others see it. Only files of this folder know that it is SQLite. */
import type { EntityChange } from '../domain/plan.ts'
import type { Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { RowFacts, StoredRow } from './journal.ts'
import type { HistoryReads } from './history.ts'
import type { JudgingReads } from './judging.ts'
import type { StoredReply, prepareReads } from './read.ts'
import type { SpendingReads } from './spending.ts'
import type { TryReads } from './tries.ts'

/** Reads. None of them changes anything; all see committed state only, except inside a batch. */
export interface Store extends ReturnType<typeof prepareReads> {
  readonly seq: number
  /** Rows with seq > since, oldest first. */
  journal(since: number, limit: number): StoredRow[]
  /** The journal as the window asks for it: by task, by time, in pieces. */
  readonly past: HistoryReads
  readonly spending: SpendingReads
  readonly judging: JudgingReads
  readonly tries: TryReads
  /** A consistent copy of the database in a new file. */
  copyTo(path: string): Promise<Result<void, Failure>>
}
export type StoreReader = Omit<
  Store,
  'past' | 'spending' | 'judging' | 'tries' | 'replyOf' | 'copyTo'
>

/** Writes, for `dispatch` alone: begin, then `write` inside savepoints, then commit or rollback. */
export interface StoreWriter {
  /** Also ends what a failed rollback has left open. Throws `StaleOwner` when this owner must write nothing more. */
  begin(): void
  /** Runs one command's writes so that a throw undoes them alone; `TransactionLost` when the whole batch is gone with them. */
  savepoint<T>(run: () => T): T
  /** `isReplaced`: a later change of the same command makes its row anew, so that only the journal tells of this one. */
  write(change: EntityChange, facts: RowFacts, isReplaced?: boolean): void
  saveReply(commandId: string, at: number, reply: StoredReply): void
  /** Writes without changing anything, so that a full disk shows. */
  probe(): void
  /** Throws when the disk is full, the owner epoch has moved on, …; the transaction is rolled back then. */
  commit(): void
  /** Never throws: what cannot be rolled back now is rolled back by the next `begin`. */
  rollback(): void
}
