/** What an agent's output tells while it runs. Not worth a journal row, except the first sign and its conversation. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { LiveFacts, RuntimeReport } from '../../domain/executor.ts'
import { executorOf } from '../executors/registry.ts'
import type { TailNews } from '../output/tail-wire.ts'
import { STAGE_FILES } from '../process/stage-files.ts'
import type { TrackedAgent, LocalRuntimeOptions } from './tracked-agent.ts'

/** A CLI that waits for its provider and does not say how long counts as waiting for so long. */
const UNKNOWN_WAIT_MS = 120_000

/** What speaks no event format is only looked at by the size of its output. */
export const speaksEvents = (one: TrackedAgent): boolean =>
  executorOf(one.order.profile.type)?.givesFinal ?? false

/** Takes the news in and gives what is to be reported of it. */
export function noteNews(one: TrackedAgent, news: TailNews, now: number): RuntimeReport[] {
  // What has grown was written by now, whatever its date says.
  const latest = news.outputBytes > one.outputBytes ? now : Infinity
  one.outputBytes = news.outputBytes
  if (news.heardAt !== null) hear(one, Math.min(news.heardAt, latest), now)
  one.waitsUntil = news.waiting ? (news.waiting.until ?? now + UNKNOWN_WAIT_MS) : null
  one.doing = news.doing
  const reports: RuntimeReport[] = []
  if (news.heardAt !== null && !one.hasBeenHeard) {
    one.hasBeenHeard = true
    reports.push({ kind: 'heard', at: news.heardAt })
  }
  if (news.usage !== null && !isDeepStrictEqual(news.usage, one.usage)) {
    one.usage = news.usage
    reports.push({ kind: 'usage', usage: news.usage })
  }
  if (news.conversation !== null) reports.push({ kind: 'conversation', id: news.conversation })
  return reports
}

export function factsOf(
  one: TrackedAgent,
  { clock, host }: Pick<LocalRuntimeOptions, 'clock' | 'host'>,
): LiveFacts {
  measureOutput(one, clock.now())
  const { heardAt: lastHeardAt, waitsUntil: waitsForProviderUntil } = one
  const { outputBytes, isBusy, doing, usage } = one
  const hasEnded = one.isSettling
  const ranMs = one.leader && (host.ageMs?.(one.leader.startTime) ?? null)
  return { lastHeardAt, outputBytes, isBusy, ranMs, hasEnded, waitsForProviderUntil, doing, usage }
}

/** Later than this is not yet, but of a clock that was set back since. */
const FALSE_CLOCK_MS = 60_000

/** The last sign of life. After the clock was set back a new one is earlier than the one that is known, and counts. */
function hear(one: TrackedAgent, at: number, now: number): void {
  const isOfFalseClock = (time: number): boolean => time > now + FALSE_CLOCK_MS
  if (isOfFalseClock(at)) return
  one.heardAt = isOfFalseClock(one.heardAt) ? at : Math.max(one.heardAt, at)
}

function measureOutput(one: TrackedAgent, now: number): void {
  noteWritten(one, STAGE_FILES.stderr, now)
  if (speaksEvents(one)) return
  const bytes = noteWritten(one, STAGE_FILES.stdout, now)
  if (bytes !== null) one.outputBytes = bytes
}

/** A file that grew is a sign of life. Gives its size; null where there is no such file. */
function noteWritten(one: TrackedAgent, name: string, now: number): number | null {
  const stats = statSync(join(one.folder, name), { throwIfNoEntry: false })
  if (!stats) return null
  if (stats.size > 0) hear(one, Math.round(stats.mtimeMs), now)
  return stats.size
}
