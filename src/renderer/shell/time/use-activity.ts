/** What happened when, as bars; fetched anew while the yard moves. */
import { useCallback, useEffect, useState } from 'react'
import { useCalmYard, useConnection, useSession } from '../../model/session/session-context.tsx'
import type { Problem } from '../../model/session/problem.ts'

export const BARS = 160
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
  readonly firstAt: number | null
  readonly bars: readonly Bar[]
  /** ms, oldest first */
  readonly failures: readonly number[]
}

export interface LoadedActivity {
  readonly activity: Activity | null
  readonly problem: Problem | null
}

/** `spanMs` null = from the first commit on. */
export function useActivity(spanMs: number | null): LoadedActivity {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const seq = useCalmYard((view) => view.seq, CALM)
  const [loaded, setLoaded] = useState<LoadedActivity>({ activity: null, problem: null })
  const load = useCallback(async () => {
    const from = spanMs === null ? {} : { from: new Date(Date.now() - spanMs).toISOString() }
    const result = await session.call(({ page }) => page.activity({ ...from, buckets: BARS }))
    if (!result.ok) return { problem: result.error }
    const { bars, failures, firstAt, ...span } = result.value
    return {
      problem: null,
      activity: {
        from: Date.parse(span.from),
        to: Date.parse(span.to),
        heardAt: Date.now(),
        firstAt: firstAt === null ? null : Date.parse(firstAt),
        bars: bars.map((bar) => ({ ...bar, at: Date.parse(bar.at) })),
        failures: failures.map((at) => Date.parse(at)),
      },
    }
  }, [session, spanMs])
  useEffect(() => {
    if (!isLive || seq < 0) return undefined
    let isGone = false
    const take = async (): Promise<void> => {
      const next = document.hidden ? null : await load()
      if (next && !isGone) setLoaded((before) => ({ ...before, ...next }))
    }
    void take()
    const wanted = spanMs === null ? IDLE_MS.most : spanMs * IDLE_MS.share
    const everyMs = Math.min(IDLE_MS.most, Math.max(IDLE_MS.least, wanted))
    const timer = setInterval(() => void take(), everyMs)
    return () => {
      isGone = true
      clearInterval(timer)
    }
  }, [load, isLive, seq, spanMs])
  return loaded
}
