/** The store as others see it. Only files of this folder know that it is SQLite. */
import type { Agent } from '../domain/agent.ts'
import type { AgentId, TaskId } from '../domain/ids.ts'
import type { EntityChange, LogLine, StoredArtifact } from '../domain/plan.ts'
import type { Reply } from '../domain/command.ts'
import type { Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'

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
}

export interface AgentFilter {
  readonly which: 'all' | 'alive' | 'dead' | 'working'
  readonly taskId?: TaskId
  readonly limit?: number
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

export interface Store extends StoreReader {
  /** The reply that a client's command had, if it was carried out before. */
  replyOf(commandId: string): Reply | null
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
  begin(): void
  /** Runs one command's writes so that a throw undoes them alone. */
  savepoint<T>(run: () => T): T
  write(change: EntityChange, facts: RowFacts): void
  saveReply(commandId: string, at: number, reply: Reply): void
  /** Writes without changing anything, so that a full disk shows. */
  probe(): void
  /** Throws when the disk is full, the owner epoch has moved on, …; the transaction is rolled back then. */
  commit(): void
  rollback(): void
}
