/** One agent's output as it grows: how far it was read, and what is known from it. Used inside the tail worker. */
import { join } from 'node:path'
import { clip } from '../../domain/output.ts'
import { EMPTY_SUMMARY, type OutputReader } from '../executors/executor.ts'
import { executorOf } from '../executors/registry.ts'
import { STAGE_FILES } from '../process/stage-files.ts'
import { createLineSplitter, type Line } from './line-splitter.ts'
import { createNewsCollector } from './news-collector.ts'
import { readAt, sizeOf } from './output-file.ts'
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
  const collector = createNewsCollector()
  let offset = 0
  let seen: { readonly heardAt: number | null; readonly outputBytes: number } = {
    heardAt: null,
    outputBytes: 0,
  }
  let isChanged = false

  /** Returns when stdout was last written to. */
  const look = (): number => {
    const { bytes: outputBytes, writtenAt } = sizeOf(stdout)
    const latest = Math.max(writtenAt ?? 0, sizeOf(stderr).writtenAt ?? 0)
    const heardAt = latest > 0 ? latest : null
    if (heardAt !== seen.heardAt || outputBytes !== seen.outputBytes) isChanged = true
    seen = { heardAt, outputBytes }
    return writtenAt ?? Date.now()
  }
  const onLine = ({ text, isCut }: Line, writtenAt: number): void => {
    isChanged = true
    if (isCut) collector.add({ kind: 'raw', stream: 'stdout', text: clip(text) })
    else for (const report of reader?.read(text, writtenAt) ?? []) collector.add(report)
  }
  return {
    agent,
    readSome(into) {
      const writtenAt = look()
      if (!reader || offset >= seen.outputBytes) return false
      const bytes = readAt(stdout, offset, into)
      offset += bytes.length
      for (const line of splitter.push(bytes)) onLine(line, writtenAt)
      return bytes.length > 0 && offset < seen.outputBytes
    },
    news() {
      if (!isChanged) return null
      isChanged = false
      return { agentId: agent.agentId, ...seen, ...collector.take() }
    },
    finish() {
      const writtenAt = look()
      const last = splitter.rest()
      if (last) onLine(last, writtenAt)
      const from = Math.max(0, sizeOf(stderr).bytes - STDERR_TAIL_BYTES)
      const tail = readAt(stderr, from, Buffer.alloc(STDERR_TAIL_BYTES)).toString('utf8')
      const summary = reader?.finish() ?? EMPTY_SUMMARY
      const { outputBytes } = seen
      return { summary, stderrTail: clip(tail, STDERR_TAIL_BYTES), outputBytes }
    },
  }
}

/** Null for programs that speak no event format: their output can be any amount of anything, so only its size is looked at. */
function parsingReader({ executorType }: TailedAgent): OutputReader | null {
  if (executorType === 'shell' || executorType === 'command') return null
  return executorOf(executorType)?.createReader() ?? null
}
