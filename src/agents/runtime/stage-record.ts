/** `launch.json`: what was started, in which boot, under which marker. Names variables, never their values. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { workplaceSchema } from '../../domain/agent.ts'
import { STAGE_FILES } from '../process/stage-files.ts'

const recordSchema = z.object({
  version: z.literal(1),
  agent: z.string(),
  task: z.string(),
  generation: z.number(),
  executor: z.string(),
  executorType: z.string(),
  model: z.string().nullable(),
  argv: z.array(z.string()),
  /** Names of the variables that were set for it beside the inherited ones. */
  variables: z.array(z.string()),
  stdin: z.enum(['prompt', 'none']),
  bootId: z.string(),
  /** Value of the marker variable; finds what it started, opens nothing. */
  key: z.string(),
  workplace: workplaceSchema,
  conversation: z.string().nullable(),
  at: z.string(),
})
export type StageRecord = z.infer<typeof recordSchema>

export function writeStageRecord(folder: string, record: Omit<StageRecord, 'version'>): void {
  writeFileSync(
    join(folder, STAGE_FILES.launch),
    `${JSON.stringify({ version: 1, ...record }, null, 2)}\n`,
    { mode: 0o600 },
  )
}

/** Null when it is not there or cannot be understood: then nothing is known of the boot or the marker. */
export function readStageRecord(folder: string): StageRecord | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(join(folder, STAGE_FILES.launch), 'utf8')))
  } catch {
    return null // a crash may have come before it was written
  }
}
