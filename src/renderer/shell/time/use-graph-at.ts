/** Keeps what the graph shows in step with the head: fetches moments, runs the replay, goes back to the present. */
import { useEffect, useEffectEvent, useMemo, useState } from 'react'
import type { Problem } from '../../model/session/problem.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { showLive, showTime } from '../../model/shown-time.ts'
import { useRoute } from '../../model/route.ts'
import { nextOfReplay } from './time-scale.ts'
import type { Activity } from './use-activity.ts'
import { getPlayhead, isoOf, leaveHead, moveHead, readAddress, usePlayhead } from './playhead.ts'
import type { GraphAt } from '../../../contract/page.ts'
import type { Result } from '../../../base/result.ts'

const REPLAY_EVERY_MS = 500

/** Gives why a point in time cannot be shown. */
export function useGraphAt(activity: Activity | null): Problem | null {
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
  const replayOn = useEffectEvent(() => {
    const { at: from } = getPlayhead()
    const to = activity === null || from === null ? null : nextOfReplay(activity, from)
    moveHead(to)
    const next = activity === null || to === null ? null : nextOfReplay(activity, to)
    if (next !== null) loader.prefetch(next)
  })
  useEffect(() => {
    if (!isReplaying) return undefined
    const timer = setInterval(() => replayOn(), REPLAY_EVERY_MS)
    return () => clearInterval(timer)
  }, [isReplaying])
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

// Fetches moments of the past while the head moves: one at a time, the newest wish next, and nothing that comes too late is shown.

export interface GraphAtLoaderParts {
  /** `at` in ms. */
  readonly fetch: (at: number) => Promise<Result<GraphAt, Problem>>
  readonly show: (moment: GraphAt) => void
  readonly onProblem: (problem: Problem | null) => void
}

export interface GraphAtLoader {
  /** Shows that instant as soon as it is there; null = the present, and what is under way is dropped. */
  want(at: number | null): void
  /** Fetches ahead, once nothing else is under way. */
  prefetch(at: number): void
}

/** Moments kept: enough for a replay to run ahead of itself. */
const KEPT = 8

export function createGraphAtLoader({ fetch, show, onProblem }: GraphAtLoaderParts): GraphAtLoader {
  const kept = new Map<number, GraphAt>()
  let wanted: number | null = null
  let ahead: number | null = null
  let isBusy = false
  /** Raised on every way back to the present: what was asked for before it comes too late. */
  let turn = 0

  const keep = (at: number, moment: GraphAt): void => {
    kept.set(at, moment)
    const [oldest] = kept.keys()
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
  }
  const next = (): number | null => {
    if (wanted !== null && !kept.has(wanted)) return wanted
    return ahead !== null && wanted !== null && !kept.has(ahead) ? ahead : null
  }
  const load = async (at: number): Promise<boolean> => {
    const wasWanted = at === wanted
    const asked = turn
    const result = await fetch(at)
    if (asked !== turn) return true
    if (result.ok) {
      keep(at, result.value)
      if (at === wanted) onProblem(null)
      // While the head moves on, an older wish is better than nothing, but not than what is shown by now.
      if (at === wanted || (wasWanted && wanted !== null && !kept.has(wanted))) show(result.value)
      return true
    }
    if (at === wanted) onProblem(result.error)
    if (at === ahead) ahead = null
    return at !== wanted
  }
  const run = async (): Promise<void> => {
    if (isBusy) return
    isBusy = true
    for (let at = next(); at !== null; at = next()) if (!(await load(at))) break
    isBusy = false
  }

  return {
    want(at) {
      wanted = at
      if (at === null) {
        turn += 1
        ahead = null
        kept.clear()
        return onProblem(null)
      }
      const known = kept.get(at)
      if (known) show(known)
      void run()
    },
    prefetch(at) {
      ahead = at
      void run()
    },
  }
}
