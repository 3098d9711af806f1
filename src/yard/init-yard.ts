/** `yard init`: makes a yard in a folder. A second time changes nothing. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode, errorText } from '../base/text.ts'
import { err, ok, type Result } from '../base/result.ts'
import { protectYardFolder } from '../agents/git/repository.ts'
import { DEFAULT_CONFIG_TEXT } from '../config/default-config.ts'
import { yardPaths, type YardPaths } from '../config/paths.ts'
import { fail, failure, type Failure } from '../domain/failure.ts'
import { openStore } from '../store/open-store.ts'
import { takeOwnerLock } from '../store/owner-lock.ts'
import { listBackups } from './backup/backups.ts'
import { hasDatabase } from './backup/lost-database.ts'
import { trustAsMade } from './access/trust.ts'

interface Initialised {
  readonly paths: YardPaths
  readonly created: boolean
  /** The newest backup of a yard that once was here and is not there any more. */
  readonly offersRestore: string | null
}

export async function initYard(
  folder: string,
  dataFolder: string,
): Promise<Result<Initialised, Failure>> {
  const paths = yardPaths(folder)
  const refused = refusePath(folder)
  if (refused) return err(refused)
  try {
    const hadDatabase = hasDatabase(paths)
    const created = !existsSync(paths.config) && !hadDatabase
    mkdirSync(paths.service.folder, { recursive: true, mode: 0o700 })
    mkdirSync(paths.agents, { recursive: true, mode: 0o700 })
    // Before its config is there: who finds a config takes the yard for made, and trusts nothing.
    if (created) trustAsMade({ paths, dataFolder })
    writeIfMissing(paths.config, DEFAULT_CONFIG_TEXT)
    writeIfMissing(join(paths.yard, '.gitignore'), '*\n')
    const guarded = await protectYardFolder(folder)
    if (!guarded.ok) return fail('git', guarded.error.message, { hint: 'is .git writable?' })
    const backup = hadDatabase ? null : (listBackups(dataFolder, folder)[0] ?? null)
    // From now on a yard without a database is one that has lost it.
    if (!hadDatabase && (created || backup === null)) await makeDatabase(paths)
    return ok({ paths, created, offersRestore: backup })
  } catch (error) {
    return fail('io', `no yard can be made in ${folder}: ${errorText(error)}`, {
      hint: 'is the folder there and writable?',
    })
  }
}

/** Of several that do this at once one makes it, and the others find it. */
async function makeDatabase(paths: YardPaths): Promise<void> {
  const lock = takeOwnerLock(paths.service.ownerDb)
  if (!lock.ok && lock.error.kind === 'locked') return
  if (!lock.ok) throw new Error(lock.error.message)
  try {
    const opened = await openStore({ path: paths.db, at: Date.now() })
    if (!opened.ok) throw new Error(opened.error.message)
    opened.value.close()
  } finally {
    lock.value.release()
  }
}

/** SQLite takes 512 bytes for a file and its journal; the longest name of ours below a yard has some fifty. */
const MOST_PATH_BYTES = 440

function refusePath(folder: string): Failure | null {
  const problem = pathProblem(folder)
  if (problem === null) return null
  return failure('bad-request', `no yard can be made in ${folder.toWellFormed()}: ${problem}`, {
    hint: 'choose a folder with another path',
    facts: { field: 'folder' },
  })
}

/** Why no yard can live there; null when one can. */
function pathProblem(folder: string): string | null {
  if (folder.includes('\0') || !folder.isWellFormed()) return 'its path is no text'
  // Node puts this in the place of bytes that are no UTF-8: it would be another folder.
  if (folder.includes('\uFFFD') && !existsSync(folder)) return 'its path is not UTF-8'
  const bytes = Buffer.byteLength(folder)
  return bytes > MOST_PATH_BYTES
    ? `its path has ${bytes} bytes, and its database can only be opened below ${MOST_PATH_BYTES}`
    : null
}

/** Whole or not at all: half of one, on a full disk, would be taken for a person's. */
function writeIfMissing(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx' })
  } catch (error) {
    // Another made it meanwhile.
    if (errorCode(error) === 'EEXIST') return
    rmSync(file, { force: true })
    throw error
  }
}
