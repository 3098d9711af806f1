/** Keeps what the graph shows in step with the head: fetches moments, runs the replay, goes back to the present. */
import { useEffect, useMemo, useState } from 'react'
import type { Problem } from '../../model/session/problem.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { showLive, showTime } from '../../model/shown-time.ts'
import { useRoute } from '../../model/route.ts'
import { createGraphAtLoader } from './graph-at-loader.ts'
import { getPlayhead, isoOf, leaveHead, moveHead, readAddress, usePlayhead } from './playhead.ts'

/** A replay moves on twice a second, by half a minute of the yard's time: 60 times as fast as it was. */
const REPLAY_EVERY_MS = 500
const REPLAY_FACTOR = 60
const LEAP_MS = REPLAY_EVERY_MS * REPLAY_FACTOR

/** `now` in ms: the replay ends there. Gives why a moment cannot be shown. */
export function useGraphAt(now: number): Problem | null {
  const session = useSession()
  const { at, isReplaying } = usePlayhead()
  const [problem, setProblem] = useState<Problem | null>(null)
  const named = useRoute().filters['at']
  const loader = useMemo(
    () =>
      createGraphAtLoader({
        fetch: (instant) => session.call(({ page }) => page.moment({ at: isoOf(instant) })),
        show: showTime,
        onProblem: setProblem,
      }),
    [session],
  )
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the address has changed
  useEffect(readAddress, [named])
  useEffect(() => {
    loader.want(at)
    if (at === null) showLive()
  }, [loader, at])
  useEffect(() => {
    if (!isReplaying) return undefined
    const timer = setInterval(() => {
      const to = (getPlayhead().at ?? now) + LEAP_MS
      moveHead(to >= now ? null : to)
      if (to + LEAP_MS < now) loader.prefetch(to + LEAP_MS)
    }, REPLAY_EVERY_MS)
    return () => clearInterval(timer)
  }, [loader, isReplaying, now])
  useEffect(
    () => () => {
      leaveHead()
      loader.want(null)
      showLive()
    },
    [loader],
  )
  return problem
}
