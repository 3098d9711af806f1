/** Collects reports between two hand-overs: raw lines and thoughts that follow each other are joined, and above the bounds the oldest are dropped. */
import { MAX_REPORT_TEXT, type OutputReport } from '../../domain/output.ts'

const MAX_REPORTS = 100
/** UTF-16 units of all reports together. */
const MAX_UNITS = 32 * 1024

export interface ReportBuffer {
  add(report: OutputReport): void
  /** What is there now, oldest first, and how many were dropped before it; empties the buffer. */
  take(): { readonly reports: readonly OutputReport[]; readonly dropped: number }
}

export function createReportBuffer(): ReportBuffer {
  let reports: OutputReport[] = []
  let units = 0
  let dropped = 0
  return {
    add(report) {
      const joined = join(reports.at(-1), report)
      if (joined) reports.pop()
      reports.push(joined ?? report)
      units += unitsOf(report)
      while (reports.length > 1 && (reports.length > MAX_REPORTS || units > MAX_UNITS)) {
        const oldest = reports.shift()
        units -= oldest ? unitsOf(oldest) : 0
        dropped++
      }
    },
    take() {
      const taken = { reports, dropped }
      reports = []
      units = 0
      dropped = 0
      return taken
    },
  }
}

/** Whole messages stay apart; lines that are no events, and thoughts, come in many small pieces. */
function join(before: OutputReport | undefined, next: OutputReport): OutputReport | null {
  if (!before || (before.kind !== 'raw' && before.kind !== 'thinking')) return null
  if (before.kind !== next.kind) return null
  if (before.kind === 'raw' && next.kind === 'raw' && before.stream !== next.stream) return null
  const text = `${before.text}\n${next.text}`
  return text.length > MAX_REPORT_TEXT ? null : { ...before, text }
}

function unitsOf(report: OutputReport): number {
  switch (report.kind) {
    case 'text':
    case 'thinking':
    case 'raw':
    case 'question':
    case 'result':
    case 'tool-result':
      return report.text.length
    case 'tool-call':
      return report.input.length + report.summary.length
    case 'error':
      return report.message.length
    default:
      return 100
  }
}
