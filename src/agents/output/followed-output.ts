/** One agent's output as it grows: how far it was read, and what is known from it. Used inside the tail worker. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Usage } from '../../domain/agent.ts'
import { clip, doingOf, type OutputReport } from '../../domain/output.ts'
import { EMPTY_SUMMARY, type OutputReader } from '../executors/executor.ts'
import { executorOf } from '../executors/registry.ts'
import { STAGE_FILES } from '../process/stage-files.ts'
import { createLineSplitter, type Line } from './line-splitter.ts'
import { createReportBuffer } from './report-buffer.ts'
import type { FinishedOutput, TailedAgent, TailNews } from './tail-wire.ts'

const STDERR_TAIL_BYTES = 4096

export interface FollowedOutput {
  readonly agent: TailedAgent
  /** Reads at most what fits the buffer; true when there is more. */
  readSome(buffer: Buffer): boolean
  /** What has changed since the last call, or null. */
  news(): TailNews | null
  /** Once everything was read: the whole, and the unfinished last line with it. */
  finish(): FinishedOutput
}

export function followOutput(agent: TailedAgent): FollowedOutput {
  const stdout = join(agent.folder, STAGE_FILES.stdout)
  const stderr = join(agent.folder, STAGE_FILES.stderr)
  const reader = parsingReader(agent)
  const splitter = createLineSplitter()
  const buffer = createReportBuffer()
  let offset = 0
  let heardAt: number | null = null
  let outputBytes = 0
  let isChanged = false
  let waiting: TailNews['waiting'] = null
  let doing: string | null = null
  let conversation: string | null = null
  let usage: Usage | null = null

  const onReport = (report: OutputReport): void => {
    buffer.add(report)
    if (report.kind !== 'raw')
      waiting = report.kind === 'waiting' ? { until: report.until, why: report.why } : null
    if (report.kind === 'conversation') conversation = report.id
    if (report.kind === 'usage') usage = report.usage
    doing = doingOf(report) ?? doing
  }
  const onLine = ({ text, isCut }: Line, writtenAt: number): void => {
    if (isCut) onReport({ kind: 'raw', stream: 'stdout', text: clip(text) })
    else for (const report of reader?.read(text, writtenAt) ?? []) onReport(report)
  }
  const look = (): number => {
    const out = sizeOf(stdout)
    const heard = Math.max(out.writtenAt ?? 0, sizeOf(stderr).writtenAt ?? 0)
    if (heard > 0 && heard !== heardAt) {
      heardAt = heard
      isChanged = true
    }
    if (out.bytes !== outputBytes) isChanged = true
    outputBytes = out.bytes
    return out.writtenAt ?? Date.now()
  }
  return {
    agent,
    readSome(into) {
      const writtenAt = look()
      if (!reader || offset >= outputBytes) return false
      const bytes = readAt(stdout, offset, into)
      offset += bytes.length
      for (const line of splitter.push(bytes)) onLine(line, writtenAt)
      return bytes.length > 0 && offset < outputBytes
    },
    news() {
      if (!isChanged) return null
      isChanged = false
      return {
        agentId: agent.agentId,
        heardAt,
        outputBytes,
        waiting,
        doing,
        conversation,
        usage,
        ...buffer.take(),
      }
    },
    finish() {
      const last = splitter.rest()
      if (last) onLine(last, look())
      const from = Math.max(0, sizeOf(stderr).bytes - STDERR_TAIL_BYTES)
      const tail = readAt(stderr, from, Buffer.alloc(STDERR_TAIL_BYTES)).toString('utf8')
      return {
        summary: reader?.finish() ?? EMPTY_SUMMARY,
        stderrTail: clip(tail, STDERR_TAIL_BYTES),
        outputBytes,
      }
    },
  }
}

/** Null for programs that speak no event format: their output can be any amount of anything, so only its size is looked at. */
function parsingReader({ executorType }: TailedAgent): OutputReader | null {
  if (executorType === 'shell' || executorType === 'command') return null
  return executorOf(executorType)?.createReader() ?? null
}

/** A file that is not there yet, or was taken away, is empty. */
function sizeOf(path: string): { readonly bytes: number; readonly writtenAt: number | null } {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats || stats.size === 0) return { bytes: 0, writtenAt: null }
  return { bytes: stats.size, writtenAt: Math.round(stats.mtimeMs) }
}

function readAt(path: string, offset: number, into: Buffer): Buffer {
  try {
    const file = openSync(path, 'r')
    try {
      return into.subarray(0, readSync(file, into, 0, into.length, offset))
    } finally {
      closeSync(file)
    }
  } catch {
    // Not there (yet), or not readable any more: nothing to read. What it means is decided by exit.json.
    return into.subarray(0, 0)
  }
}
