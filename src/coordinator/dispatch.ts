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
import type { EntityChange, RootPlan } from '../domain/plan.ts'
import { carryOutLarge, isLarge, LARGE } from './large-change.ts'
import {
  createTransaction,
  inside,
  isFaultOfARow,
  isStoreFailure,
  type Request,
  type TransactionParts,
} from './transaction.ts'
import type { LargeChange } from '../store/store.ts'

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
export interface DispatcherParts extends Omit<TransactionParts, 'newId' | 'plan'> {
  readonly plan: RootPlan
  /** Runs the work at the end of this turn of the loop. */
  readonly defer: (run: () => void) => void
  /** Makes ids of log lines and artifacts unique over owners. */
  readonly ownerEpoch: number
  /** Another process owns the yard now: stop everything. Called once. */
  readonly onStale: () => void
  /** Tasks from which on a change is carried out in pieces. */
  readonly largeFrom?: number
}

interface SavedAll {
  readonly replies: readonly Result<Reply, Failure>[]
  readonly batches: readonly CommittedBatch[]
}

type Saved = SavedAll | { readonly error: unknown }

interface Item extends Request {
  readonly resolve: (reply: Result<Reply, Failure>) => void
}

const isOfThread = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ThreadEnded'

/** More would keep the loop from its other work; the rest follows in the next turn. */
const MAX_BATCH = 256

export function createDispatcher(parts: DispatcherParts) {
  const { writer, store, log } = parts
  const committed = createEmitter<CommittedBatch>((error) =>
    log.error('a listener of commits threw', { error: String(error) }),
  )
  const ended = createEmitter<void>((error) =>
    log.error('a listener of large changes threw', { error: String(error) }),
  )
  const failures = createEmitter<void>((error) =>
    log.error('a listener of failed commits threw', { error: String(error) }),
  )
  let queue: Item[] = []
  let isScheduled = false
  let isClosed = false
  let readOnly: string | null = null
  let isStale = false
  /** The large change that is under way, and what is left of it behind its end. */
  let large: Promise<void> | null = null
  let leftover = Promise.resolve()
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
  const saveTogether = (requests: readonly Request[]): Saved => {
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
      return { replies, batches: batch ? [batch] : [] }
    } catch (error) {
      transaction.undo()
      writer.rollback()
      return { error }
    } finally {
      transaction.leave()
    }
  }
  /** A row that cannot be written is one command's fault: each is carried out alone then, and only that one is refused. */
  const save = (requests: readonly Request[]): SavedAll => {
    const saved = saveTogether(requests)
    if (!('error' in saved)) return saved
    const { error } = saved
    if (!isFaultOfARow(error)) {
      const failed = err(commitFailed(error))
      return { replies: requests.map(() => failed), batches: [] }
    }
    const [only] = requests
    if (only && requests.length === 1)
      return { replies: [err(inside(log, only.command, error))], batches: [] }
    const each = requests.map((request) => save([request]))
    return {
      replies: each.flatMap(({ replies }) => replies),
      batches: each.flatMap(({ batches }) => batches),
    }
  }
  const schedule = (): void => {
    if (isScheduled || large) return
    isScheduled = true
    parts.defer(() => {
      isScheduled = false
      flush()
      if (queue.length > 0) schedule()
    })
  }
  const isLargeItem = ({ command }: Item): boolean =>
    writer.large !== null && isLarge(command, parts.largeFrom ?? LARGE)
  const flush = (): void => {
    if (large) return
    const [first] = queue
    if (first && isLargeItem(first)) {
      queue = queue.slice(1)
      large = carryOut(first).finally(() => {
        large = null
        if (queue.length > 0) schedule()
      })
      return
    }
    const upTo = queue.findIndex(isLargeItem)
    const items = queue.slice(0, upTo < 0 ? MAX_BATCH : Math.min(upTo, MAX_BATCH))
    queue = queue.slice(items.length)
    if (items.length === 0 && (readOnly === null || isClosed)) return
    saveAndTell(items)
  }
  const saveAndTell = (items: readonly Item[]): void => {
    const wasReadOnly = readOnly !== null
    const { replies, batches } = save(items)
    for (const batch of batches) committed.emit(batch)
    if (!wasReadOnly && readOnly !== null) failures.emit()
    items.forEach((item, i) => item.resolve(replies[i] ?? fail('internal', 'no reply')))
  }
  const beginLarge = (): LargeChange | null => {
    try {
      return writer.large?.begin() ?? null
    } catch (error) {
      log.error('a large change is carried out at once', { why: errorText(error) })
      return null
    }
  }
  /** A large one; what comes meanwhile waits for its end. */
  const carryOut = async (item: Item): Promise<void> => {
    const change = beginLarge()
    if (!change) return saveAndTell([item])
    leftover = change.gone
    const wasReadOnly = readOnly !== null
    const reply = await attemptLarge(item, change)
    await change.end()
    if (reply === 'unable') return saveAndTell([item])
    // Who waits for a commit looks again, now that others can begin.
    if (!wasReadOnly && readOnly !== null) failures.emit()
    ended.emit()
    item.resolve(reply)
  }
  const attemptLarge = async (
    item: Item,
    change: LargeChange,
  ): Promise<Result<Reply, Failure> | 'unable'> => {
    try {
      const emit = committed.emit
      const reply = await carryOutLarge({ ...parts, newId, emit }, item, change)
      if (reply.ok && readOnly !== null) {
        log.info('commits work again')
        readOnly = null
      }
      return reply
    } catch (error) {
      if (isStoreFailure(error)) return err(commitFailed(error))
      if (!isOfThread(error)) return err(inside(log, item.command, error))
      log.error('a large change is carried out at once', { why: errorText(error) })
      return 'unable'
    }
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
    /** A large change is under way: nothing else is committed meanwhile, and what is told of it is told in pieces. */
    isBusy: (): boolean => large !== null,
    /** Called after the end of each large change, carried out or not. */
    onLargeEnded: (listener: () => void) => ended.on(listener),
    /** Refuses new commands from now on; what is queued is still carried out. At once, unless a large one is among them. */
    async close(): Promise<void> {
      for (;;) {
        while (queue.length > 0 && !large) flush()
        if (!large) break
        isClosed = true
        await large
      }
      isClosed = true
      await leftover
    },
  }
}
