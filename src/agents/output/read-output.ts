/** Reads a window of an agent's output files, for whoever looks at it: parsed to reports, or the bytes as they are. */
import { clip, type OutputReport } from '../../domain/output.ts'
import type { ExecutorType } from '../../domain/settings.ts'
import { executorOf } from '../executors/registry.ts'
import { createLineSplitter, type Line } from './output-file.ts'
import { countLineEnds, withOutput, type OutputLocation, type OutputPart } from './output-source.ts'

export interface OutputWindow extends OutputLocation {
  /** Byte offset; a negative one counts from the end. In the middle of a line it means the next line. */
  readonly from: number
  readonly maxBytes: number
}

export interface RawOutput {
  readonly bytes: Buffer
  /** Where the window truly began. */
  readonly offset: number
  readonly nextOffset: number
  readonly sizeBytes: number
  /** When it was last written to, ms. */
  readonly writtenAt: number
  /** Whose bytes they are, in their order. */
  readonly parts: readonly OutputPart[]
}

export interface ParsedOutput {
  readonly reports: readonly OutputReport[]
  /** Of each report the line that it was read from, counted from the one at `offset`, which is 0. */
  readonly lines: readonly number[]
  /** Ends of lines between `offset` and `nextOffset`. */
  readonly lineCount: number
  /** Where the first line that was read begins. */
  readonly offset: number
  /** Give it as `from` to go on; never in the middle of a line, unless that line is longer than a window. */
  readonly nextOffset: number
  readonly sizeBytes: number
  /** Nothing more can be told now, though a line may be unfinished. */
  readonly isEnd: boolean
}

const NEWLINE = 10

export const readRawOutput = (window: OutputWindow): Promise<RawOutput> =>
  withOutput(window, async (source) => {
    const { sizeBytes, writtenAt } = source
    const offset = Math.min(
      sizeBytes,
      window.from < 0 ? Math.max(0, sizeBytes + window.from) : window.from,
    )
    const buffer = Buffer.alloc(Math.max(0, Math.min(window.maxBytes, sizeBytes - offset)))
    const bytes = buffer.subarray(0, await source.read(buffer, offset))
    const nextOffset = offset + bytes.length
    return {
      bytes,
      offset,
      nextOffset,
      sizeBytes,
      writtenAt,
      parts: source.parts(offset, nextOffset),
    }
  })

/**
 * Only whole lines are read; the last one without an end counts as whole when `isEnded` says that nothing will follow.
 * A line that does not fit the window is told by its beginning, and the rest of it is passed over.
 */
export async function readOutput(
  window: OutputWindow,
  executorType: ExecutorType,
): Promise<ParsedOutput> {
  // The byte before the window says whether it begins at the start of a line.
  const before = window.from > 0 ? 1 : 0
  const raw = await readRawOutput({
    ...window,
    from: window.from - before,
    maxBytes: window.maxBytes + before,
  })
  const { sizeBytes } = raw
  const isAtEnd = raw.nextOffset === sizeBytes
  const start = raw.offset === 0 ? 0 : raw.bytes.indexOf(NEWLINE) + 1
  if (start === 0 && raw.offset > 0) {
    const { nextOffset } = raw
    const nothing = { reports: [], lines: [], lineCount: 0 }
    return { ...nothing, offset: nextOffset, nextOffset, sizeBytes, isEnd: isAtEnd }
  }
  const lastEnd = raw.bytes.lastIndexOf(NEWLINE) + 1
  const takesRest = lastEnd < raw.bytes.length && (isAtEnd ? window.isEnded : lastEnd <= start)
  const end = takesRest ? raw.bytes.length : Math.max(lastEnd, start)
  return {
    ...parse(raw, { start, end }, executorType),
    lineCount: countLineEnds(raw.bytes.subarray(start, end)),
    offset: raw.offset + start,
    nextOffset: raw.offset + end,
    sizeBytes,
    isEnd: isAtEnd,
  }
}

/** stdout by the reader of its CLI, which goes on behind what stderr says in between; stderr line by line. */
function parse(
  { bytes, parts, writtenAt }: RawOutput,
  span: { readonly start: number; readonly end: number },
  type: ExecutorType,
): Pick<ParsedOutput, 'reports' | 'lines'> {
  const reader = executorOf(type)?.createReader() ?? null
  const reports: OutputReport[] = []
  const lines: number[] = []
  const add = (found: readonly OutputReport[]): void => {
    reports.push(...found)
    lines.push(...found.map(() => line))
  }
  let line = 0
  let begin = 0
  for (const { stream, from, to } of parts) {
    const piece = bytes.subarray(Math.max(begin, span.start), Math.min(begin + to - from, span.end))
    begin += to - from
    for (const { text, isCut } of linesOf(piece)) {
      if (reader && stream === 'stdout' && !isCut) add(reader.read(text, writtenAt))
      else if (text !== '') add([{ kind: 'raw', stream, text: clip(text) }])
      line += 1
    }
  }
  add(reader?.rest?.() ?? [])
  return { reports, lines }
}

function linesOf(bytes: Uint8Array): readonly Line[] {
  const splitter = createLineSplitter()
  const lines = splitter.push(bytes)
  const rest = splitter.rest()
  return rest ? [...lines, rest] : lines
}
