/**
 * The one door for every change of state. Commands of one turn share a transaction, each in a savepoint and each seeing
 * what those before it staged. Replies and news go out after COMMIT; when COMMIT fails, everything staged is taken back,
 * the caller hears `read-only`, and the next command tries again.
 */
import { errorText } from '../base/text.ts'
import { createEmitter } from '../base/emitter.ts'
import { err, type Result } from '../base/result.ts'
import type { Actor, AnyCommand, Reply } from '../domain/command.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { CommittedBatch } from './committed.ts'
import { createStage, type Request, type StageParts } from './batch.ts'

export interface Dispatcher {
  dispatch(command: AnyCommand, by: Actor, commandId?: string): Promise<Result<Reply, Failure>>
  onCommitted(listener: (batch: CommittedBatch) => void): () => void
  /** Why the last commit failed; null while commits work. */
  readOnly(): string | null
  /** From now on nothing can be saved. Called once for each time. */
  onReadOnly(listener: () => void): () => void
  /** Tries whether commits work again; nothing while they do. */
  retry(): void
  /** Refuses new commands from now on; what is queued is still carried out. */
  close(): void
}

/** `decide` stands in for the domain's own function; for tests that plant faults. */
export interface DispatcherParts extends Omit<StageParts, 'newId'> {
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

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const news = createEmitter<CommittedBatch>((error) =>
    parts.log.error('a listener of commits threw', { error: String(error) }),
  )
  const failures = createEmitter<void>((error) =>
    parts.log.error('a listener of failed commits threw', { error: String(error) }),
  )
  const saver = createSaver(parts)
  let queue: Item[] = []
  let isScheduled = false
  let isClosed = false

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
    if (items.length === 0 && (saver.readOnly() === null || isClosed)) return
    const wasReadOnly = saver.readOnly() !== null
    const { replies, batch } = saver.save(items)
    if (batch) news.emit(batch)
    if (!wasReadOnly && saver.readOnly() !== null) failures.emit()
    items.forEach((item, i) => item.resolve(replies[i] ?? err(failure('internal', 'no reply'))))
  }
  return {
    dispatch(command, by, commandId) {
      if (isClosed || saver.isStale())
        return Promise.resolve(
          err(failure('locked', 'this yard is being closed', { hint: 'try again' })),
        )
      return new Promise((resolve) => {
        queue.push({ command, by, commandId, resolve })
        schedule()
      })
    },
    onCommitted: (listener) => news.on(listener),
    readOnly: saver.readOnly,
    onReadOnly: (listener) => failures.on(listener),
    retry() {
      if (saver.readOnly() !== null && !isClosed) schedule()
    },
    close() {
      while (queue.length > 0) flush()
      isClosed = true
    },
  }
}

interface Saver {
  /** All of them in one transaction; the batch is null when nothing has changed. */
  save(requests: readonly Request[]): {
    readonly replies: readonly Result<Reply, Failure>[]
    readonly batch: CommittedBatch | null
  }
  readOnly(): string | null
  isStale(): boolean
}

function createSaver(parts: DispatcherParts): Saver {
  const { writer, store, log } = parts
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
  return {
    save(requests) {
      const from = store.seq
      const stage = createStage({ ...parts, newId })
      try {
        writer.begin()
        const replies = requests.map((request) => stage.carryOut(request))
        // A commit that writes nothing succeeds on a full disk too and would prove nothing.
        if (readOnly !== null) writer.probe()
        writer.commit()
        if (readOnly !== null) log.info('commits work again')
        readOnly = null
        const { changes, touched } = stage
        return {
          replies,
          batch: changes.length > 0 ? { from, seq: store.seq, changes, touched } : null,
        }
      } catch (error) {
        stage.undo()
        writer.rollback()
        const failed = err(commitFailed(error))
        return { replies: requests.map(() => failed), batch: null }
      } finally {
        stage.leave()
      }
    },
    readOnly: () => readOnly,
    isStale: () => isStale,
  }
}
