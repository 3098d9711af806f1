/** What an agent's output tells while it runs. Not worth a journal row, except the first sign and its conversation. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { LiveFacts, RuntimeReport } from '../../domain/executor.ts'
import { executorOf } from '../executors/registry.ts'
import type { TailNews } from '../output/tail-wire.ts'
import { STAGE_FILES } from '../process/stage-files.ts'
import type { HeldAgent } from './held-agent.ts'

/** A CLI that waits for its provider and does not say how long counts as waiting for so long. */
const UNKNOWN_WAIT_MS = 120_000

/** What speaks no event format is only looked at by the size of its output. */
export const speaksEvents = (one: HeldAgent): boolean =>
  executorOf(one.order.profile.type)?.givesFinal ?? false

/** Takes the news in and gives what is to be reported of it. */
export function noteNews(one: HeldAgent, told: TailNews, now: number): RuntimeReport[] {
  one.outputBytes = told.outputBytes
  one.heardAt = Math.max(one.heardAt, told.heardAt ?? 0)
  one.waitsUntil = told.waiting ? (told.waiting.until ?? now + UNKNOWN_WAIT_MS) : null
  one.doing = told.doing
  const reports: RuntimeReport[] = []
  if (told.heardAt !== null && !one.hasBeenHeard) {
    one.hasBeenHeard = true
    reports.push({ kind: 'heard', at: told.heardAt })
  }
  if (told.usage !== null && !isDeepStrictEqual(told.usage, one.usage)) {
    one.usage = told.usage
    reports.push({ kind: 'usage', usage: told.usage })
  }
  if (told.conversation !== null) reports.push({ kind: 'conversation', id: told.conversation })
  return reports
}

export function factsOf(one: HeldAgent): LiveFacts {
  sizeUp(one)
  const { heardAt: lastHeardAt, waitsUntil: waitsForProviderUntil } = one
  const { outputBytes, isBusy, doing, usage } = one
  const hasEnded = one.isSettling
  return { lastHeardAt, outputBytes, isBusy, hasEnded, waitsForProviderUntil, doing, usage }
}

function sizeUp(one: HeldAgent): void {
  noteWritten(one, STAGE_FILES.stderr)
  if (speaksEvents(one)) return
  const bytes = noteWritten(one, STAGE_FILES.stdout)
  if (bytes !== null) one.outputBytes = bytes
}

/** A file that grew is a sign of life. Gives its size; null where there is no such file. */
function noteWritten(one: HeldAgent, name: string): number | null {
  const stats = statSync(join(one.folder, name), { throwIfNoEntry: false })
  if (!stats) return null
  if (stats.size > 0) one.heardAt = Math.max(one.heardAt, Math.round(stats.mtimeMs))
  return stats.size
}
