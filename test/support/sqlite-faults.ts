/** Makes the driver of SQLite fail as it does on a failing disk: statements throw what SQLite reports. */
import Database from 'better-sqlite3'

type Call = 'get' | 'all' | 'run'

export interface SqliteFaults {
  /** Which statements fail, by their SQL; null = none. */
  fails: ((sql: string, call: Call) => boolean) | null
  /** What SQLite calls the error. */
  code: string
  /** Of an error inside a transaction, SQLite ends some by itself. */
  endsTransaction: boolean
  /** The statement is carried out, and fails afterwards, as where only the sync of a commit fails. */
  isLate: boolean
  restore(): void
}

interface Statement {
  readonly source: string
  readonly database: Database.Database
}

/** `isMeant`: which connections fail. One at a time in a process. */
export function plantSqliteFaults(
  isMeant: (database: Database.Database) => boolean = () => true,
): SqliteFaults {
  const probe = new Database(':memory:')
  const prototype = Object.getPrototypeOf(probe.prepare('SELECT 1')) as Record<Call, Run>
  probe.close()
  const { get, all, run } = prototype
  const faults: SqliteFaults = {
    fails: null,
    code: 'SQLITE_IOERR_READ',
    endsTransaction: false,
    isLate: false,
    restore: () => void Object.assign(prototype, { get, all, run }),
  }
  for (const [call, real] of Object.entries({ get, all, run }) as [Call, Run][])
    prototype[call] = function (this: Statement, ...args) {
      const { source, database } = this
      if (faults.fails === null || !isMeant(database) || !faults.fails(source, call))
        return real.apply(this, args)
      if (faults.endsTransaction && database.inTransaction) database.exec('ROLLBACK')
      if (faults.isLate) real.apply(this, args)
      throw new Database.SqliteError('disk I/O error', faults.code)
    }
  return faults
}

type Run = (this: Statement, ...args: unknown[]) => unknown
