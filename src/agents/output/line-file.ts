/** A file of lines that grows: how far it was read, and when it was last written to. */
import { createLineSplitter, type Line } from './line-splitter.ts'
import { readAt, sizeOf } from './output-file.ts'

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
