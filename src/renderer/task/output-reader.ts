/** Reads an agent's output window by window, from near its end on. One request at a time. */
import { outputReportSchema, type OutputReport } from '../../domain/output.ts'
import { foldOutput, foldText, type OutputBlock } from './fold-output.ts'

const STEP_BYTES = 256_000

export interface OutputWindow {
  readonly reports: readonly Record<string, unknown>[]
  readonly text: string | null
  readonly next: number
  readonly size: number
  readonly isEnd: boolean
}

export interface OutputShown {
  readonly blocks: readonly OutputBlock[]
  /** Where in the file the first block begins, in bytes. */
  readonly start: number
  readonly size: number
  /** Everything there is has been read at least once. */
  readonly isRead: boolean
}

export const nothingShown: OutputShown = { blocks: [], start: 0, size: 0, isRead: false }

interface OutputReaderOptions {
  /** Shows at most so many bytes from before it began. */
  readonly tailBytes: number
  /** Null when it could not be read; then it waits for the next `more`. */
  readonly read: (window: { from: number; maxBytes: number }) => Promise<OutputWindow | null>
  readonly onShown: (shown: OutputShown) => void
}

export interface OutputReader {
  /** There may be more now. */
  more(): void
  close(): void
}

export function openOutputReader({ tailBytes, read, onShown }: OutputReaderOptions): OutputReader {
  let shown = nothingShown
  let next: number | null = null
  let isReading = false
  let isAskedAgain = false
  let isClosed = false

  const readAll = async (): Promise<void> => {
    if (next === null) {
      const probe = await read({ from: 0, maxBytes: 1 })
      if (probe === null) return
      next = Math.max(0, probe.size - tailBytes)
      shown = { ...nothingShown, start: next }
    }
    for (;;) {
      const isFirst = next === shown.start
      const window = await read({ from: next, maxBytes: STEP_BYTES })
      if (window === null || isClosed) return
      const isStuck: boolean = window.next === next
      next = window.next
      const isRead = window.isEnd || isStuck
      shown = { ...shown, ...fold(shown, window, isFirst && shown.start > 0), isRead }
      onShown(shown)
      if (isRead) return
    }
  }
  const more = async (): Promise<void> => {
    if (isReading) {
      isAskedAgain = true
      return
    }
    isReading = true
    do {
      isAskedAgain = false
      await readAll()
    } while (isAskedAgain && !isClosed)
    isReading = false
  }
  return {
    more: () => void more(),
    close() {
      isClosed = true
    },
  }
}

function fold(
  shown: OutputShown,
  window: OutputWindow,
  isCutIn: boolean,
): Pick<OutputShown, 'blocks' | 'size'> {
  if (window.text !== null)
    return { blocks: foldText(shown.blocks, window.text), size: window.size }
  const reports = window.reports.map(toReport)
  // A window that begins in the middle of the file may begin in the middle of a line.
  const whole = isCutIn && reports[0]?.kind === 'raw' ? reports.slice(1) : reports
  return { blocks: foldOutput(shown.blocks, whole), size: window.size }
}

/** A report of a newer host that this page does not know is shown as it came. */
function toReport(report: Record<string, unknown>): OutputReport {
  const parsed = outputReportSchema.safeParse(report)
  return parsed.success
    ? parsed.data
    : { kind: 'raw', stream: 'stdout', text: JSON.stringify(report) }
}
