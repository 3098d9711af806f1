/**
 * In which order stdout and stderr of an agent came: `arrivals.log` in its folder holds lines `STDOUT STDERR`, the ends of whole
 * lines of both files at one look. Whoever looks appends, so what stands there is never moved by what comes later; a mark that
 * lies before an earlier one counts as that one.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { STAGE_FILES } from '../process/stage-files.ts'
import { readAt, sizeOf } from './output-file.ts'

/** Up to there the output has been seen: bytes of both files. */
export interface ArrivalMark {
  readonly stdout: number
  readonly stderr: number
}

/** Read at once to find the end of the last whole line. */
const BACK_BYTES = 64 * 1024
const NEWLINE = 10

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
