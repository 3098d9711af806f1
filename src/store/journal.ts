/** The append-only journal: one row for each entity that an event changed, as `{set, unset}` of its top-level fields. */
import type Database from 'better-sqlite3'
import type { EntityChange } from '../domain/plan.ts'
import { emptyOf } from './bodies.ts'

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

/** Facts that stand beside each change in the journal. */
export interface RowFacts {
  readonly at: number
  readonly event: string
  readonly by: string
}

const INSERT = 'INSERT INTO journal (seq, at, event, by, entity, id, change) VALUES'
const ROW = '(?, ?, ?, ?, ?, ?, ?)'
/** By one statement. */
const ROWS_AT_ONCE = 16

interface Entry {
  readonly change: EntityChange
  readonly facts: RowFacts
}

export type Journal = ReturnType<typeof openJournal>

type Fields = Readonly<Record<string, unknown>>

export function openJournal(db: Database.Database) {
  const insertOne = db.prepare(`${INSERT} ${ROW}`)
  const insertMany = db.prepare(`${INSERT} ${Array<string>(ROWS_AT_ONCE).fill(ROW).join()}`)
  const select = db.prepare(
    'SELECT seq, at, event, by, entity, id, change FROM journal WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  const last = db.prepare('SELECT coalesce(max(seq), 0) FROM journal').pluck()
  const stored = (): number => Number(last.get())
  let seq = stored()
  return {
    get seq() {
      return seq
    },
    append(entries: readonly Entry[]): void {
      let done = 0
      const next = (count: number): unknown[] => {
        const values: unknown[] = []
        for (const { change, facts } of entries.slice(done, done + count)) {
          values.push(seq + 1, facts.at, facts.event, facts.by)
          values.push(change.entity, change.id, changeText(change))
          seq += 1
        }
        done += count
        return values
      }
      while (entries.length - done >= ROWS_AT_ONCE) insertMany.run(next(ROWS_AT_ONCE))
      while (done < entries.length) insertOne.run(next(1))
    },
    read: (since: number, limit: number): StoredRow[] =>
      (select.all(since, limit) as RawRow[]).map(toRow),
    /** After a rollback: counts from `seq` again. Reads nothing, for a rollback often follows a failed read. */
    rewind: (to: number) => void (seq = to),
    /** The last sequence number that the table holds. */
    stored,
  }
}

/** `{"s": fields set, "u": fields unset}`; null when the entity is gone. Of a new one what is empty is not set. */
function changeText({ entity, before, after }: EntityChange): string | null {
  if (after === null) return null
  const set: Record<string, unknown> = {}
  const old = (before ?? emptyOf(entity)) as Fields
  const now = after as Fields
  // One pass by `for in`: this runs for each row written, and entities have some forty fields.
  let kept = 0
  for (const key in now) {
    const value = now[key]
    const was = old[key]
    if (value !== was) set[key] = value
    if (was !== undefined || key in old) kept += 1
  }
  const oldKeys = Object.keys(old)
  const unset = kept === oldKeys.length ? [] : oldKeys.filter((key) => !(key in now))
  return unset.length > 0 ? JSON.stringify({ s: set, u: unset }) : JSON.stringify({ s: set })
}

export interface RawRow extends Omit<StoredRow, 'set' | 'unset' | 'gone' | 'isUnreadable'> {
  readonly change: string | null
}

/** A row whose change cannot be read says so and changes nothing: one bad row must not hide all that come after it. */
export function toRow({ change: text, ...row }: RawRow): StoredRow {
  const change = text === null ? null : readChange(text)
  return {
    ...row,
    set: fieldsSet(row, change?.s ?? {}),
    unset: change?.u ?? [],
    gone: change === null,
    ...(change === UNREADABLE ? { isUnreadable: true } : {}),
  }
}

/** All fields of a new task or agent, those included that were empty. Only of a new one the id is set. */
function fieldsSet({ event, entity }: Pick<RawRow, 'event' | 'entity'>, set: Fields): Fields {
  const told = event === 'agent.claimed' && entity === 'agent' ? upgraded(set) : set
  return 'id' in told ? { ...emptyOf(entity), ...told } : told
}

type Change = { readonly s?: Fields; readonly u?: readonly string[] }

const UNREADABLE: Change = {}

/** Levels of nesting beyond which those who read or pass on a change may run out of stack. */
const MOST_LEVELS = 100

function readChange(text: string): Change {
  try {
    if (levelsOf(text) > MOST_LEVELS) return UNREADABLE
    const change: unknown = JSON.parse(text)
    if (!isFields(change)) return UNREADABLE
    const { s = {}, u = [] } = change
    return isFields(s) && Array.isArray(u) ? { s, u } : UNREADABLE
  } catch {
    return UNREADABLE
  }
}

/** How deep a JSON text is nested at most; 0 for one that is too short to matter. */
function levelsOf(text: string): number {
  if (text.length <= 2 * MOST_LEVELS) return 0
  let [level, most] = [0, 0]
  for (const mark of text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g) ?? []) {
    if (mark === '[' || mark === '{') most = Math.max(most, (level += 1))
    else if (mark === ']' || mark === '}') level -= 1
  }
  return most
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

// Agents as earlier programs wrote them.

const MARK = '; claimed as '

type OldAgent = {
  readonly [Name in 'by' | 'executorType' | 'leaseMs' | 'claimedBy' | 'provenance']?: unknown
}

/** The agent, or what a row of the journal says of one, as it is written now. */
export const upgraded = <T extends OldAgent>(agent: T): T => withClaimer(withService(agent))

/** Services were called processes. */
const withService = <T extends OldAgent>(agent: T): T =>
  agent.by === 'process' && agent.executorType === 'http' ? { ...agent, by: 'service' } : agent

/** The name under which another orchestrator claimed a task stood at the end of the reason for the agent's executor. */
function withClaimer<T extends OldAgent>(agent: T): T {
  const { leaseMs, claimedBy, provenance } = agent
  if (claimedBy !== undefined || typeof leaseMs !== 'number') return agent
  if (typeof provenance !== 'object' || provenance === null) return agent
  const executor: unknown = Reflect.get(provenance, 'executor')
  const at = typeof executor === 'string' ? executor.indexOf(MARK) : -1
  if (typeof executor !== 'string' || at < 0) return agent
  return {
    ...agent,
    claimedBy: executor.slice(at + MARK.length).trim() || null,
    provenance: { ...provenance, executor: executor.slice(0, at) },
  }
}
