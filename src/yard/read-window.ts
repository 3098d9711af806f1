/** A window of an agent's output, parsed or as it is. */
import { join } from 'node:path'
import { err, ok, type Result } from '../base/result.ts'
import { readOutput, readRawOutput } from '../agents/output/read-output.ts'
import { characterBounds } from '../agents/output/whole-characters.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'
import { executorTypeSchema } from '../domain/settings.ts'
import type { StoreReader } from '../store/store.ts'
import type { Yard } from './yard.ts'

type Window = Parameters<Yard['readOutput']>[1]
type Read = Awaited<ReturnType<Yard['readOutput']>>

export async function readWindow(
  parts: { agents: string; plan: Plan; store: StoreReader },
  id: AgentId,
  window: Window,
): Promise<Read> {
  const living = parts.plan.agents.get(id)
  const agent = living ?? parts.store.agent(id)
  if (!agent) return err(unknownAgent(id))
  const folder = join(parts.agents, id)
  const place = { folder, stream: window.stream, from: window.from, maxBytes: window.maxBytes }
  const isEnded = agent.state.kind === 'ended'
  if (window.raw) {
    const raw = await readRawOutput(place)
    const isEnd = raw.nextOffset >= raw.sizeBytes
    // So that windows side by side make the same text as the whole.
    const { begin, end } = characterBounds(raw.bytes, { before: raw.offset > 0, after: !isEnd })
    return ok({
      reports: [],
      text: raw.bytes.toString('utf8', begin, end),
      start: raw.offset + begin,
      next: raw.offset + end,
      size: raw.sizeBytes,
      isEnd,
    })
  }
  const type = executorTypeSchema.safeParse(agent.executorType)
  const parsed = await readOutput(place, {
    executorType: type.success ? type.data : 'command',
    isEnded,
  })
  const reports = parsed.reports.map((report): Record<string, unknown> => ({ ...report }))
  return ok({
    reports,
    text: null,
    start: parsed.offset,
    next: parsed.nextOffset,
    size: parsed.sizeBytes,
    isEnd: parsed.nextOffset >= parsed.sizeBytes,
  })
}

export const unknownAgent = (id: string): Failure =>
  failure('unknown-agent', `there is no agent ${id}`, {
    hint: 'yard agents shows them',
    facts: { id },
  })

export type { Result }
