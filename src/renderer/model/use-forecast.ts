/** When what is left will be finished, as the yard says. All who look share one question, put again when something was committed. */
import { useSyncExternalStore } from 'react'
import type { ForecastView } from '../../contract/forecast.ts'
import type { Session } from './session/session.ts'
import { useSession } from './session/session-context.tsx'

interface Poll {
  readonly told: () => ForecastView | null
  readonly subscribe: (listener: () => void) => () => void
}

/** Looks whether something was committed; while nothing was, agents still grow older. */
const LOOK_MS = 10_000
const STALE_MS = 60_000

const polls = new WeakMap<Session, { readonly [K in 'brief' | 'whole']: Poll }>()

/** Null before the first answer, and where the yard gives none. `whole`: with the times of each task. */
export function useForecast(extent: 'brief' | 'whole' = 'brief'): ForecastView | null {
  const session = useSession()
  let known = polls.get(session)
  if (!known) {
    known = { brief: createPoll(session, false), whole: createPoll(session, true) }
    polls.set(session, known)
  }
  const { subscribe, told } = known[extent]
  return useSyncExternalStore(subscribe, told)
}

function createPoll(session: Session, tasks: boolean): Poll {
  const listeners = new Set<() => void>()
  let told: ForecastView | null = null
  let isAsking = false
  let asked = { seq: -1, at: -Infinity }
  let leave = (): void => {}

  const look = (): void => {
    const { seq } = session.yard.getState()
    const isLive = session.connection.getState().kind === 'live'
    const isFresh = seq === asked.seq && performance.now() - asked.at < STALE_MS
    if (isAsking || !isLive || isFresh || document.hidden) return
    asked = { seq, at: performance.now() }
    void ask()
  }
  const ask = async (): Promise<void> => {
    isAsking = true
    const answer = await session.call(({ service }) => service.forecast({ tasks }))
    isAsking = false
    if (!answer.ok) return
    told = answer.value
    for (const listener of listeners) listener()
  }
  const enter = (): void => {
    const over = new AbortController()
    const timer = setInterval(look, LOOK_MS)
    const off = session.connection.subscribe(look)
    document.addEventListener('visibilitychange', look, { signal: over.signal })
    leave = () => {
      over.abort()
      clearInterval(timer)
      off()
    }
    look()
  }
  return {
    told: () => told,
    subscribe(listener) {
      if (listeners.size === 0) enter()
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) leave()
      }
    },
  }
}
