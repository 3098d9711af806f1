/**
 * Reads an agent's output in windows, in both directions, and keeps a bounded part of it: what is dropped at the far end is
 * read again when somebody scrolls there. One request at a time.
 */
import { outputReportSchema, type OutputReport } from '../../domain/output.ts'
import { countLines, foldOutput, foldText, type OutputBlock } from './fold-output.ts'

export const STEP_BYTES = 256_000
/** Of the file, kept in the page. */
export const KEPT_BYTES = 2_048_000
export const KEPT_BLOCKS = 2000
/** Pieces below it are joined by what is written next. */
const SMALL_BYTES = 64_000
/** Who follows and is further behind than this goes straight to the end. */
const FAR_BEHIND_BYTES = 1_000_000
/** The most that is read at once, for lines longer than a step. */
const LONGEST_BYTES = 4_000_000
/** Shown before a place that was jumped to; and how far back its line may begin. */
const BEFORE_BYTES = [8192, LONGEST_BYTES] as const

export interface OutputWindow {
  readonly reports: readonly Record<string, unknown>[]
  readonly text: string | null
  readonly lines?: { readonly of: readonly number[]; readonly count: number } | undefined
  readonly start: number
  readonly next: number
  readonly size: number
  readonly isEnd: boolean
  readonly compacted?: OutputShown['compacted']
}

export interface OutputPiece {
  /** Bytes of the file. */
  readonly start: number
  readonly end: number
  /** Lines that end in it. */
  readonly lines: number
  readonly blocks: readonly OutputBlock[]
}

export interface OutputShown {
  /** Without a gap, in the order of the file. */
  readonly pieces: readonly OutputPiece[]
  readonly size: number
  /** Number of the line that the first piece begins in; null while it is not known. */
  readonly firstLine: number | null
  /** What there is has been read at least once. */
  readonly isRead: boolean
  /** The last piece ends where the file ends, as far as is known. */
  readonly isAtEnd: boolean
  /** Lines or reports that came since nobody follows. */
  readonly news: number
  /** Only the end of it is kept, of so many bytes; null = it is whole. */
  readonly compacted: { readonly at: string; readonly bytes: number } | null
  /** The piece that a jump led to. `count` tells one jump from the next. */
  readonly target: { readonly start: number; readonly count: number } | null
}

export const nothingShown: OutputShown = {
  pieces: [],
  size: 0,
  firstLine: null,
  isRead: false,
  isAtEnd: false,
  news: 0,
  compacted: null,
  target: null,
}

interface OutputReaderOptions {
  /** Null when it could not be read; then it waits until it is asked again. */
  readonly read: (window: { from: number; maxBytes: number }) => Promise<OutputWindow | null>
  /** Number of the line at that byte; null when it could not be asked. */
  readonly lineAt: (offset: number) => Promise<number | null>
  readonly onShown: (shown: OutputShown) => void
  readonly now: () => number
}

export interface OutputReader {
  /** There may be more now. */
  more(): void
  /** Somebody looks at the beginning of what is loaded. */
  earlier(): void
  /** Somebody looks at its end, where the rest was left out. */
  later(): void
  /** Whether the end is kept in sight. Going to it drops what lies between. */
  follow(isFollowing: boolean): void
  /** Loads what stands at that byte. */
  jump(offset: number): void
  close(): void
}

type Job = 'more' | 'earlier' | 'later' | 'end' | { readonly jumpTo: number }

export function openOutputReader({
  read,
  lineAt,
  onShown,
  now,
}: OutputReaderOptions): OutputReader {
  let shown = nothingShown
  let isFollowing = true
  let jumps = 0
  let waiting: Job[] = ['end']
  let isWorking = false
  let isClosed = false

  const show = (change: Partial<OutputShown>): void => {
    if (isClosed) return
    shown = { ...shown, ...change }
    onShown(shown)
  }
  /** A piece that lies before all others has a number of its own: the line is asked for while the text stands there already. */
  const number = async (): Promise<void> => {
    const start = shown.pieces[0]?.start
    if (start === undefined) return
    const firstLine = start === 0 ? 1 : await lineAt(start)
    if (shown.pieces[0]?.start === start) show({ firstLine })
  }
  /** Begins anew near the end of the file. */
  const readEnd = async (): Promise<void> => {
    const probe = await read({ from: 0, maxBytes: 1 })
    if (probe === null) return
    const from = Math.max(0, probe.size - STEP_BYTES)
    const window = await read({ from, maxBytes: STEP_BYTES })
    if (window === null) return
    const isAtEnd = window.isEnd || isStuck(window, from)
    show({
      ...nothingShown,
      pieces: [pieceOf(window)],
      size: window.size,
      isRead: true,
      isAtEnd,
      compacted: window.compacted ?? null,
      firstLine: window.start === 0 ? 1 : null,
    })
    if (window.start > 0) void number()
    if (!isAtEnd) ask('more')
  }
  /** `more`: something was written. `later`: somebody scrolled there. */
  const readOn = async (why: 'more' | 'later'): Promise<void> => {
    const { pieces, isAtEnd } = shown
    const from = endOf(pieces)
    // Somebody reads what is loaded: nothing of it is dropped, and it does not grow without end.
    const isStanding = why === 'more' && !isFollowing
    if (isStanding && (!isAtEnd || bytesOf(pieces) >= KEPT_BYTES)) {
      const probe = await read({ from, maxBytes: 1 })
      if (probe) show({ size: probe.size, isAtEnd: from >= probe.size })
      return
    }
    const window = await read({ from, maxBytes: STEP_BYTES })
    if (window === null) return
    if (isFollowing && window.size - window.next > FAR_BEHIND_BYTES) return ask('end')
    take(window, why === 'more' && isAtEnd, isStanding)
    if (!shown.isAtEnd && isFollowing) ask('more')
  }
  const take = (window: OutputWindow, isNews: boolean, isStanding: boolean): void => {
    const { pieces: before, firstLine } = shown
    const end = endOf(before)
    const pieces = isStuck(window, end) ? before : appended(before, window, isNews ? now() : null)
    const kept = isStanding ? pieces : trimmed(pieces, 'start')
    const dropped = pieces.slice(0, pieces.length - kept.length)
    const news = isNews ? shown.news + newsOf(window) : shown.news
    show({
      pieces: kept,
      firstLine: firstLine === null ? null : firstLine + linesIn(dropped),
      size: window.size,
      isAtEnd: window.isEnd || isStuck(window, end),
      news: isFollowing ? 0 : news,
    })
  }
  const readEarlier = async (): Promise<void> => {
    const before = shown.pieces[0]?.start ?? 0
    if (before === 0) return
    const readBack = async (bytes: number): Promise<OutputWindow | null> => {
      const from = Math.max(0, before - bytes)
      const window = await read({ from, maxBytes: before - from })
      // A line longer than that has no beginning in this window: it is passed over.
      return window && window.next <= window.start ? { ...window, start: from } : window
    }
    let window = await readBack(STEP_BYTES)
    if (window && isBlank(window)) window = await readBack(LONGEST_BYTES)
    if (window === null) return
    const pieces = trimmed([{ ...pieceOf(window), end: before }, ...shown.pieces], 'end')
    const isCut = pieces.length <= shown.pieces.length
    show({
      pieces,
      firstLine: lineBefore(shown.firstLine, window, before),
      size: window.size,
      ...(isCut ? { isAtEnd: false } : {}),
    })
    if (shown.firstLine === null) void number()
  }
  const jump = async (offset: number): Promise<void> => {
    let before: OutputWindow | null = null
    let start = offset
    for (const back of BEFORE_BYTES) {
      if (offset === 0) break
      const from = Math.max(0, offset - back)
      const window = await read({ from, maxBytes: offset - from })
      if (window === null) return
      before = wholeLines(window)
      start = before.next
      if (start < offset || !isBlank(before) || from === 0) break
    }
    const window = await read({ from: start, maxBytes: STEP_BYTES })
    if (window === null) return
    const head = before !== null && before.next > before.start ? [pieceOf(before)] : []
    jumps += 1
    show({
      pieces: [...head, pieceOf({ ...window, start })],
      size: window.size,
      isRead: true,
      isAtEnd: window.isEnd,
      news: 0,
      target: { start, count: jumps },
      firstLine: null,
    })
    await number()
  }
  const doJob = (job: Job): Promise<void> => {
    if (typeof job === 'object') return jump(job.jumpTo)
    if (job === 'end') return readEnd()
    return job === 'earlier' ? readEarlier() : readOn(job)
  }
  const work = async (): Promise<void> => {
    isWorking = true
    for (let job = waiting.shift(); job !== undefined && !isClosed; job = waiting.shift())
      await doJob(job)
    isWorking = false
  }
  /** A jump or the way to the end makes all that waits pointless. */
  const ask = (job: Job): void => {
    if (job === 'end' || typeof job === 'object') waiting = [job]
    else if (!waiting.includes(job)) waiting.push(job)
    if (!isWorking) void work()
  }
  return {
    more: () => ask(shown.isRead ? 'more' : 'end'),
    earlier: () => ask('earlier'),
    later: () => ask('later'),
    follow(isOn) {
      if (isFollowing === isOn) return
      isFollowing = isOn
      if (!isOn) return
      show({ news: 0 })
      ask(shown.isAtEnd ? 'more' : 'end')
    },
    jump(offset) {
      isFollowing = false
      ask({ jumpTo: offset })
    },
    close() {
      isClosed = true
    },
  }
}

/** Number of the line at the start of a window that is put before what begins at `end`. */
function lineBefore(firstLine: number | null, window: OutputWindow, end: number): number | null {
  if (window.start === 0) return 1
  // Of a line that was passed over nobody knows whether it ends there.
  return firstLine === null || window.next !== end ? null : firstLine - linesOf(window)
}

/** Of raw text the last line, which the place is in, is left to the next window. */
function wholeLines(window: OutputWindow): OutputWindow {
  if (window.text === null) return window
  const end = window.text.lastIndexOf('\n') + 1
  const rest = new TextEncoder().encode(window.text.slice(end)).length
  return { ...window, text: window.text.slice(0, end), next: window.next - rest }
}

const isBlank = ({ text, reports }: OutputWindow): boolean => text === null && reports.length === 0
const isStuck = (window: OutputWindow, from: number): boolean => window.next <= from
const endOf = (pieces: readonly OutputPiece[]): number => pieces.at(-1)?.end ?? 0
const bytesOf = (pieces: readonly OutputPiece[]): number => endOf(pieces) - (pieces[0]?.start ?? 0)
const blocksOf = (pieces: readonly OutputPiece[]): number =>
  pieces.reduce((sum, { blocks }) => sum + blocks.length, 0)
const linesIn = (pieces: readonly OutputPiece[]): number =>
  pieces.reduce((sum, { lines }) => sum + lines, 0)
const linesOf = (window: OutputWindow): number =>
  window.text === null ? (window.lines?.count ?? 0) : countLines(window.text)
const newsOf = (window: OutputWindow): number =>
  window.text === null ? window.reports.length : countLines(window.text)

const pieceOf = (window: OutputWindow, at: number | null = null): OutputPiece => {
  const { start, next: end } = window
  return {
    start,
    end,
    lines: linesOf(window),
    blocks: folded([], window, { prefix: `${start}`, at }),
  }
}

function folded(
  blocks: readonly OutputBlock[],
  window: OutputWindow,
  place: Parameters<typeof foldOutput>[2],
): readonly OutputBlock[] {
  return window.text === null
    ? foldOutput(blocks, window.reports.map(toReport), place, window.lines?.of)
    : foldText(blocks, window.text, place)
}

function appended(
  pieces: readonly OutputPiece[],
  window: OutputWindow,
  at: number | null,
): readonly OutputPiece[] {
  const last = pieces.at(-1)
  if (!last || last.end - last.start > SMALL_BYTES) return [...pieces, pieceOf(window, at)]
  const blocks = folded(last.blocks, window, { prefix: `${last.start}`, at, line: last.lines })
  const lines = last.lines + linesOf(window)
  return [...pieces.slice(0, -1), { ...last, end: window.next, lines, blocks }]
}

/** Drops whole pieces at that end until the rest fits; one always stays. */
function trimmed(pieces: readonly OutputPiece[], end: 'start' | 'end'): readonly OutputPiece[] {
  let kept = pieces
  while (
    kept.length > 1 &&
    (bytesOf(kept) > KEPT_BYTES + STEP_BYTES || blocksOf(kept) > KEPT_BLOCKS)
  )
    kept = end === 'start' ? kept.slice(1) : kept.slice(0, -1)
  return kept
}

/** A report of a newer host that this page does not know is shown as it came. */
function toReport(report: Record<string, unknown>): OutputReport {
  const parsed = outputReportSchema.safeParse(report)
  return parsed.success
    ? parsed.data
    : { kind: 'raw', stream: 'stdout', text: JSON.stringify(report) }
}
