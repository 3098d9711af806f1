/** `launch.json`: what was started, in which boot, under which marker. Names variables, never their values. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { workplaceSchema } from '../../../domain/agent.ts'
import { STAGE_FILES } from '../../process/stage-files.ts'
import type { Log } from '../../../base/log.ts'
import type { AgentId } from '../../../domain/ids.ts'
import { replaceFile } from '../../../files/replace-file.ts'

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
  /** The folder that it was written in, and the identity of that; absent in what was written before they were kept. */
  folder: z.string().optional(),
  inode: z.string().optional(),
})
export type StageRecord = z.infer<typeof recordSchema>

type Written = Omit<StageRecord, 'version' | 'folder' | 'inode'>

export function writeStageRecord(folder: string, record: Written): void {
  const whole = { version: 1, ...record, folder, inode: inodeOf(folder) }
  const text = `${JSON.stringify(whole, null, 2)}\n`
  writeFileSync(join(folder, STAGE_FILES.launch), text, { mode: 0o600 })
}

/** No boot of any machine: nothing that lives belongs to a stage with this one. */
const NO_BOOT = 'copied'

/**
 * Null when it is not there or cannot be understood: then nothing is known of the boot or the marker. In the copy of a folder both
 * are replaced, because the processes that the record names are those of the folder that was copied.
 */
export function readStageRecord(folder: string): StageRecord | null {
  try {
    const text = readFileSync(join(folder, STAGE_FILES.launch), 'utf8')
    const record = recordSchema.parse(JSON.parse(text))
    return isCopied(record, folder) ? { ...record, bootId: NO_BOOT, key: randomUUID() } : record
  } catch {
    return null // a crash may have come before it was written
  }
}

/** A folder that was moved keeps its inode, one that is reached by another name has it too. */
const isCopied = ({ folder, inode }: StageRecord, here: string): boolean =>
  folder !== undefined && folder !== here && inode !== inodeOf(here)

export function inodeOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true })
  return `${dev}:${ino}`
}

// The lease of each claimed task: a small file in the agent's folder, because it is renewed too often for the journal.

const NAME = 'lease'

/** `agents`: `.yard/agents`. */
export function createLeaseBook(agents: string, log: Log) {
  return {
    read(id: AgentId): number | null {
      try {
        const text = readFileSync(join(agents, id, NAME), 'utf8').trim()
        return /^\d{1,16}$/.test(text) ? Number(text) : null
      } catch {
        return null // never renewed
      }
    },
    /** Never throws: the living owner has the time in memory, and for a later one an older lease is the safe side. */
    write(id: AgentId, untilMs: number): void {
      const file = join(agents, id, NAME)
      try {
        mkdirSync(join(agents, id), { recursive: true, mode: 0o700 })
        replaceFile(file, `${Math.round(untilMs)}\n`)
      } catch (error) {
        log.warn('a lease could not be written', { agent: id, error: String(error) })
      }
    },
  }
}
