/** Writing a file so that no crash and no full disk leaves half of it. */
import { randomUUID } from 'node:crypto'
import { chmodSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

export interface ReplaceOptions {
  /** Default: only its owner may read it. */
  readonly mode?: number
  /** Onto the disk before it takes the old file's place: it survives a power loss. Default: no. */
  readonly flush?: boolean
}

/**
 * Writes a file whole or not at all: readers see the old one or the new one. Its folder must be there. Throws what the file system
 * said; the old file is untouched then.
 */
export function replaceFile(
  file: string,
  content: string | Uint8Array,
  { mode = 0o600, flush = false }: ReplaceOptions = {},
): void {
  const draft = `${file}.${process.pid}.${randomUUID().slice(0, 8)}`
  try {
    writeFileSync(draft, content, { mode, flag: 'wx', flush })
    // The mode above is cut down by the umask.
    chmodSync(draft, mode)
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
  removeStaleDrafts(file)
}

/** A living process renames its draft at once. Younger ones are left: a pid of another container means nothing here. */
const STALE_MS = 60_000

/** A process that is killed between the two steps leaves its draft. */
function removeStaleDrafts(file: string): void {
  const [folder, prefix] = [dirname(file), `${basename(file)}.`]
  try {
    for (const name of readdirSync(folder)) {
      const pid = name.startsWith(prefix) && /^(\d+)\.[0-9a-f]{8}$/.exec(name.slice(prefix.length))
      if (!pid || isAlive(Number(pid[1]))) continue
      const path = join(folder, name)
      if (Date.now() - statSync(path).mtimeMs > STALE_MS) rmSync(path, { force: true })
    }
  } catch {
    // the file itself is written; another process may clear the same drafts
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
