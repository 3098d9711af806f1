/** Reads a window of an agent's output files, for whoever looks at it: parsed to reports, or the bytes as they are. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { clip, type OutputReport } from '../../domain/output.ts'
import type { ExecutorType } from '../../domain/settings.ts'
import { executorOf } from '../executors/registry.ts'
import { STAGE_FILES } from '../process/stage-files.ts'
import { createLineSplitter } from './line-splitter.ts'

export interface OutputWindow {
  readonly folder: string
  readonly stream: 'stdout' | 'stderr'
  /** Byte offset; a negative one counts from the end of the file. In the middle of a line it means the next line. */
  readonly from: number
  readonly maxBytes: number
}

export interface RawOutput {
  readonly bytes: Buffer
  /** Where the window truly began. */
  readonly offset: number
  readonly nextOffset: number
  readonly sizeBytes: number
  /** When the file was last written to, ms. */
  readonly writtenAt: number
}

export interface ParsedOutput {
  readonly reports: readonly OutputReport[]
  /** Where the first line that was read begins. */
  readonly offset: number
  /** Give it as `from` to go on; never in the middle of a line, unless that line is longer than a window. */
  readonly nextOffset: number
  readonly sizeBytes: number
}

const NEWLINE = 10

/** A file that is not there, or that is none, is empty. */
export async function readRawOutput(window: OutputWindow): Promise<RawOutput> {
  const path = join(
    window.folder,
    window.stream === 'stdout' ? STAGE_FILES.stdout : STAGE_FILES.stderr,
  )
  const file = await open(path, 'r').catch(() => null)
  if (!file) return { bytes: Buffer.alloc(0), offset: 0, nextOffset: 0, sizeBytes: 0, writtenAt: 0 }
  try {
    const stats = await file.stat()
    if (!stats.isFile())
      return { bytes: Buffer.alloc(0), offset: 0, nextOffset: 0, sizeBytes: 0, writtenAt: 0 }
    const { size: sizeBytes, mtimeMs } = stats
    const offset = Math.min(
      sizeBytes,
      window.from < 0 ? Math.max(0, sizeBytes + window.from) : window.from,
    )
    const length = Math.max(0, Math.min(window.maxBytes, sizeBytes - offset))
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
    const bytes = buffer.subarray(0, bytesRead)
    return {
      bytes,
      offset,
      nextOffset: offset + bytesRead,
      sizeBytes,
      writtenAt: Math.round(mtimeMs),
    }
  } finally {
    await file.close()
  }
}

/**
 * Only whole lines are read; the last one without an end counts as whole when `isEnded` says that nothing will follow.
 * A line that does not fit the window is told by its beginning, and the rest of it is passed over.
 */
export async function readOutput(
  window: OutputWindow,
  agent: { readonly executorType: ExecutorType; readonly isEnded: boolean },
): Promise<ParsedOutput> {
  // The byte before the window says whether it begins at the start of a line.
  const before = window.from > 0 ? 1 : 0
  const raw = await readRawOutput({
    ...window,
    from: window.from - before,
    maxBytes: window.maxBytes + before,
  })
  const { sizeBytes } = raw
  const start = raw.offset === 0 ? 0 : raw.bytes.indexOf(NEWLINE) + 1
  if (start === 0 && raw.offset > 0)
    return { reports: [], offset: raw.nextOffset, nextOffset: raw.nextOffset, sizeBytes }
  const isAtEnd = raw.nextOffset === sizeBytes
  const lastEnd = raw.bytes.lastIndexOf(NEWLINE) + 1
  const takesRest = lastEnd < raw.bytes.length && (isAtEnd ? agent.isEnded : lastEnd <= start)
  const end = takesRest ? raw.bytes.length : Math.max(lastEnd, start)
  const bytes = raw.bytes.subarray(start, end)
  const reports = parse({ bytes, writtenAt: raw.writtenAt }, window.stream, agent.executorType)
  return { reports, offset: raw.offset + start, nextOffset: raw.offset + end, sizeBytes }
}

function parse(
  { bytes, writtenAt }: { bytes: Buffer; writtenAt: number },
  stream: OutputWindow['stream'],
  type: ExecutorType,
): readonly OutputReport[] {
  const splitter = createLineSplitter()
  const lines = splitter.push(bytes)
  const rest = splitter.rest()
  const all = rest ? [...lines, rest] : lines
  const reader = stream === 'stdout' ? executorOf(type)?.createReader() : null
  const told = all.flatMap(({ text, isCut }): readonly OutputReport[] => {
    if (reader && !isCut) return reader.read(text, writtenAt)
    return text === '' ? [] : [{ kind: 'raw', stream, text: clip(text) }]
  })
  return [...told, ...(reader?.rest?.() ?? [])]
}
