/** One agent's output as it grows: how far it was read, and what is known from it. Used inside the tail worker. */
import { join } from 'node:path'
import { clip, doingOf, MAX_REPORT_TEXT, type OutputReport } from '../../domain/output.ts'
import { type ExecutorType, printsPlainText } from '../../domain/settings.ts'
import { EMPTY_SUMMARY, type OutputReader, type OutputSummary } from '../executors/executor.ts'
import { executorOf } from '../executors/registry.ts'
import { STAGE_FILES } from '../process/stage-files.ts'
import {
  addMark,
  type ArrivalMark,
  createLineFile,
  type Line,
  lineEnd,
  type LineFile,
  readArrivals,
} from './output-file.ts'
import type { RuntimeUsage } from '../../domain/agent.ts'
import type { AgentId } from '../../domain/ids.ts'

const STDERR_TAIL_BYTES = 4096

export type FollowedOutput = ReturnType<typeof followOutput>

export function followOutput(agent: TailedAgent) {
  const reader = parsingReader(agent)
  const stdout = createLineFile(join(agent.folder, STAGE_FILES.stdout))
  const stderr = createLineFile(join(agent.folder, STAGE_FILES.stderr))
  const collector = createNewsCollector()
  const arrivals = reader && createArrivalMarker(agent.folder, { stdout, stderr })
  let seen: Pick<TailNews, 'heardAt' | 'outputBytes'> = { heardAt: null, outputBytes: 0 }
  let isChanged = false

  const look = (): void => {
    const latest = Math.max(stdout.look() ?? 0, stderr.look() ?? 0)
    const heardAt = latest > 0 ? latest : null
    const outputBytes = stdout.bytes()
    arrivals?.look()
    if (heardAt !== seen.heardAt || outputBytes !== seen.outputBytes) isChanged = true
    seen = { heardAt, outputBytes }
  }
  const onLine = ({ text, isCut }: Line, writtenAt: number): void => {
    isChanged = true
    if (isCut) collector.add({ kind: 'raw', stream: 'stdout', text: clip(text) })
    else for (const report of reader?.read(text, writtenAt) ?? []) collector.add(report)
  }
  const onErrorLine = ({ text, isCut }: Line, writtenAt: number): void => {
    const reports = isCut ? [] : (reader?.readError?.(text, writtenAt) ?? [])
    if (reports.length > 0) isChanged = true
    for (const report of reports) collector.add(report)
  }
  return {
    agent,
    /** Reads at most what fits the buffer; true when there is more. */
    readSome(into: Buffer): boolean {
      look()
      if (!reader) return false
      const readOut = (): boolean => stdout.readSome(into, onLine)
      if (!reader.readError) return readOut()
      const readErrors = (): boolean => stderr.readSome(into, onErrorLine)
      // What was written last is told last, for it says how things stand.
      const isErrorLast = stderr.writtenAt() >= stdout.writtenAt()
      const [first, second] = isErrorLast ? [readOut, readErrors] : [readErrors, readOut]
      const hasMore = first()
      return second() || hasMore
    },
    /** What has changed since the last call, or null. */
    news(): TailNews | null {
      if (!isChanged) return null
      isChanged = false
      return { agentId: agent.agentId, ...seen, ...collector.take() }
    },
    /** Once everything was read: the whole, and the unfinished last line with it. */
    finish(): FinishedOutput {
      look()
      stdout.readRest(onLine)
      for (const report of reader?.rest?.() ?? []) collector.add(report)
      const summary = reader?.finish() ?? EMPTY_SUMMARY
      const { outputBytes } = seen
      const stderrTail = clip(stderr.tail(STDERR_TAIL_BYTES), STDERR_TAIL_BYTES)
      return { summary, stderrTail, outputBytes }
    },
  }
}

/** Null for programs that speak no event format: their output can be any amount of anything, so only its size is looked at. */
function parsingReader({ executorType }: TailedAgent): OutputReader | null {
  if (printsPlainText(executorType)) return null
  return executorOf(executorType)?.createReader() ?? null
}

/** Notes where stdout stood when stderr grew. What nobody sees grow, for no owner lives, comes where the next one finds it. */
function createArrivalMarker(folder: string, files: { stdout: LineFile; stderr: LineFile }) {
  let before: ArrivalMark = { stdout: 0, stderr: 0 }
  let marked: number | null = null
  return {
    look(): void {
      const last = before
      before = { stdout: files.stdout.bytes(), stderr: files.stderr.bytes() }
      if (before.stderr === last.stderr) return
      marked ??= readArrivals(folder).at(-1)?.stderr ?? 0
      const stderr = lineEnd(join(folder, STAGE_FILES.stderr), { from: marked, to: before.stderr })
      if (stderr === marked) return
      marked = stderr
      const isErrorLast = files.stderr.writtenAt() >= files.stdout.writtenAt()
      const to = isErrorLast ? before.stdout : last.stdout
      addMark(folder, {
        stdout: lineEnd(join(folder, STAGE_FILES.stdout), { from: 0, to }),
        stderr,
      })
    },
  }
}

// Collects from an agent's reports what the main thread is sent at the next flush.

type Collected = Pick<
  TailNews,
  'waiting' | 'doing' | 'conversation' | 'usage' | 'reports' | 'dropped'
>

function createNewsCollector() {
  const buffer = createReportBuffer()
  let holds: Omit<Collected, 'reports' | 'dropped'> = {
    waiting: null,
    doing: null,
    conversation: null,
    usage: null,
  }
  return {
    add(report: OutputReport): void {
      buffer.add(report)
      holds = {
        waiting: waitingAfter(report, holds.waiting),
        doing: doingOf(report) ?? holds.doing,
        conversation: report.kind === 'conversation' ? report.id : holds.conversation,
        usage: report.kind === 'usage' ? report.usage : holds.usage,
      }
    },
    /** The reports since the last call, and what holds now. */
    take: (): Collected => ({ ...holds, ...buffer.take() }),
  }
}

/** It waits until something else of its CLI is heard; a stray line is no sign of its provider. */
function waitingAfter(report: OutputReport, before: TailNews['waiting']): TailNews['waiting'] {
  if (report.kind === 'raw') return before
  return report.kind === 'waiting' ? { until: report.until, why: report.why } : null
}

// Collects reports between two hand-overs: raw lines and thoughts that follow each other are joined, and above the bounds the oldest are dropped.

const MAX_REPORTS = 100
/** UTF-16 units of all reports together. */
const MAX_UNITS = 32 * 1024

export function createReportBuffer() {
  let reports: OutputReport[] = []
  let units = 0
  let dropped = 0
  return {
    add(report: OutputReport): void {
      const longer = joined(reports.at(-1), report)
      if (longer) reports.pop()
      reports.push(longer ?? report)
      units += unitsOf(report)
      while (reports.length > 1 && (reports.length > MAX_REPORTS || units > MAX_UNITS)) {
        const oldest = reports.shift()
        units -= oldest ? unitsOf(oldest) : 0
        dropped++
      }
    },
    /** What is there now, oldest first, and how many were dropped before it; empties the buffer. */
    take(): Pick<TailNews, 'reports' | 'dropped'> {
      const taken = { reports, dropped }
      reports = []
      units = 0
      dropped = 0
      return taken
    },
  }
}

/** Whole messages stay apart; lines that are no events, and thoughts, come in many small pieces. */
function joined(before: OutputReport | undefined, next: OutputReport): OutputReport | null {
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

// What the main thread and the tail worker say to each other. Plain data; both ends are this program, so nothing is re-validated.

export interface TailedAgent {
  readonly agentId: AgentId
  /** Holds stdout.log and stderr.log. */
  readonly folder: string
  readonly executorType: ExecutorType
}

export type TailRequest =
  /** Reads from the start of the files and goes on as they grow; a repeated one is a no-op. */
  | { readonly kind: 'follow'; readonly agent: TailedAgent }
  /** Reads to the end, answers `finished` and forgets the agent. Works without a `follow` before. */
  | { readonly kind: 'finish'; readonly agent: TailedAgent }
  | { readonly kind: 'forget'; readonly agentId: AgentId }
  /** The thread ends; nothing is answered any more. */
  | { readonly kind: 'leave' }

/** What is new about one agent, at most a few times a second. */
export interface TailNews {
  readonly agentId: AgentId
  /** When it last wrote something, ms; null while it has written nothing. */
  readonly heardAt: number | null
  /** Bytes of stdout so far. */
  readonly outputBytes: number
  /** It waits for its provider; `until` in ms where it is known. */
  readonly waiting: { readonly until: number | null; readonly why: string } | null
  readonly doing: string | null
  readonly conversation: string | null
  readonly usage: RuntimeUsage | null
  /** Bounded; `dropped` older ones were left out, read them from the files. Always empty for a shell or command. */
  readonly reports: readonly OutputReport[]
  readonly dropped: number
}

export interface FinishedOutput {
  readonly summary: OutputSummary
  /** The last words on stderr, at most 4 kB. */
  readonly stderrTail: string
  readonly outputBytes: number
}

export type TailReply =
  | { readonly kind: 'news'; readonly news: TailNews }
  | { readonly kind: 'finished'; readonly agentId: AgentId; readonly output: FinishedOutput }
