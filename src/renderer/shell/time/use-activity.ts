/** What happened when, as bars; fetched anew while the yard moves. */
import { useThrottledYard, useConnection } from '../../model/session/session-context.tsx'
import { type Answer, useAnswer } from '../../model/use-answer.ts'
import { useNow } from '../../ui/timers.ts'

const BARS = 160
const CALM = { everyMs: 2000 }
/** The present moves on without news, too; a short span oftener, so that its bars stand where they belong. */
const IDLE_MS = { least: 2000, most: 30_000, share: 0.2 }

export interface Bar {
  /** ms, its beginning */
  readonly at: number
  readonly events: number
  readonly failures: number
}

export interface Activity {
  readonly from: number
  /** The present when it was told. */
  readonly to: number
  /** The same instant by the clock of this page. */
  readonly heardAt: number
  readonly bars: readonly Bar[]
  /** ms, oldest first */
  readonly failures: readonly number[]
}

/** `spanMs` null = from the first commit on. */
export function useActivity(spanMs: number | null): Answer<Activity> {
  const seq = useThrottledYard((view) => view.seq, CALM)
  const wanted = spanMs === null ? IDLE_MS.most : spanMs * IDLE_MS.share
  return useAnswer(
    async ({ page }) => {
      const since = spanMs === null ? {} : { from: new Date(Date.now() - spanMs).toISOString() }
      const { from, to, bars, failures } = await page.activity({ ...since, buckets: BARS })
      return {
        from: Date.parse(from),
        to: Date.parse(to),
        heardAt: Date.now(),
        bars: bars.map((bar) => ({ ...bar, at: Date.parse(bar.at) })),
        failures: failures.map((at) => Date.parse(at)),
      }
    },
    {
      key: `${seq} ${spanMs}`,
      everyMs: Math.min(IDLE_MS.most, Math.max(IDLE_MS.least, wanted)),
    },
  )
}

/** The present moves on between two answers of the yard, and stands while nobody hears it. */
export const useIsLive = (): boolean => useConnection().kind !== 'lost'

/** ms since the yard told `activity`, up to the loss of the connection. */
export function useAhead({ heardAt }: Pick<Activity, 'heardAt'>): number {
  const now = useNow(1000)
  const connection = useConnection()
  return Math.max(0, (connection.kind === 'lost' ? connection.since : now) - heardAt)
}
