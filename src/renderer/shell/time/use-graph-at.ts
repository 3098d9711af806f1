/** Keeps what the graph shows in step with the head: fetches moments, runs the replay, goes back to the present. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Problem } from '../../model/session/problem.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { showLive, showTime } from '../../model/shown-time.ts'
import { useRoute } from '../../model/route.ts'
import { createGraphAtLoader } from './graph-at-loader.ts'
import { nextOfReplay } from './time-scale.ts'
import type { Activity } from './use-activity.ts'
import { getPlayhead, isoOf, leaveHead, moveHead, readAddress, usePlayhead } from './playhead.ts'

/** A replay moves on twice a second. */
const REPLAY_EVERY_MS = 500

/** Gives why a point in time cannot be shown. */
export function useGraphAt(activity: Activity | null): Problem | null {
  const session = useSession()
  const { at, isReplaying } = usePlayhead()
  const [problem, setProblem] = useState<Problem | null>(null)
  const named = useRoute().filters['at']
  const latest = useRef(activity)
  useEffect(() => {
    latest.current = activity
  })
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
      const shown = latest.current
      const { at: from } = getPlayhead()
      const to = shown === null || from === null ? null : nextOfReplay(shown, from)
      moveHead(to)
      const next = shown === null || to === null ? null : nextOfReplay(shown, to)
      if (next !== null) loader.prefetch(next)
    }, REPLAY_EVERY_MS)
    return () => clearInterval(timer)
  }, [loader, isReplaying])
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
