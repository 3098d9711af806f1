/** The store as others see it. Only files of this folder know that it is SQLite. */
import type { Agent } from '../domain/agent.ts'
import type { AgentId, TaskId } from '../domain/ids.ts'
import type { EntityChange, LogLine, StoredArtifact } from '../domain/plan.ts'
import type { Reply } from '../domain/command.ts'
import type { Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { SpendingReads } from './spending.ts'

/** One row of the journal: what became of one entity by one event. */
export interface StoredRow {
  readonly seq: number
  readonly at: number
  readonly event: string
  readonly by: string
  readonly entity: string
  readonly id: string
  readonly set: Readonly<Record<string, unknown>>
  readonly unset: readonly string[]
  readonly gone: boolean
  /** What it changed is damaged in the table, and told as nothing. */
  readonly isUnreadable?: true
}

export interface AgentFilter {
  readonly which: 'all' | 'alive' | 'dead' | 'working'
  readonly taskId?: TaskId
  readonly limit?: number
}

/** The reply to a command that carried an id. */
export interface KeptReply extends Reply {
  /** Fingerprint of that command; absent in what an earlier program stored. */
  readonly of?: string
}

/** Reads. None of them changes anything; all see committed state only, except inside a batch. */
export interface StoreReader {
  /** Last sequence number of the journal. */
  readonly seq: number
  agent(id: AgentId): Agent | null
  agents(filter: AgentFilter): Agent[]
  logOf(taskId: TaskId, limit?: number): LogLine[]
  artifactsOf(taskId: TaskId): StoredArtifact[]
  /** Rows with seq > since, oldest first. */
  journal(since: number, limit: number): StoredRow[]
}

/** A count of commits' rows and of failed tasks in one step of time. */
export interface ActivityStep {
  readonly step: number
  readonly events: number
  readonly failures: number
}

/** One change of a task's stored status (`null` = the task is gone), or an agent that began or ended. */
export interface Turn {
  readonly seq: number
  readonly at: number
  readonly entity: 'task' | 'agent'
  readonly id: string
  readonly event: string
  readonly kind: string | null
}

export interface PastReads {
  /** Time of the first row, ms; null without any. */
  firstAt(): number | null
  /** The last row that was written at or before `at`; 0 when there is none. */
  seqAt(at: number): number
  /** The time that `count` rows from `from` on take; `to` when there are fewer. Always later than `from`. */
  pieceEnd(from: number, to: number, count: number): number
  /** Rows of `from <= at < to`, in steps of `stepMs` counted from `origin`. */
  activity(span: Span & { readonly origin: number; readonly stepMs: number }): ActivityStep[]
  /** Times of failed tasks in the span, newest first. */
  failures(span: Span, limit: number): number[]
  /** Rows `after < seq <= upTo` of entities that a plan is made of, oldest first. */
  planRows(after: number, upTo: number): StoredRow[]
  /** What changed a status or began or ended an agent, in rows `after < seq <= upTo`. */
  turns(after: number, upTo: number): Turn[]
  /** Stored status of a task just before that row; null when it was not there. */
  statusBefore(taskId: string, seq: number): string | null
  /** The newest row of an entity before that one; null = none. */
  rowBefore(entity: string, id: string, seq: number): StoredRow | null
  /** Rows about one task and its agents, newest first. */
  taskRows(taskId: string, before: number, limit: number): StoredRow[]
  /** All rows that say something, newest first. */
  tailRows(before: number, limit: number): StoredRow[]
  /** Ids of agents that ended in the span, newest first. */
  endedAgents(span: Span, limit: number): string[]
}

export interface Span {
  /** ms, inclusive. */
  readonly from: number
  /** ms, exclusive. */
  readonly to: number
}

export interface Store extends StoreReader {
  /** The journal as the window asks for it: by task, by time, in pieces. */
  readonly past: PastReads
  readonly spending: SpendingReads
  /** The reply that a client's command had, if it was carried out before. */
  replyOf(commandId: string): KeptReply | null
  /** A consistent copy of the database in a new file. */
  copyTo(path: string): Promise<Result<void, Failure>>
}

/** Facts that stand beside each change in the journal. */
export interface RowFacts {
  readonly at: number
  readonly event: string
  readonly by: string
}

/** Writes, for `dispatch` alone: begin, then `write` inside savepoints, then commit or rollback. */
export interface StoreWriter {
  /** Also ends what a failed rollback has left open. Throws `StaleOwner` when this owner must write nothing more. */
  begin(): void
  /** Runs one command's writes so that a throw undoes them alone; `TransactionLost` when the whole batch is gone with them. */
  savepoint<T>(run: () => T): T
  write(change: EntityChange, facts: RowFacts): void
  saveReply(commandId: string, at: number, reply: KeptReply): void
  /** Writes without changing anything, so that a full disk shows. */
  probe(): void
  /** Throws when the disk is full, the owner epoch has moved on, …; the transaction is rolled back then. */
  commit(): void
  /** Never throws: what cannot be rolled back now is rolled back by the next `begin`. */
  rollback(): void
}
