/** Whose marker a process carries: every agent's folder holds what it was started with, the marker's value included. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { STAGE_FILES } from '../agents/process/stage-files.ts'
import { yardPaths } from '../config/paths.ts'
import { agentIdSchema, agentNumberOf, type AgentId } from '../domain/ids.ts'
import { agentToken, openSecret } from './handlers/agent-token.ts'

const recordSchema = z.object({
  agent: agentIdSchema,
  task: z.string(),
  generation: z.number().int().positive(),
  key: z.string(),
})

export interface MarkedAgent {
  readonly agentId: AgentId
  readonly taskId: string
  readonly generation: number
  readonly token: string
}

/** Null when no agent of the yard in `root` was started with this marker, or its token cannot be made here. */
export function findMarkedAgent(root: string, marker: string): MarkedAgent | null {
  const { agents, service } = yardPaths(root)
  for (const id of newestFirst(agents)) {
    const record = readRecord(join(agents, id, STAGE_FILES.launch))
    if (record?.key !== marker) continue
    const { agent: agentId, task: taskId, generation } = record
    try {
      const token = agentToken(openSecret(service.secret), agentId, generation)
      return { agentId, taskId, generation, token }
    } catch {
      return null // the secret is not ours to read
    }
  }
  return null
}

/** Ids are counted up. */
function newestFirst(folder: string): AgentId[] {
  try {
    const ids = readdirSync(folder).flatMap((name) => agentIdSchema.safeParse(name).data ?? [])
    return ids.toSorted((a, b) => agentNumberOf(b) - agentNumberOf(a))
  } catch {
    return [] // no agent was ever started
  }
}

function readRecord(file: string): z.infer<typeof recordSchema> | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null // not written, torn, or another user's
  }
}
