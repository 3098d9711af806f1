/** Gathers from an agent's reports what the main thread is told between two hand-overs. */
import { doingOf, type OutputReport } from '../../domain/output.ts'
import { createReportBuffer } from './report-buffer.ts'
import type { TailNews } from './tail-wire.ts'

type Collected = Pick<
  TailNews,
  'waiting' | 'doing' | 'conversation' | 'usage' | 'reports' | 'dropped'
>

export interface NewsCollector {
  add(report: OutputReport): void
  /** The reports since the last call, and what holds now. */
  take(): Collected
}

export function createNewsCollector(): NewsCollector {
  const buffer = createReportBuffer()
  let holds: Omit<Collected, 'reports' | 'dropped'> = {
    waiting: null,
    doing: null,
    conversation: null,
    usage: null,
  }
  return {
    add(report) {
      buffer.add(report)
      holds = {
        waiting: waitingAfter(report, holds.waiting),
        doing: doingOf(report) ?? holds.doing,
        conversation: report.kind === 'conversation' ? report.id : holds.conversation,
        usage: report.kind === 'usage' ? report.usage : holds.usage,
      }
    },
    take: () => ({ ...holds, ...buffer.take() }),
  }
}

/** It waits until something else of its CLI is heard; a stray line is no sign of its provider. */
function waitingAfter(report: OutputReport, before: TailNews['waiting']): TailNews['waiting'] {
  if (report.kind === 'raw') return before
  return report.kind === 'waiting' ? { until: report.until, why: report.why } : null
}
