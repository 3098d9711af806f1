/** Line numbers of an agent's output: which line a byte stands in, and where a line begins. Lines are counted from 1. */
import { withOutput, type OutputLocation, type OutputSource } from './output-source.ts'

export type LineQuestion = { readonly offset: number } | { readonly line: number }

export interface LineStart {
  readonly line: number
  /** Byte offset: the one that was asked for, or where that line begins. */
  readonly offset: number
}

const PIECE_BYTES = 256 * 1024
const NEWLINE = 10

/** Beyond the end it is the last line there is. Reads piece by piece from the beginning, without holding the loop. */
export const findLine = (
  place: OutputLocation,
  question: LineQuestion,
  signal?: AbortSignal,
): Promise<LineStart> =>
  withOutput(place, (source) =>
    'offset' in question
      ? lineAt(source, Math.min(question.offset, source.sizeBytes), signal)
      : startOf(source, question.line, signal),
  )

async function lineAt(
  source: OutputSource,
  offset: number,
  signal?: AbortSignal,
): Promise<LineStart> {
  let line = 1
  for await (const { bytes } of piecesOf(source, offset, signal)) line += countLineEnds(bytes)
  return { line, offset }
}

async function startOf(
  source: OutputSource,
  line: number,
  signal?: AbortSignal,
): Promise<LineStart> {
  const found = { line: 1, offset: 0 }
  // Behind the last byte no further line begins, though it may end one.
  for await (const { bytes, at } of piecesOf(source, source.sizeBytes - 1, signal))
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, end + 1)) {
      if (found.line >= line) return found
      found.line += 1
      found.offset = at + end + 1
    }
  return found
}

async function* piecesOf(source: OutputSource, end: number, signal?: AbortSignal) {
  const buffer = Buffer.alloc(PIECE_BYTES)
  for (let at = 0; at < end;) {
    signal?.throwIfAborted()
    const bytes = buffer.subarray(0, await source.read(buffer, at))
    if (bytes.length === 0) return
    yield { bytes: bytes.subarray(0, end - at), at }
    at += bytes.length
  }
}

export function countLineEnds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1
  return count
}
