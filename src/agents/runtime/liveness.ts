/** Facts from an agent's output while it runs. None of them is journalled, except its first output and its conversation. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { LiveFacts, RuntimeReport } from '../../domain/executor.ts'
import { executorOf } from '../executors/registry.ts'
import type { TailNews } from '../output/tail-wire.ts'
import { STAGE_FILES } from '../process/stage-files.ts'
import type { TrackedAgent, LocalRuntimeOptions } from './tracked-agent.ts'

/** A CLI that waits for its provider without a time counts as waiting for so long. */
const UNKNOWN_WAIT_MS = 120_000

/** Of a program without an event format only the size of its output is observed. */
export const speaksEvents = (one: TrackedAgent): boolean =>
  executorOf(one.order.profile.type)?.givesFinal ?? false

/** Applies the news to the agent and returns what is to be reported. */
export function noteNews(one: TrackedAgent, news: TailNews, now: number): RuntimeReport[] {
  // A file that has grown was written by now, whatever its date.
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

/** A time further ahead comes from a clock that was set back since. */
const FALSE_CLOCK_MS = 60_000

/** Records output. After the clock was set back, a new time replaces a recorded one although it is earlier. */
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

/** A file that grew counts as output. Returns its size; null where there is no such file. */
function noteWritten(one: TrackedAgent, name: string, now: number): number | null {
  const stats = statSync(join(one.folder, name), { throwIfNoEntry: false })
  if (!stats) return null
  if (stats.size > 0) hear(one, Math.round(stats.mtimeMs), now)
  return stats.size
}
