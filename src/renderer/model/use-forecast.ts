/** When what is left will be finished, as the yard says. All who look share one question, put again when something was committed. */
import { useSyncExternalStore } from 'react'
import type { ForecastView } from '../../contract/forecast.ts'
import type { Session } from './session/session.ts'
import { useSession } from './session/session-context.tsx'

interface Poll {
  readonly told: () => ForecastView | null
  readonly subscribe: (listener: () => void) => () => void
}

/** After a commit, for what comes with it. */
const SOON_MS = 500
/** Between two questions. While nothing is committed agents still grow older. */
const LEAST_MS = 10_000
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

  let timer: ReturnType<typeof setTimeout> | null = null

  const look = (): void => {
    timer = null
    const { seq } = session.yard.getState()
    const isLive = session.connection.getState().kind === 'live'
    if (isAsking || !isLive || document.hidden || seq < 0) return
    asked = { seq, at: performance.now() }
    void ask()
  }
  const onNews = (): void => {
    const { seq } = session.yard.getState()
    if (seq === asked.seq) return
    const waitMs = Math.max(SOON_MS, asked.at + LEAST_MS - performance.now())
    timer ??= setTimeout(look, waitMs)
  }
  const ask = async (): Promise<void> => {
    isAsking = true
    const answer = await session.call(({ service }) => service.forecast({ tasks }))
    isAsking = false
    // What was committed meanwhile has found it asking.
    if (listeners.size > 0) onNews()
    if (!answer.ok) return
    told = answer.value
    for (const listener of listeners) listener()
  }
  const enter = (): void => {
    const over = new AbortController()
    const stale = setInterval(look, STALE_MS)
    const offs = [session.connection.subscribe(onNews), session.yard.subscribe(onNews)]
    document.addEventListener('visibilitychange', onNews, { signal: over.signal })
    leave = () => {
      over.abort()
      clearInterval(stale)
      if (timer !== null) clearTimeout(timer)
      timer = null
      for (const off of offs) off()
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
