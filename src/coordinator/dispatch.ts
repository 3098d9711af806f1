/**
 * The only way to change state. Commands of one turn share a transaction, each in a savepoint and each seeing what those
 * before it changed. Replies and events go out after COMMIT; when COMMIT fails, everything is undone, the caller gets
 * `read-only`, and the next command tries again.
 */
import { errorText } from '../base/text.ts'
import { createEmitter } from '../base/emitter.ts'
import { err, type Result } from '../base/result.ts'
import type { Actor, AnyCommand, Reply } from '../domain/command.ts'
import { fail, failure, type Failure } from '../domain/failure.ts'
import type { TaskId } from '../domain/ids.ts'
import type { EntityChange } from '../domain/plan.ts'
import { createTransaction, type Request, type TransactionParts } from './transaction.ts'

export interface CommittedBatch {
  /** Sequence number of the journal before and after. */
  readonly from: number
  readonly seq: number
  readonly changes: readonly EntityChange[]
  /** Tasks whose shown state may differ now, the changed ones included. */
  readonly touched: ReadonlySet<TaskId>
}

export type Dispatcher = ReturnType<typeof createDispatcher>

/** `decide` replaces the domain's own function in tests that plant faults. */
export interface DispatcherParts extends Omit<TransactionParts, 'newId'> {
  /** Runs the work at the end of this turn of the loop. */
  readonly defer: (run: () => void) => void
  /** Makes ids of log lines and artifacts unique over owners. */
  readonly ownerEpoch: number
  /** Another process owns the yard now: stop everything. Called once. */
  readonly onStale: () => void
}

interface Item extends Request {
  readonly resolve: (reply: Result<Reply, Failure>) => void
}

/** More would keep the loop from its other work; the rest follows in the next turn. */
const MAX_BATCH = 256

export function createDispatcher(parts: DispatcherParts) {
  const { writer, store, log } = parts
  const committed = createEmitter<CommittedBatch>((error) =>
    log.error('a listener of commits threw', { error: String(error) }),
  )
  const failures = createEmitter<void>((error) =>
    log.error('a listener of failed commits threw', { error: String(error) }),
  )
  let queue: Item[] = []
  let isScheduled = false
  let isClosed = false
  let readOnly: string | null = null
  let isStale = false
  let idCount = 0
  const newId = (): string => `${parts.ownerEpoch.toString(36)}.${(++idCount).toString(36)}`

  const commitFailed = (error: unknown): Failure => {
    const text = errorText(error)
    if (error instanceof Error && error.name === 'StaleOwner') {
      if (!isStale) log.error('this owner stops', { why: text })
      if (!isStale) parts.onStale()
      isStale = true
      return failure('locked', 'this owner was replaced by another; nothing was changed', {
        hint: 'try again',
      })
    }
    if (readOnly !== text) log.error('nothing can be saved', { error: text })
    readOnly = text
    return failure('read-only', `nothing was changed: the yard cannot be saved (${text})`, {
      hint: 'is the disk full, or does it fail? It is tried again by itself, and with each command',
    })
  }
  /** All of them in one transaction; the batch is null when nothing has changed. */
  const save = (requests: readonly Request[]) => {
    const from = store.seq
    const transaction = createTransaction({ ...parts, newId })
    try {
      writer.begin()
      const replies = requests.map((request) => transaction.carryOut(request))
      // A commit that writes nothing succeeds on a full disk too and would prove nothing.
      if (readOnly !== null) writer.probe()
      writer.commit()
      if (readOnly !== null) log.info('commits work again')
      readOnly = null
      const { changes, touched } = transaction
      const batch = changes.length > 0 ? { from, seq: store.seq, changes, touched } : null
      return { replies, batch }
    } catch (error) {
      transaction.undo()
      writer.rollback()
      const failed = err(commitFailed(error))
      return { replies: requests.map(() => failed), batch: null }
    } finally {
      transaction.leave()
    }
  }
  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    parts.defer(() => {
      isScheduled = false
      flush()
      if (queue.length > 0) schedule()
    })
  }
  const flush = (): void => {
    const items = queue.slice(0, MAX_BATCH)
    queue = queue.slice(items.length)
    if (items.length === 0 && (readOnly === null || isClosed)) return
    const wasReadOnly = readOnly !== null
    const { replies, batch } = save(items)
    if (batch) committed.emit(batch)
    if (!wasReadOnly && readOnly !== null) failures.emit()
    items.forEach((item, i) => item.resolve(replies[i] ?? fail('internal', 'no reply')))
  }
  return {
    dispatch(command: AnyCommand, by: Actor, commandId?: string): Promise<Result<Reply, Failure>> {
      if (isClosed || isStale)
        return Promise.resolve(fail('locked', 'this yard is being closed', { hint: 'try again' }))
      return new Promise((resolve) => {
        queue.push({ command, by, commandId, resolve })
        schedule()
      })
    },
    onCommitted: (listener: (batch: CommittedBatch) => void) => committed.on(listener),
    /** Why the last commit failed; null while commits work. */
    readOnly: (): string | null => readOnly,
    /** From now on nothing can be saved. Called once for each time. */
    onReadOnly: (listener: () => void) => failures.on(listener),
    /** Tries whether commits work again; nothing while they do. */
    retry(): void {
      if (readOnly !== null && !isClosed) schedule()
    },
    /** Refuses new commands from now on; what is queued is still carried out. */
    close(): void {
      while (queue.length > 0) flush()
      isClosed = true
    },
  }
}
