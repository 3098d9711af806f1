/** What the yard keeps of prompts, outputs and markers is for its user alone. */
import { orElse } from '../../base/result.ts'
import { chmodSync, existsSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { YardPaths } from '../../config/paths.ts'

const FOLDER = 0o700
const FILE = 0o600

/**
 * Closes the folders to others, at each opening; the files of agents once, for the folder itself is closed last. Nothing happens on a
 * file system that has no modes.
 */
export function keepPrivate({ yard, db, agents, service }: YardPaths): void {
  close(yard, FOLDER)
  close(service.folder, FOLDER)
  for (const file of [
    db,
    `${db}-wal`,
    `${db}-shm`,
    service.ownerDb,
    service.doorKey,
    service.mailKey,
  ])
    close(file, FILE)
  if (modeOf(agents) === FOLDER) return
  for (const name of namesIn(agents)) closeTree(join(agents, name))
  close(agents, FOLDER)
}

/** A link is passed over: an agent chose where it leads. */
function closeTree(path: string): void {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (!facts?.isDirectory() && !facts?.isFile()) return
  if (facts.isDirectory()) for (const name of namesIn(path)) closeTree(join(path, name))
  close(path, facts.mode & FOLDER)
}

function namesIn(folder: string): string[] {
  return orElse(() => readdirSync(folder), []) // none yet
}

const modeOf = (path: string): number | null => {
  const facts = statSync(path, { throwIfNoEntry: false })
  return facts ? facts.mode & 0o777 : null
}

function close(path: string, mode: number): void {
  try {
    if (existsSync(path) && modeOf(path) !== mode) chmodSync(path, mode)
  } catch {
    // Another user's, or a file system without modes: it stays as it is.
  }
}
