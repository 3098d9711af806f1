/**
 * Who has how many agents on this machine: one small database per user, shared by all owners of yards. What one owner takes and
 * what another counts is one transaction, so two never get the same last place. A row outlives its owner, because its agents do.
 * Every function may throw what SQLite throws.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'

/** The process that keeps a row; another with the same pid is another. */
export type SlotOwner = { readonly pid: number; readonly startTime: string }

export interface SlotRow {
  /** Absolute folder of the yard. */
  readonly yard: string
  readonly agents: readonly string[]
  /** Places of agents that are about to be claimed. */
  readonly reserved: number
  /** Null once the owner has let go of the yard. */
  readonly owner: SlotOwner | null
  /** Ms since 1970: when it was written. */
  readonly at: number
  /** Of its writing; another means that it was written again. */
  readonly version: number
}

interface SlotRequest {
  readonly agents: readonly string[]
  /** At most so many more. */
  readonly wanted: number
  /** Over all yards. */
  readonly cap: number
  readonly at: number
}

export interface TakenSlots {
  readonly given: number
  /** What all other yards have. */
  readonly others: number
}

export type SlotBook = ReturnType<typeof preparePlaceBook>

/** Longer than any transaction here; shorter than anybody notices. */
const BUSY_MS = 40

/**
 * `file`: another for each form of the table, so that programs of two versions never misread each other. `bootId`: rows of
 * another boot, or of another machine that shares this home, are not seen.
 */
export function openSlotBook(file: string, bootId: string): SlotBook {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const db = new Database(file, { timeout: BUSY_MS })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    db.exec(
      `CREATE TABLE IF NOT EXISTS places (boot TEXT NOT NULL, yard TEXT NOT NULL, agents TEXT NOT NULL, living INTEGER NOT NULL,
        reserved INTEGER NOT NULL, owner TEXT NOT NULL, at INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (boot, yard)) STRICT`,
    )
    return preparePlaceBook(db, bootId)
  } catch (error) {
    db.close()
    throw error
  }
}

const PUT = `INSERT INTO places (boot, yard, agents, living, reserved, owner, at, version) VALUES (?, ?, ?, ?, ?, ?, ?, 1)
  ON CONFLICT (boot, yard) DO UPDATE SET agents = excluded.agents, living = excluded.living,
    reserved = excluded.reserved, owner = excluded.owner, at = excluded.at, version = version + 1`

function preparePlaceBook(db: Database.Database, boot: string) {
  const others = db
    .prepare<[string, string], number>(
      'SELECT coalesce(sum(living + reserved), 0) FROM places WHERE boot = ? AND yard <> ?',
    )
    .pluck()
  const all = db.prepare<[string], StoredPlace>('SELECT * FROM places WHERE boot = ?')
  const put = db.prepare(PUT)
  const drop = db.prepare('DELETE FROM places WHERE boot = ? AND yard = ?')
  const versionOf = db
    .prepare<[string, string], number>('SELECT version FROM places WHERE boot = ? AND yard = ?')
    .pluck()
  const write = (row: Omit<SlotRow, 'version'>): void => {
    const { yard, agents, reserved, owner, at } = row
    if (agents.length + reserved === 0) return void drop.run(boot, yard)
    const [names, keeper] = [JSON.stringify(agents), JSON.stringify(owner)]
    put.run(boot, yard, names, agents.length, reserved, keeper, at)
  }
  const look = (yard: string, { agents, wanted, cap }: SlotRequest): TakenSlots => {
    const taken = others.get(boot, yard) ?? 0
    const room = Math.max(0, cap - taken - agents.length)
    return { given: Math.min(wanted, room), others: taken }
  }
  const take = db.transaction((yard: string, owner: SlotOwner, wish: SlotRequest) => {
    const taken = look(yard, wish)
    write({ yard, owner, agents: wish.agents, reserved: taken.given, at: wish.at })
    return taken
  })
  const settle = db.transaction((row: SlotRow, agents: readonly string[]) => {
    if (versionOf.get(boot, row.yard) !== row.version) return
    write({ ...row, agents, reserved: 0 })
  })
  return {
    /** How many of the wished places are given. They are held until `note`. */
    take(yard: string, owner: SlotOwner, wish: SlotRequest): TakenSlots {
      // A full machine is asked again and again; that needs no write.
      const before = look(yard, wish)
      return before.given === 0 ? before : take.immediate(yard, owner, wish)
    },
    /** What the yard holds from now on; `owner` null when the row is released. */
    note: (yard: string, owner: SlotOwner | null, { agents, at }: Pick<SlotRow, 'agents' | 'at'>) =>
      write({ yard, owner, agents, reserved: 0, at }),
    rows: (): SlotRow[] => all.all(boot).map(toRow),
    /** Writes what is left of a row whose owner is gone, unless somebody has written it since it was read. */
    settle: (row: SlotRow, agents: readonly string[]) => settle.immediate(row, agents),
    close: () => void db.close(),
  }
}

type StoredPlace = Omit<SlotRow, 'agents' | 'owner'> & {
  readonly agents: string
  readonly owner: string
}

const toRow = ({ yard, agents, reserved, owner, at, version }: StoredPlace): SlotRow => ({
  yard,
  reserved,
  at,
  version,
  agents: JSON.parse(agents) as string[],
  owner: JSON.parse(owner) as SlotOwner | null,
})
