/**
 * The one door for every change of state. Commands of one turn share a transaction, each in a savepoint and each seeing
 * what those before it staged. Replies and news go out after COMMIT; when COMMIT fails, everything staged is taken back,
 * the caller hears `read-only`, and the next command tries again.
 */
import type { Clock } from '../base/clock.ts'
import { createEmitter } from '../base/emitter.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Actor, Command, Reply } from '../domain/command.ts'
import { decide } from '../domain/decide/decide.ts'
import { nameOf } from '../domain/decide/decision.ts'
import { evolve } from '../domain/evolve.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { TaskId } from '../domain/ids.ts'
import type { EntityChange, MutablePlan } from '../domain/plan.ts'
import type { Store, StoreWriter } from '../store/store.ts'
import type { CommittedBatch } from './committed.ts'

export interface Dispatcher {
  dispatch(command: Command, by: Actor, commandId?: string): Promise<Result<Reply, Failure>>
  onCommitted(listener: (batch: CommittedBatch) => void): () => void
  /** Why the last commit failed; null while commits work. */
  readOnly(): string | null
  /** Tries whether commits work again; nothing while they do. */
  retry(): void
  /** Refuses new commands from now on; what is queued is still carried out. */
  close(): void
}

export interface DispatcherParts {
  readonly plan: MutablePlan
  readonly store: Store
  readonly writer: StoreWriter
  readonly clock: Clock
  readonly log: Log
  /** Runs the work at the end of this turn of the loop. */
  readonly defer: (run: () => void) => void
  /** Makes ids of log lines and artifacts unique over owners. */
  readonly ownerEpoch: number
  /** Another process owns the yard now: stop everything. */
  readonly onStale: () => void
  /** Decides in place of the domain's own function; for tests that plant faults. */
  readonly decide?: typeof decide
}

interface Item {
  readonly command: Command
  readonly by: Actor
  readonly commandId: string | undefined
  readonly resolve: (reply: Result<Reply, Failure>) => void
}

/** More would keep the loop from its other work; the rest follows in the next turn. */
const MAX_BATCH = 256

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { plan, writer, store, log, clock } = parts
  const news = createEmitter<CommittedBatch>((error) =>
    log.error('a listener of commits threw', { error: String(error) }),
  )
  let queue: Item[] = []
  let isScheduled = false
  let isClosed = false
  let readOnly: string | null = null
  let idCount = 0
  const newId = (): string => `${parts.ownerEpoch.toString(36)}.${(++idCount).toString(36)}`
  const decideWith = parts.decide ?? decide

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
    if (items.length > 0) runBatch(items)
  }

  const runBatch = (items: readonly Item[]): void => {
    const from = store.seq
    const changes: EntityChange[] = []
    const touched = new Set<TaskId>()
    plan.onTouched = (id) => touched.add(id)
    let replies: Result<Reply, Failure>[] = []
    try {
      writer.begin()
      replies = items.map((item) => runItem(item, changes))
      writer.commit()
      if (readOnly !== null) log.info('commits work again')
      readOnly = null
    } catch (error) {
      undo(changes, 0)
      writer.rollback()
      replies = items.map(() => err(commitFailed(error)))
    }
    plan.onTouched = null
    if (changes.length > 0) news.emit({ from, seq: store.seq, changes, touched })
    items.forEach((item, i) => item.resolve(replies[i] ?? err(failure('internal', 'no reply'))))
  }

  const runItem = (item: Item, changes: EntityChange[]): Result<Reply, Failure> => {
    const known = item.commandId === undefined ? null : store.replyOf(item.commandId)
    if (known) return ok(known)
    const mark = changes.length
    try {
      return writer.savepoint(() => carryOut(item, changes))
    } catch (error) {
      undo(changes, mark)
      if (isDiskTrouble(error)) throw error
      log.error('a command failed inside', {
        type: item.command.type,
        error: error instanceof Error ? error.stack : String(error),
      })
      return err(
        failure('internal', `${item.command.type} failed inside: ${String(error)}`, {
          hint: 'yard service logs has the details',
        }),
      )
    }
  }

  const carryOut = (item: Item, changes: EntityChange[]): Result<Reply, Failure> => {
    const at = clock.now()
    const decision = decideWith(plan, item.command, { at, by: item.by, newId })
    if (!decision.ok) return decision
    const by = nameOf(item.by)
    for (const event of decision.value.events)
      for (const change of evolve(plan, event)) {
        plan.put(change)
        changes.push(change)
        writer.write(change, { at, event: event.type, by })
      }
    if (item.commandId !== undefined) writer.saveReply(item.commandId, at, decision.value.reply)
    return ok(decision.value.reply)
  }

  /** Takes back what was put since `mark`, newest first, by putting the old entities. */
  const undo = (changes: EntityChange[], mark: number): void => {
    while (changes.length > mark) {
      const change = changes.pop()
      if (change) plan.put(reversed(change))
    }
  }

  const commitFailed = (error: unknown): Failure => {
    const text = error instanceof Error ? error.message : String(error)
    if (error instanceof Error && error.name === 'StaleOwner') {
      isClosed = true
      log.error('another owner has taken over; this one stops')
      parts.onStale()
      return failure('locked', 'this owner was replaced by another; nothing was changed', {
        hint: 'try again',
      })
    }
    if (readOnly !== text) log.error('nothing can be saved', { error: text })
    readOnly = text
    return failure('read-only', `nothing was changed: the yard cannot be saved (${text})`, {
      hint: 'free some space on the disk; it is tried again with each command',
    })
  }

  return {
    dispatch(command, by, commandId) {
      if (isClosed)
        return Promise.resolve(
          err(failure('locked', 'this yard is being closed', { hint: 'try again' })),
        )
      return new Promise((resolve) => {
        queue.push({ command, by, commandId, resolve })
        schedule()
      })
    },
    onCommitted: (listener) => news.on(listener),
    readOnly: () => readOnly,
    close() {
      while (queue.length > 0) flush()
      isClosed = true
    },
  }
}

/** The same change backwards: what undoes it exactly. Log lines and artifacts are not in the plan. */
function reversed(change: EntityChange): EntityChange {
  switch (change.entity) {
    case 'log':
    case 'artifact':
      return change
    case 'task':
      return { ...change, before: change.after, after: change.before }
    case 'agent':
      return { ...change, before: change.after, after: change.before }
    case 'dependency':
      return { ...change, before: change.after, after: change.before }
    case 'breaker':
      return { ...change, before: change.after, after: change.before }
    case 'yard':
      return { ...change, before: change.after, after: change.before }
  }
}

/** Full, broken or read-only storage, or a lost place as owner: the whole batch must go, not one command. */
function isDiskTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return (
    error.name === 'StaleOwner' ||
    /^SQLITE_(FULL|IOERR|READONLY|BUSY|CORRUPT|CANTOPEN|NOMEM)/.test(code)
  )
}
