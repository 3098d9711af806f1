/** Reads a file that another process appends to. A missing file counts as empty. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { createLineSplitter, type Line } from './line-splitter.ts'

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

// A file of lines that grows: how far it was read, and when it was last written to.

type OnLine = (line: Line, writtenAt: number) => void

export interface LineFile {
  /** When it was last written to, ms; null while nothing was. */
  look(): number | null
  /** As of the last look; 0 while nothing was. */
  writtenAt(): number
  /** Its size as of the last look. */
  bytes(): number
  /** Gives the lines that end in at most what fits the buffer; true when there is more. */
  readSome(into: Buffer, onLine: OnLine): boolean
  /** The last line, which has no end. */
  readRest(onLine: OnLine): void
  tail(maxBytes: number): string
}

export function createLineFile(path: string): LineFile {
  const splitter = createLineSplitter()
  let offset = 0
  let size: ReturnType<typeof sizeOf> = { bytes: 0, writtenAt: null }
  const writtenAt = (): number => size.writtenAt ?? Date.now()
  return {
    look() {
      size = sizeOf(path)
      return size.writtenAt
    },
    writtenAt: () => size.writtenAt ?? 0,
    bytes: () => size.bytes,
    readSome(into, onLine) {
      if (offset >= size.bytes) return false
      const bytes = readAt(path, offset, into)
      offset += bytes.length
      for (const line of splitter.push(bytes)) onLine(line, writtenAt())
      return bytes.length > 0 && offset < size.bytes
    },
    readRest(onLine) {
      const last = splitter.rest()
      if (last) onLine(last, writtenAt())
    },
    tail(maxBytes) {
      const from = Math.max(0, size.bytes - maxBytes)
      return readAt(path, from, Buffer.alloc(maxBytes)).toString('utf8')
    },
  }
}
