/** Looking at a file that another process appends to. One that is not there yet, or was taken away, is empty. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'

export interface FileSize {
  readonly bytes: number
  /** When it was last written to, ms; null while it is empty. */
  readonly writtenAt: number | null
}

export function sizeOf(path: string): FileSize {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats || stats.size === 0) return { bytes: 0, writtenAt: null }
  return { bytes: stats.size, writtenAt: Math.round(stats.mtimeMs) }
}

/** The part of `into` that was filled. Opened for each read: nothing is held open for hours, nothing is left to be closed. */
export function readAt(path: string, offset: number, into: Buffer): Buffer {
  try {
    const file = openSync(path, 'r')
    try {
      return into.subarray(0, readSync(file, into, 0, into.length, offset))
    } finally {
      closeSync(file)
    }
  } catch {
    // Nothing to read; what that means for its agent is decided by exit.json.
    return into.subarray(0, 0)
  }
}
