/** Backups of the simulated yard: one is kept, and put back by the function that `yard restore` uses. */
import Database from 'better-sqlite3'
import { rmSync } from 'node:fs'
import { restoreDatabase } from '../../src/store/restore.ts'

export interface Backup<T> {
  /** What it was made with; null while there is none. */
  readonly kept: T | null
  make(about: T): void
  /** Needs a yard without an owner. Gives what the backup was made with. */
  putBack(at: number): Promise<T>
  close(): void
}

export function createBackup<T>(path: string): Backup<T> {
  const file = `${path}.backup`
  const ownerDb = `${path}.owner`
  const aside = new Set<string>()
  let kept: T | null = null
  return {
    get kept() {
      return kept
    },
    make(about) {
      rmSync(file, { force: true })
      const db = new Database(path, { readonly: true })
      try {
        db.prepare('VACUUM INTO ?').run(file)
      } finally {
        db.close()
      }
      kept = about
    },
    async putBack(at) {
      if (kept === null) throw new Error('there is no backup')
      const done = await restoreDatabase({ db: path, ownerDb, at }, file)
      if (!done.ok) throw new Error(done.error.message)
      if (done.value !== null) aside.add(done.value)
      return kept
    },
    close() {
      for (const name of [file, ownerDb, ...aside]) rmSync(name, { force: true })
    },
  }
}
