/** The lease of each claimed task: a small file in the agent's folder, because it is renewed too often for the journal. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import type { AgentId } from '../domain/ids.ts'
import { replaceFile } from '../files/replace-file.ts'

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
