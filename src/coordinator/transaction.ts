/** One transaction: each command in a savepoint, its changes applied to the plan at once and undone if it fails. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Actor, AnyCommand, ChangeTasks, Command, Reply } from '../domain/command.ts'
import { decide } from '../domain/decide/decide.ts'
import { nameOf } from '../domain/decide/decision.ts'
import { permit } from '../domain/permissions.ts'
import { evolve } from '../domain/evolve/evolve.ts'
import { fail, failure, type Failure } from '../domain/failure.ts'
import type { TaskId } from '../domain/ids.ts'
import { type EntityChange, isAddition, type MutablePlan } from '../domain/plan.ts'
import type { StoredReply } from '../store/read.ts'
import type { Store, StoreWriter } from '../store/store.ts'
import { fingerprintOf } from '../store/fingerprint.ts'

export interface Request {
  readonly command: AnyCommand
  readonly by: Actor
  readonly commandId: string | undefined
}

export interface TransactionParts {
  readonly plan: MutablePlan
  readonly store: Store
  readonly writer: StoreWriter
  readonly clock: Clock
  readonly log: Log
  readonly newId: () => string
  readonly decide?: typeof decide
}

export function createTransaction(parts: TransactionParts) {
  const { plan, writer } = parts
  const changes: EntityChange[] = []
  const touched = new Set<TaskId>()
  /** By this very transaction. */
  const replied = new Map<string, StoredReply>()
  plan.onTouched = (id) => touched.add(id)

  /** Newest first, by putting the old entities. */
  const undoTo = (mark: number): void => {
    while (changes.length > mark) {
      const change = changes.pop()
      if (change) plan.put(reversed(change))
    }
  }
  const applyOne = (command: Command, by: Actor): Result<Reply, Failure> => {
    const at = parts.clock.now()
    const decision = (parts.decide ?? decide)(plan, command, { at, by, newId: parts.newId })
    if (!decision.ok) return decision
    const name = nameOf(by)
    for (const event of decision.value.events) {
      const facts = { at, event: event.type, by: name }
      for (const change of evolve(plan, event)) {
        plan.put(change)
        changes.push(change)
        writer.write(change, facts)
      }
    }
    return ok(decision.value.reply)
  }
  const applyAll = (command: ChangeTasks, by: Actor): Result<Reply, Failure> => {
    const forbidden = permit(plan, by, command)
    if (forbidden) return err(forbidden)
    const replies = command.commands.map((each, index) => {
      const reply = applyOne(each, by)
      // Only a throw takes back what the commands before it have written.
      if (!reply.ok) throw new RefusedChange(reply.error, index)
      return reply.value
    })
    return ok({ ids: replies.flatMap(({ ids }) => ids), replies })
  }
  const apply = (request: Request): Result<Reply, Failure> => {
    const { command, by } = request
    const reply = command.type === 'tasks.change' ? applyAll(command, by) : applyOne(command, by)
    const key = replyKeyOf(request)
    if (reply.ok && key !== null) {
      const saved = { ...reply.value, of: fingerprintOf(command) }
      writer.saveReply(key, parts.clock.now(), saved)
      replied.set(key, saved)
    }
    return reply
  }
  return {
    changes,
    touched,
    /** Throws when the whole transaction must be undone: the disk is full, the ownership is lost. */
    carryOut(request: Request): Result<Reply, Failure> {
      const key = replyKeyOf(request)
      const known = key === null ? null : (replied.get(key) ?? parts.store.replyOf(key))
      if (known) return repeated(request, known, fingerprintOf(request.command))
      const mark = changes.length
      try {
        return writer.savepoint(() => apply(request))
      } catch (error) {
        undoTo(mark)
        if (error instanceof RefusedChange) return err(error.failure)
        if (isStoreFailure(error)) throw error
        return err(inside(parts.log, request.command, error))
      }
    },
    undo: () => undoTo(0),
    /** The plan reports touched tasks to it no more. */
    leave: () => void (plan.onTouched = null),
  }
}

class RefusedChange extends Error {
  readonly failure: Failure
  constructor(why: Failure, index: number) {
    super(why.message)
    this.failure = refusedAt(index, why)
  }
}

/** Of several commands the one at `index` is refused. */
export const refusedAt = (index: number, why: Failure): Failure => ({
  ...why,
  facts: { ...why.facts, change: index },
})

/** What the caller is told of an error that is no failure of the storage. */
export function inside(log: Log, command: AnyCommand, error: unknown): Failure {
  log.error('a command failed inside', {
    type: command.type,
    error: error instanceof Error ? error.stack : String(error),
  })
  return failure('internal', `${command.type} failed inside: ${String(error)}`, {
    hint: 'yard service logs has the details',
  })
}

/** The same change backwards: what undoes it exactly. */
export function reversed(change: EntityChange): EntityChange {
  if (isAddition(change)) return change
  // Both are of one type, which a union cannot say.
  return { ...change, before: change.after, after: change.before } as EntityChange
}

/** Errors that one command's own values can cause; all others of SQLite are the storage's. */
const OF_ONE_COMMAND = /^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE|MISUSE|ERROR)/

const sqliteCode = (error: object): string =>
  'code' in error && String(error.code).startsWith('SQLITE_') ? String(error.code) : ''

/** Full, failing or read-only storage, or lost ownership: the whole transaction must be undone, not one command. */
export function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = sqliteCode(error)
  return error.name === 'StaleOwner' || (code !== '' && !OF_ONE_COMMAND.test(code))
}

/** A value that cannot be written, by SQLite or as JSON. */
export const isFaultOfARow = (error: unknown): boolean =>
  error instanceof TypeError ||
  error instanceof RangeError ||
  (error instanceof Error && OF_ONE_COMMAND.test(sqliteCode(error)))

/** The reply that the command had the first time. Replies of earlier programs do not say which command they answered. */
export function repeated(
  { commandId }: Request,
  known: StoredReply,
  print: string,
): Result<Reply, Failure> {
  const { of, ...reply } = known
  if (of === undefined || of === print) return ok(reply)
  return fail('in-use', `the commandId ${JSON.stringify(commandId)} was used for another command`, {
    hint: 'give each command an id of its own; only the same request may repeat one',
    facts: { field: 'commandId' },
  })
}

/** A reply is stored per actor, so that an id used by two of them never gives one the reply of the other. */
export const replyKeyOf = ({ by, commandId }: Request): string | null =>
  commandId === undefined ? null : `${by.kind === 'agent' ? by.agentId : by.kind} ${commandId}`
