/** Reads files that another process appends to: their lines, how far they were read, and in which order two of them came. */
import { appendFileSync, closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { STAGE_FILES } from '../process/stage-files.ts'

// Cuts bytes into lines. A line is decoded only when it is whole, so a character cut by a read is never broken; bytes that are no
// UTF-8 become U+FFFD. A line over the bound is given once, cut, and the rest of it is dropped.

export interface Line {
  readonly text: string
  readonly isCut: boolean
}

export type LineSplitter = ReturnType<typeof createLineSplitter>

/** Above it a line is data, not an event. Claude Code prints images that a tool read in one line. */
export const MAX_LINE_BYTES = 1024 * 1024
/** How much of such a line is kept. */
const CUT_BYTES = 4096
const NEWLINE = 10
const RETURN = 13

export function createLineSplitter(maxLineBytes = MAX_LINE_BYTES) {
  let pieces: Uint8Array[] = []
  let length = 0
  let isSkipping = false

  const take = (): Buffer => {
    const whole = Buffer.concat(pieces, length)
    pieces = []
    length = 0
    return whole
  }
  const add = (piece: Uint8Array, lines: Line[]): void => {
    if (isSkipping || piece.length === 0) return
    // A copy: the caller reads into the same buffer again.
    pieces.push(Uint8Array.from(piece))
    length += piece.length
    if (length <= maxLineBytes) return
    lines.push({ text: decode(take().subarray(0, CUT_BYTES)), isCut: true })
    isSkipping = true
  }
  const end = (lines: Line[]): void => {
    if (!isSkipping) lines.push({ text: decode(take()), isCut: false })
    isSkipping = false
  }
  return {
    /** The lines that end in these bytes, without their ends (`\n` or `\r\n`). The bytes may be reused afterwards. */
    push(bytes: Uint8Array): Line[] {
      const lines: Line[] = []
      let start = 0
      for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, start)) {
        add(bytes.subarray(start, at), lines)
        end(lines)
        start = at + 1
      }
      add(bytes.subarray(start), lines)
      return lines
    },
    /** What stands after the last end of line, or null. */
    rest: (): Line | null =>
      isSkipping || length === 0 ? null : { text: decode(take()), isCut: false },
  }
}

function decode(bytes: Buffer): string {
  return bytes.toString('utf8', 0, bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length)
}

// A missing file counts as empty.

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

export type LineFile = ReturnType<typeof createLineFile>

export function createLineFile(path: string) {
  const splitter = createLineSplitter()
  let offset = 0
  let size: FileSize = { bytes: 0, writtenAt: null }
  const writtenAt = (): number => size.writtenAt ?? Date.now()
  return {
    /** When it was last written to, ms; null while nothing was. */
    look(): number | null {
      size = sizeOf(path)
      return size.writtenAt
    },
    /** As of the last look; 0 while nothing was. */
    writtenAt: (): number => size.writtenAt ?? 0,
    /** Its size as of the last look. */
    bytes: (): number => size.bytes,
    /** Gives the lines that end in at most what fits the buffer; true when there is more. */
    readSome(into: Buffer, onLine: OnLine): boolean {
      if (offset >= size.bytes) return false
      const bytes = readAt(path, offset, into)
      offset += bytes.length
      for (const line of splitter.push(bytes)) onLine(line, writtenAt())
      return bytes.length > 0 && offset < size.bytes
    },
    /** The last line, which has no end. */
    readRest(onLine: OnLine): void {
      const last = splitter.rest()
      if (last) onLine(last, writtenAt())
    },
    tail(maxBytes: number): string {
      const from = Math.max(0, size.bytes - maxBytes)
      return readAt(path, from, Buffer.alloc(maxBytes)).toString('utf8')
    },
  }
}

// In which order stdout and stderr of an agent came: `arrivals.log` in its folder holds lines `STDOUT STDERR`, the ends of whole
// lines of both files at one look. Whoever looks appends, so what stands there is never moved by what comes later; a mark that
// lies before an earlier one counts as that one.

/** Up to there the output has been seen: bytes of both files. */
export interface ArrivalMark {
  readonly stdout: number
  readonly stderr: number
}

/** Read at once to find the end of the last whole line. */
const BACK_BYTES = 64 * 1024

const START: ArrivalMark = { stdout: 0, stderr: 0 }

/** Oldest first, never falling. Empty where nobody has looked. */
export function readArrivals(folder: string): readonly ArrivalMark[] {
  let last = START
  return linesOf(folder).flatMap((line) => {
    const [, stdout, stderr] = /^(\d{1,15}) (\d{1,15})$/.exec(line) ?? []
    if (stdout === undefined || stderr === undefined) return []
    const mark = highest(last, { stdout: Number(stdout), stderr: Number(stderr) })
    if (mark.stdout === last.stdout && mark.stderr === last.stderr) return []
    last = mark
    return [mark]
  })
}

/** Notes what whole lines there are now. Where that cannot be written, the marks given hold for this look alone. */
export function markArrivals(folder: string): readonly ArrivalMark[] {
  const marks = readArrivals(folder)
  const last = marks.at(-1) ?? START
  const endOf = (stream: keyof ArrivalMark): number => {
    const path = join(folder, STAGE_FILES[stream])
    return lineEnd(path, { from: last[stream], to: sizeOf(path).bytes })
  }
  const now = { stdout: endOf('stdout'), stderr: endOf('stderr') }
  if (now.stdout === last.stdout && now.stderr === last.stderr) return marks
  return addMark(folder, now) ? readArrivals(folder) : [...marks, highest(last, now)]
}

/** False when it cannot be written. */
export function addMark(folder: string, { stdout, stderr }: ArrivalMark): boolean {
  try {
    appendFileSync(join(folder, STAGE_FILES.arrivals), `${stdout} ${stderr}\n`, { mode: 0o600 })
    return true
  } catch {
    return false // a full disk, or a folder that is gone: only the order of the two streams is at stake
  }
}

/** Where the last whole line of that span of a file ends; its beginning when none does. */
export function lineEnd(path: string, { from, to }: { from: number; to: number }): number {
  const buffer = Buffer.alloc(Math.max(0, Math.min(BACK_BYTES, to - from)))
  for (let end = to; end > from; end -= BACK_BYTES) {
    const start = Math.max(from, end - BACK_BYTES)
    const at = readAt(path, start, buffer.subarray(0, end - start)).lastIndexOf(NEWLINE)
    if (at >= 0) return start + at + 1
  }
  return from
}

const highest = (a: ArrivalMark, b: ArrivalMark): ArrivalMark => ({
  stdout: Math.max(a.stdout, b.stdout),
  stderr: Math.max(a.stderr, b.stderr),
})

function linesOf(folder: string): readonly string[] {
  try {
    return readFileSync(join(folder, STAGE_FILES.arrivals), 'utf8').split('\n')
  } catch {
    return [] // nobody has looked yet, or an earlier program ran it
  }
}
