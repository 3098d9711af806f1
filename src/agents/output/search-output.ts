/**
 * Finds a text in an agent's output, however large: pieces are read one after another without holding the loop, and nothing
 * is kept of them. Compared byte by byte, so offsets are exact whatever the text is; A to Z match a to z.
 */
import { withOutput, type OutputLocation, type OutputSource } from './output-source.ts'

export interface SearchRequest extends OutputLocation {
  readonly text: string
  /** Byte offset to begin at. */
  readonly from: number
  /** Places to find at most. */
  readonly limit: number
}

export interface SearchFound {
  /** `line` is what stands around the place in its line, cut where the line is long. */
  readonly matches: { readonly offset: number; readonly line: string }[]
  /** Where to go on; null = the end of what is written so far. */
  readonly next: number | null
}

const PIECE_BYTES = 256 * 1024
/** Read in one call at most. */
const CALL_BYTES = 32 * 1024 * 1024
/** Of a line before and after the place. */
const BEFORE_BYTES = 120
const AFTER_BYTES = 280

const NEWLINE = 10

export const searchOutput = (request: SearchRequest, signal?: AbortSignal): Promise<SearchFound> =>
  withOutput(request, (source) => search(source, request, signal))

async function search(
  source: OutputSource,
  { text, from, limit }: SearchRequest,
  signal: AbortSignal | undefined,
): Promise<SearchFound> {
  const size = source.sizeBytes
  const needle = Buffer.from(text, 'utf8')
  lower(needle)
  const matches: SearchFound['matches'] = []
  const stopAt = Math.min(size, from + CALL_BYTES)
  const buffer = Buffer.alloc(1 + BEFORE_BYTES + PIECE_BYTES + needle.length + AFTER_BYTES)
  let after = from // where the last place ends: none begins inside another
  for (let at = from; at < stopAt; at += PIECE_BYTES) {
    signal?.throwIfAborted()
    // One byte more tells whether a line begins where the words are cut.
    const start = Math.max(0, at - BEFORE_BYTES - 1)
    const bytes = buffer.subarray(0, await source.read(buffer, start))
    const piece = { bytes, start, size }
    const folded = Buffer.from(piece.bytes)
    lower(folded)
    const end = Math.min(at + PIECE_BYTES, stopAt)
    for (const offset of placesIn(folded, needle, start, { from: Math.max(at, after), end })) {
      after = offset + needle.length
      matches.push({ offset, line: lineAround(piece, offset, needle.length) })
      if (matches.length === limit) return { matches, next: nextAfter(after, size) }
    }
  }
  return { matches, next: nextAfter(Math.max(stopAt, after), size) }
}

const nextAfter = (offset: number, size: number): number | null => (offset < size ? offset : null)

/** Places that begin in `from <= offset < end`; the text itself may reach beyond. */
function* placesIn(
  bytes: Buffer,
  needle: Buffer,
  start: number,
  span: { readonly from: number; readonly end: number },
): Generator<number> {
  for (let at = bytes.indexOf(needle, span.from - start); at >= 0;) {
    if (start + at >= span.end) return
    yield start + at
    at = bytes.indexOf(needle, at + needle.length)
  }
}

/** ASCII letters only: no byte of a longer character is one. */
function lower(bytes: Buffer): void {
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] ?? 0
    if (byte >= 65 && byte <= 90) bytes[i] = byte + 32
  }
}

interface Piece {
  readonly bytes: Buffer
  /** Offset of its first byte in the file. */
  readonly start: number
  readonly size: number
}

function lineAround({ bytes, start, size }: Piece, offset: number, length: number): string {
  const at = offset - start
  const first = Math.max(0, at - BEFORE_BYTES)
  const last = Math.min(bytes.length, at + length + AFTER_BYTES)
  const lineStart = at === 0 ? -1 : bytes.lastIndexOf(NEWLINE, at - 1)
  const lineEnd = bytes.indexOf(NEWLINE, at + length)
  const begin = Math.max(first, lineStart + 1)
  const end = lineEnd < 0 ? last : Math.min(last, lineEnd)
  const isCutBefore = begin > lineStart + 1 || (lineStart < 0 && start + begin > 0)
  const isCutAfter = start + end < size && bytes[end] !== NEWLINE
  const cut = bytes.subarray(begin, end)
  const whole = characterBounds(cut, { before: isCutBefore, after: isCutAfter })
  const words = cut.toString('utf8', whole.begin, whole.end).replace(/\r$/, '')
  return `${isCutBefore ? '…' : ''}${words}${isCutAfter ? '…' : ''}`
}

// Where whole UTF-8 characters begin and end in a piece that was cut out of a file at any byte.

export interface CharacterBounds {
  readonly begin: number
  readonly end: number
}

const LONGEST = 3 // bytes of a character that a cut can leave behind

/** Leaves out the halves at both ends. Bytes that are no UTF-8 stay; a piece that is nothing but halves stays as it is. */
export function characterBounds(
  bytes: Uint8Array,
  isCut: { readonly before: boolean; readonly after: boolean },
): CharacterBounds {
  let begin = 0
  if (isCut.before)
    while (begin < Math.min(LONGEST, bytes.length) && isContinuation(bytes[begin])) begin += 1
  const end = isCut.after ? bytes.length - halfAtEnd(bytes, begin) : bytes.length
  return end > begin ? { begin, end } : { begin: 0, end: bytes.length }
}

/** How many bytes at the end belong to a character that goes on behind it. */
function halfAtEnd(bytes: Uint8Array, begin: number): number {
  for (let back = 1; back <= Math.min(LONGEST, bytes.length - begin); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (isContinuation(byte)) continue
    return byte >= 0xc0 && back < widthOf(byte) ? back : 0
  }
  return 0
}

const isContinuation = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0xc0) === 0x80
const widthOf = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2)
