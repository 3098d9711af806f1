/**
 * What is kept of an agent's folder once it is old: how it was launched, how it ended, and the last part of its output. The part
 * stands in `compacted/`, in the same files as the whole did, with a note of how much there was. That folder comes into being by
 * one rename and stands over the whole from then on, so a crash at any moment leaves the one or the other; what is left
 * over of the whole goes at the next call.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { STAGE_FILES } from '../process/stage-files.ts'
import { readArrivals, type ArrivalMark } from './output-file.ts'

/** Kept of each stream, whole lines where there are any. */
export const KEPT_OUTPUT_BYTES = 64 * 1024

const compactedSchema = z.object({
  /** ms since 1970. */
  at: z.number(),
  /** Of the whole, both streams. */
  bytes: z.number(),
})
type Compacted = z.infer<typeof compactedSchema>

const PART = 'compacted'
const DRAFT = 'compacted.new'
const NOTE = 'about.json'
const NEWLINE = 10

/** What says how it began and ended, and keeps it from being started anew. */
const FACTS: readonly string[] = [STAGE_FILES.launch, STAGE_FILES.pid, STAGE_FILES.exit]
const STREAMS = ['stdout', 'stderr'] as const

/** Where the output of an ended agent lies. */
export const outputFolder = (folder: string): string =>
  existsSync(join(folder, PART)) ? join(folder, PART) : folder

/** Null while its output is whole. */
export function readCompacted(folder: string): Compacted | null {
  try {
    return compactedSchema.parse(JSON.parse(readFileSync(join(folder, PART, NOTE), 'utf8')))
  } catch {
    return null
  }
}

/** Of an agent that has ended and will not be asked for again. Twice is once; rejects where the disk does not allow it. */
export async function compactOutput(folder: string, at: number): Promise<void> {
  const sizes = { stdout: await sizeIn(folder, 'stdout'), stderr: await sizeIn(folder, 'stderr') }
  const isLong = STREAMS.some((stream) => sizes[stream] > KEPT_OUTPUT_BYTES)
  const isDone = existsSync(join(folder, PART))
  if (isLong && !isDone) await keepPart(folder, sizes, at)
  const kept = isLong || isDone ? [PART] : [...STREAMS.map(fileOf), STAGE_FILES.arrivals]
  for (const name of await readdir(folder))
    if (!FACTS.includes(name) && !kept.includes(name))
      await rm(join(folder, name), { recursive: true, force: true })
}

async function keepPart(folder: string, sizes: ArrivalMark, at: number): Promise<void> {
  const draft = join(folder, DRAFT)
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  const cut = { stdout: 0, stderr: 0 }
  for (const stream of STREAMS) {
    const tail = await tailOf(join(folder, fileOf(stream)), sizes[stream])
    cut[stream] = sizes[stream] - tail.length
    // Without a file of its own a program had both in one.
    if (existsSync(join(folder, fileOf(stream)))) await write(join(draft, fileOf(stream)), tail)
  }
  const marks = readArrivals(folder).map((mark) => ({
    stdout: Math.max(0, mark.stdout - cut.stdout),
    stderr: Math.max(0, mark.stderr - cut.stderr),
  }))
  const lines = marks.filter(({ stdout, stderr }) => stdout + stderr > 0).map(markLine)
  await write(join(draft, STAGE_FILES.arrivals), lines.join(''))
  const note = { version: 1, at, bytes: sizes.stdout + sizes.stderr }
  await write(join(draft, NOTE), `${JSON.stringify(note)}\n`)
  await rename(draft, join(folder, PART))
  await flush(folder) // before anything of the whole goes
}

const fileOf = (stream: (typeof STREAMS)[number]): string => STAGE_FILES[stream]
const markLine = ({ stdout, stderr }: ArrivalMark): string => `${stdout} ${stderr}\n`

const sizeIn = (folder: string, stream: (typeof STREAMS)[number]): Promise<number> =>
  stat(join(folder, fileOf(stream))).then(
    (stats) => (stats.isFile() ? stats.size : 0),
    () => 0,
  )

/** Begins with a line where one begins in it. */
async function tailOf(path: string, size: number): Promise<Buffer> {
  if (size === 0) return Buffer.alloc(0)
  const file = await open(path, 'r')
  try {
    const bytes = Buffer.alloc(Math.min(size, KEPT_OUTPUT_BYTES))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length)
    const tail = bytes.subarray(0, bytesRead)
    if (size <= KEPT_OUTPUT_BYTES) return tail
    const start = tail.indexOf(NEWLINE) + 1
    return start < tail.length ? tail.subarray(start) : tail
  } finally {
    await file.close()
  }
}

const write = (path: string, data: Buffer | string): Promise<void> =>
  writeFile(path, data, { mode: 0o600, flush: true })

async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
