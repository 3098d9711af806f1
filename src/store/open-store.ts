/** Opens a yard's database: schema, owner epoch, writer. The only file that makes a connection to `yard.db`. */
import Database from 'better-sqlite3'
import { errorCode, errorText } from '../base/text.ts'
import { err, invariant, ok, type Result } from '../base/result.ts'
import { fail, failure, type Failure } from '../domain/failure.ts'
import type { EntityChange, RootPlan } from '../domain/plan.ts'
import { type Journal, openJournal, type RowFacts } from './journal.ts'
import { migrate } from './migrate.ts'
import { type Forecasts, prepareForecasts } from './forecasts.ts'
import { prepareJudging } from './judging.ts'
import { prepareMailReads, prepareTokenUse } from './mail/mail-reads.ts'
import { prepareHistory } from './history.ts'
import { highestAgentNumber, loadPlan, prepareReads, type StoredReply } from './read.ts'
import { prepareSpending } from './spending.ts'
import { prepareTries } from './tries.ts'
import { prepareReplies, prepareTables } from './tables.ts'
import { createWriteBuffer, type WriteBuffer } from './write-buffer.ts'
import { knowRowsOfTasks, type RowsOfTasks } from './rows-of-tasks.ts'
import type { ReplyRow, Store, StoreWriter } from './store.ts'
import { openLargeWrites } from './large/large-write.ts'
import { setFlagsFromString } from 'node:v8'

type Synchronous = 'normal' | 'full'

export interface OpenStore {
  readonly store: Store
  readonly writer: StoreWriter
  readonly plan: RootPlan
  /** Furniture of the page; written inside `writer.begin` and `commit`. */
  readonly positions: ReturnType<typeof preparePositions>
  /** When tokens were last used; its writes as those of positions. */
  readonly tokenUse: ReturnType<typeof prepareTokenUse>
  /** What forecasts are made of, and what became of them; its writes as those of positions. */
  readonly forecasts: Forecasts
  /** Highest agent number ever used, ended agents included. */
  readonly lastAgentNumber: number
  readonly ownerEpoch: number
  /** `normal`: a power loss may take the last commits, never the order or the whole; `full`: each commit is on the disk. */
  setSynchronous(level: Synchronous): void
  /** As SQLite has it in force. */
  synchronous(): Synchronous | 'unknown'
  /** Pages beyond which SQLite says that the disk is full; 0 = no limit of its own. */
  setMaxPages(pages: number): void
  close(): void
}

interface OpenStoreOptions {
  /** File, or `:memory:`. */
  readonly path: string
  readonly at: number
  readonly synchronous?: Synchronous
  readonly copyPath?: (fromVersion: number) => string
  /** Called between slices of loading. */
  readonly breathe?: () => Promise<void>
  /** The file of the thread that writes large changes; without it they are written as all others are. */
  readonly largeWriteEntry?: string | undefined
}

export async function openStore(options: OpenStoreOptions): Promise<Result<OpenStore, Failure>> {
  let db: Database.Database | null = null
  try {
    db = new Database(options.path, { timeout: 5000 })
    const opened = await prepare(db, options)
    if (!opened.ok) db.close()
    return opened
  } catch (error) {
    db?.close()
    return err(openFailure(options.path, error))
  }
}

function openFailure(path: string, error: unknown): Failure {
  const code = errorCode(error)
  const hint =
    code === 'SQLITE_FULL' || code === 'ENOSPC' || code.startsWith('SQLITE_IOERR')
      ? 'free some space on the disk and try again'
      : code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN')
        ? 'is the folder writable?'
        : 'yard restore brings back the newest backup'
  return failure('io', `the database ${path} cannot be opened: ${errorText(error)}`, {
    hint,
    facts: { code },
  })
}

async function prepare(
  db: Database.Database,
  options: OpenStoreOptions,
): Promise<Result<OpenStore, Failure>> {
  const level = (to: Synchronous): void => void db.pragma(`synchronous = ${to}`)
  db.pragma('journal_mode = WAL')
  db.pragma('foreign_keys = ON')
  level(options.synchronous ?? 'normal')
  db.pragma('wal_autocheckpoint = 4000')
  const migrated = migrate(db, { at: options.at, copyPath: options.copyPath ?? null })
  if (!migrated.ok) return migrated
  const ownerEpoch = raiseEpoch(db)
  const plan = await withSmallYoungGeneration(() =>
    loadPlan(db, options.breathe ?? (async () => {})),
  )
  const journal = openJournal(db)
  const rows = knowRowsOfTasks(db)
  const store = openReader(db, journal, rows)
  const buffer = createWriteBuffer(journal, prepareTables(db, rows).write)
  const writer = openWriter(db, buffer, journal, ownerEpoch)
  const { path, largeWriteEntry: entry } = options
  const isInMemory = path === ':memory:' || path === ''
  const large =
    entry === undefined || isInMemory
      ? null
      : openLargeWrites({ db, entry, ownerEpoch, rows, writer })
  // Prepared when first asked for: a short command never asks.
  let forecasts: Forecasts | null = null
  return ok({
    store,
    writer: Object.assign(writer, { large }),
    plan,
    positions: preparePositions(db),
    tokenUse: prepareTokenUse(db),
    get forecasts() {
      return (forecasts ??= prepareForecasts(db))
    },
    lastAgentNumber: highestAgentNumber(db),
    ownerEpoch,
    setSynchronous: level,
    synchronous: () => LEVELS[Number(db.pragma('synchronous', { simple: true }))] ?? 'unknown',
    setMaxPages: (pages) => void db.pragma(`max_page_count = ${pages || 0xfffffffe}`),
    close: () => void db.close(),
  })
}

/** By SQLite's own numbers. */
const LEVELS: Readonly<Record<number, Synchronous>> = { 1: 'normal', 2: 'full' }

function raiseEpoch(db: Database.Database): number {
  const raise = db
    .prepare(
      "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'owner_epoch' RETURNING value",
    )
    .pluck()
  return Number(db.transaction(() => raise.get()).immediate())
}

function openReader(db: Database.Database, journal: Journal, rows: RowsOfTasks): Store {
  return {
    get seq() {
      return journal.seq
    },
    ...prepareReads(db, rows),
    past: prepareHistory(db),
    spending: prepareSpending(db),
    judging: prepareJudging(db),
    mail: prepareMailReads(db),
    tries: prepareTries(db),
    journal: (since, limit) => journal.read(since, limit),
    async copyTo(path) {
      try {
        await db.backup(path)
        return ok(undefined)
      } catch (error) {
        return fail('io', `the copy ${path} could not be written: ${errorText(error)}`, {
          hint: 'is there space, and is the folder writable?',
        })
      }
    },
  }
}

function openWriter(
  db: Database.Database,
  buffer: WriteBuffer,
  journal: Journal,
  ownerEpoch: number,
) {
  const sql = prepareWriting(db)
  const replies = prepareReplies(db)
  /** Of this transaction, kept until its commit as its rows are: what is refused takes its reply with it. */
  let unsaved: ReplyRow[] = []
  let committedSeq = journal.seq
  /** A commit that failed may have reached the disk all the same; then plan and tables have parted. */
  let isInDoubt = false
  let beside: PromiseWithResolvers<void> | null = null
  return {
    begin() {
      invariant(!beside, 'a large change is being written')
      // What a failed rollback has left open would refuse every later transaction.
      if (db.inTransaction) sql.rollback.run()
      sql.begin.run()
      const isOwner = Number(sql.epoch.get()) === ownerEpoch
      if (!isOwner || (isInDoubt && journal.stored() !== committedSeq)) {
        sql.rollback.run()
        throw new StaleOwner(isOwner ? PARTED : REPLACED)
      }
      isInDoubt = false
    },
    savepoint<T>(run: () => T): T {
      const before = { rows: buffer.length(), replies: unsaved.length }
      try {
        return run()
      } catch (error) {
        buffer.cutTo(before.rows)
        unsaved.length = before.replies
        throw error
      }
    },
    write: (change: EntityChange, facts: RowFacts) => buffer.add(change, facts),
    saveReply(id: string, at: number, reply: StoredReply) {
      unsaved.push({ id, at, text: JSON.stringify(reply) })
    },
    probe: () => void sql.probe.run(),
    commit() {
      buffer.flush()
      const all = unsaved
      unsaved = []
      replies.save(all)
      sql.commit.run()
      committedSeq = journal.seq
    },
    rollback() {
      buffer.cutTo(0)
      unsaved = []
      journal.rewind(committedSeq)
      isInDoubt = true
      try {
        if (db.inTransaction) sql.rollback.run()
      } catch {
        // `begin` tries again, and says so when it fails there too
      }
    },
    async free(): Promise<void> {
      while (beside) await beside.promise
    },
    /** From now on another connection writes. Gives the last sequence number. */
    standBack(): number {
      invariant(!beside, 'a large change is being written')
      if (db.inTransaction) sql.rollback.run()
      beside = Promise.withResolvers()
      return committedSeq
    },
    /** What the other connection wrote is there up to this row, as far as readers are told. */
    tell: (seq: number) => journal.rewind(seq),
    /** `seq`: the last one that it has committed; null when that is not known. */
    standIn(seq: number | null): void {
      isInDoubt ||= seq === null
      committedSeq = seq ?? committedSeq
      journal.rewind(committedSeq)
      beside?.resolve()
      beside = null
    },
  }
}

const prepareWriting = (db: Database.Database) => ({
  begin: db.prepare('BEGIN IMMEDIATE'),
  commit: db.prepare('COMMIT'),
  rollback: db.prepare('ROLLBACK'),
  epoch: db.prepare("SELECT value FROM meta WHERE key = 'owner_epoch'").pluck(),
  probe: db.prepare("UPDATE meta SET value = value WHERE key = 'owner_epoch'"),
})

const REPLACED = 'another owner has taken over this yard'
const PARTED = 'the database holds a commit that this owner saw fail'

/** Another process has become the owner, or the plan is not what the tables say: this owner must stop at once and write nothing more. */
class StaleOwner extends Error {
  override readonly name = 'StaleOwner'
}

/** Where a person put a node. Not in the journal: it is removed with its task, and nothing that runs depends on it. */
type StoredPosition = { readonly x: number; readonly y: number }

function preparePositions(db: Database.Database) {
  const select = db.prepare('SELECT task_id, x, y FROM position')
  const put = db.prepare(
    'INSERT INTO position (task_id, x, y) VALUES (?, ?, ?) ON CONFLICT (task_id) DO UPDATE SET x = excluded.x, y = excluded.y',
  )
  const remove = db.prepare('DELETE FROM position WHERE task_id = ?')
  return {
    all(): Map<string, StoredPosition> {
      const rows = select.all() as { task_id: string; x: number; y: number }[]
      return new Map(rows.map(({ task_id, x, y }) => [task_id, { x, y }]))
    },
    /** Inside a transaction of the writer. Null takes one out. Throws for a task that is not there. */
    set(taskId: string, position: StoredPosition | null): void {
      if (position) put.run(taskId, position.x, position.y)
      else remove.run(taskId)
    },
  }
}

/** V8's own value. */
const USUAL_GROWTH = 2

/**
 * While a yard is read, everything that is allocated stays. V8 would grow its young generation for it, to 48 MB that are never
 * needed again; this prevents it meanwhile. V8 reads the flag at each collection, so it can be set at any time.
 */
async function withSmallYoungGeneration<T>(run: () => Promise<T>): Promise<T> {
  setFlagsFromString('--semi-space-growth-factor=1')
  try {
    return await run()
  } finally {
    setFlagsFromString(`--semi-space-growth-factor=${USUAL_GROWTH}`)
  }
}
