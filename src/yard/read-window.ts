/** A window of an agent's output, parsed or as it is. */
import { join } from 'node:path'
import { readCompacted } from '../agents/output/compacted-output.ts'
import { readOutput, readRawOutput } from '../agents/output/read-output.ts'
import { characterBounds } from '../agents/output/search-output.ts'
import { err, ok } from '../base/result.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'
import { executorTypeSchema } from '../domain/settings.ts'
import type { StoreReader } from '../store/store.ts'
import { isoTime } from './views/iso-time.ts'
import type { Yard } from './yard.ts'

type Window = Parameters<Yard['readOutput']>[1]

export async function readWindow(
  parts: { agents: string; plan: Plan; store: StoreReader },
  id: AgentId,
  window: Window,
): ReturnType<Yard['readOutput']> {
  const living = parts.plan.agents.get(id)
  const agent = living ?? parts.store.agent(id)
  if (!agent) return err(unknownAgent(id))
  const { stream, from, maxBytes } = window
  const isEnded = agent.state.kind === 'ended'
  const place = { folder: join(parts.agents, id), stream, isEnded, from, maxBytes }
  const kept = isEnded ? readCompacted(place.folder) : null
  const compacted = kept && { at: isoTime(kept.at), bytes: kept.bytes }
  if (window.raw) return ok({ ...(await rawWindow(place, window.encoding)), compacted })
  const type = executorTypeSchema.safeParse(agent.executorType)
  const parsed = await readOutput(place, type.success ? type.data : 'command')
  return ok({
    reports: parsed.reports.map((report): Record<string, unknown> => ({ ...report })),
    ...(window.withLines && { lines: { of: [...parsed.lines], count: parsed.lineCount } }),
    text: null,
    start: parsed.offset,
    next: parsed.nextOffset,
    size: parsed.sizeBytes,
    isEnd: parsed.isEnd,
    compacted,
  })
}

async function rawWindow(place: Parameters<typeof readRawOutput>[0], encoding: Window['encoding']) {
  const { bytes, offset, nextOffset, sizeBytes } = await readRawOutput(place)
  const isEnd = nextOffset >= sizeBytes
  const isText = encoding === 'utf8'
  // So that texts side by side make the same text as the whole; bytes need no such care.
  const { begin, end } = isText
    ? characterBounds(bytes, { before: offset > 0, after: !isEnd })
    : { begin: 0, end: bytes.length }
  return {
    reports: [] as [],
    text: bytes.toString(encoding, begin, end),
    start: offset + begin,
    next: offset + end,
    size: sizeBytes,
    isEnd,
  }
}

export const unknownAgent = (id: string, shown = id): Failure =>
  failure('unknown-agent', `there is no agent ${shown}`, {
    hint: 'yard agents lists them',
    facts: { id },
  })
