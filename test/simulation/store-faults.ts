/** Faults of the disk under the owner's connection: any statement may fail as SQLite lets it fail, reads, BEGIN, COMMIT and ROLLBACK included. */
import type { SeededRandom } from '../support/seeded-random.ts'
import { plantSqliteFaults } from '../support/sqlite-faults.ts'

/** An error of one command, which those beside it in a batch survive. */
const OF_ONE_COMMAND = 'SQLITE_CONSTRAINT_TRIGGER'
const CODES = [
  ...(['SQLITE_IOERR_READ', 'SQLITE_IOERR_WRITE', 'SQLITE_FULL', 'SQLITE_BUSY'] as const),
  OF_ONE_COMMAND,
]
const WRITES = /^\s*(INSERT|UPDATE|DELETE)/i

export interface StoreFaults {
  /** From now on a statement fails, soon, and perhaps some after it. Gives what was planted, in words. */
  plant(random: SeededRandom): string
  /** The disk is full: nothing can be written any more, and everything read. */
  fill(): void
  /** Statements work again. */
  heal(): void
  readonly isOn: boolean
  /** Something was to be written since the disk is full. */
  readonly hasRefused: boolean
  close(): void
}

export function createStoreFaults(path: string): StoreFaults {
  const faults = plantSqliteFaults(({ name, readonly }) => name === path && !readonly)
  let isFull = false
  let hasRefused = false
  const set = (fails: typeof faults.fails, code: string): void =>
    void Object.assign(faults, { fails, code, endsTransaction: false, isLate: false })
  return {
    plant(random) {
      const code = random.pick(CODES)
      let after = random.int(0, 12)
      let times = random.chance(0.6) ? 1 : random.int(2, 30)
      const text = `${times} statements fail with ${code} after ${after} others`
      set((sql) => {
        if (code === OF_ONE_COMMAND && !WRITES.test(sql)) return false
        if (after > 0) {
          after -= 1
          return false
        }
        times -= 1
        if (times === 0) faults.fails = null
        return true
      }, code)
      faults.endsTransaction = code !== OF_ONE_COMMAND && random.chance(0.3)
      return text
    },
    fill() {
      isFull = true
      set((sql) => WRITES.test(sql) && (hasRefused = true), 'SQLITE_FULL')
    },
    heal() {
      isFull = hasRefused = false
      faults.fails = null
    },
    get isOn() {
      return isFull || faults.fails !== null
    },
    get hasRefused() {
      return hasRefused
    },
    close: faults.restore,
  }
}
