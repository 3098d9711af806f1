/** News of one commit. */
import type { TaskId } from '../domain/ids.ts'
import type { EntityChange } from '../domain/plan.ts'

export interface CommittedBatch {
  /** Sequence number of the journal before and after. */
  readonly from: number
  readonly seq: number
  readonly changes: readonly EntityChange[]
  /** Tasks whose shown state may differ now, the changed ones included. */
  readonly touched: ReadonlySet<TaskId>
}
