/** Writing a file so that no crash and no full disk leaves half of it. */
import { randomUUID } from 'node:crypto'
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs'

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
}
