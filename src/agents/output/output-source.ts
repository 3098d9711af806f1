/** An agent's output as one run of bytes: one of its files, or both merged in the order in which their lines came. */
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { STAGE_FILES } from '../process/stage-files.ts'
import { outputFolder } from './compacted-output.ts'
import { markArrivals, readArrivals } from './output-file.ts'

export type OutputStream = 'stdout' | 'stderr' | 'merged'

export interface OutputLocation {
  readonly folder: string
  readonly stream: OutputStream
  /** Nothing more will be written. Of a living agent `merged` holds whole lines only, so that no offset ever means another byte later. */
  readonly isEnded: boolean
}

/** Bytes of one file that stand side by side. */
export interface OutputPart {
  readonly stream: 'stdout' | 'stderr'
  readonly from: number
  readonly to: number
}

export interface OutputSource {
  readonly sizeBytes: number
  /** When stdout (`stderr`: that) was last written to, ms; 0 while it is not there. */
  readonly writtenAt: number
  /** Fills as much of `into` as there is from that offset on, and says how many bytes that were. */
  read(into: Buffer, offset: number): Promise<number>
  /** What lies between two offsets. */
  parts(from: number, to: number): readonly OutputPart[]
}

interface OpenFile {
  readonly handle: FileHandle
  readonly bytes: number
  readonly writtenAt: number
}

/** A file that is not there, or that is none, is empty. */
export async function withOutput<T>(
  wish: OutputLocation,
  use: (source: OutputSource) => Promise<T>,
): Promise<T> {
  const place = wish.isEnded ? { ...wish, folder: outputFolder(wish.folder) } : wish
  const wanted = place.stream === 'merged' ? (['stdout', 'stderr'] as const) : [place.stream]
  const files = new Map<OutputPart['stream'], OpenFile>()
  try {
    for (const stream of wanted) {
      const file = await openFile(join(place.folder, STAGE_FILES[stream]))
      if (file) files.set(stream, file)
    }
    return await use(sourceOf(files, partsOf(place, files)))
  } finally {
    for (const { handle } of files.values()) await handle.close()
  }
}

type Files = ReadonlyMap<OutputPart['stream'], OpenFile>

async function openFile(path: string): Promise<OpenFile | null> {
  const handle = await open(path, 'r').catch(() => null)
  if (!handle) return null
  const stats = await handle.stat()
  if (stats.isFile()) return { handle, bytes: stats.size, writtenAt: Math.round(stats.mtimeMs) }
  await handle.close()
  return null
}

function partsOf({ folder, stream, isEnded }: OutputLocation, files: Files): readonly OutputPart[] {
  const sizeOf = (name: OutputPart['stream']): number => files.get(name)?.bytes ?? 0
  const whole = (name: OutputPart['stream']): OutputPart => ({
    stream: name,
    from: 0,
    to: sizeOf(name),
  })
  if (stream !== 'merged') return [whole(stream)]
  // Programs that write both descriptors to one file have no other one.
  if (!files.has('stderr')) return [whole('stdout')]
  const marks = isEnded ? readArrivals(folder) : markArrivals(folder)
  const end = { stdout: sizeOf('stdout'), stderr: sizeOf('stderr') }
  const parts: OutputPart[] = []
  const at = { stdout: 0, stderr: 0 }
  const add = (name: OutputPart['stream'], mark: number): void => {
    const to = Math.min(mark, end[name])
    if (to <= at[name]) return
    const last = parts.at(-1)
    if (last?.stream === name) parts[parts.length - 1] = { ...last, to }
    else parts.push({ stream: name, from: at[name], to })
    at[name] = to
  }
  for (const mark of isEnded ? [...marks, end] : marks) {
    add('stdout', mark.stdout)
    add('stderr', mark.stderr)
  }
  return parts
}

function sourceOf(files: Files, all: readonly OutputPart[]): OutputSource {
  const parts = (from: number, to: number): OutputPart[] => {
    const found: OutputPart[] = []
    let start = 0
    for (const part of all) {
      const end = start + part.to - part.from
      if (end > from && start < to)
        found.push({
          stream: part.stream,
          from: part.from + Math.max(0, from - start),
          to: part.from + Math.min(end, to) - start,
        })
      start = end
    }
    return found
  }
  return {
    sizeBytes: all.reduce((sum, { from, to }) => sum + to - from, 0),
    writtenAt: (files.get('stdout') ?? files.get('stderr'))?.writtenAt ?? 0,
    parts,
    async read(into, offset) {
      let filled = 0
      for (const { stream, from, to } of parts(offset, offset + into.length)) {
        const handle = files.get(stream)?.handle
        for (let at = from; handle && at < to;) {
          const { bytesRead } = await handle.read(into, filled, to - at, at)
          if (bytesRead === 0) return filled
          at += bytesRead
          filled += bytesRead
        }
      }
      return filled
    },
  }
}

// Line numbers of an agent's output: which line a byte stands in, and where a line begins. Lines are counted from 1.

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
