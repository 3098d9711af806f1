/** What the host says to a question of the page, asked once or again and again. */
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react'
import type { YardClient } from './session/link.ts'
import type { Problem } from './session/problem.ts'
import { useConnection, useSession } from './session/session-context.tsx'

export interface Answer<T> {
  /** The latest answer; null before the first. It stays while a newer one is asked for. */
  readonly value: T | null
  /** Why the last question was not answered. */
  readonly problem: Problem | null
  /** The value answers the question as it is put now, not an earlier one. */
  readonly isCurrent: boolean
  askAgain(): void
}

interface Asking {
  /** Another key is another question: it is asked at once. */
  readonly key?: unknown
  /** ms between questions; null = only once per key. A hidden page asks nothing until it is seen. */
  readonly everyMs?: number | null
}

interface Told<T> extends Pick<Answer<T>, 'value' | 'problem'> {
  /** Which question the value answers. */
  readonly question: object | null
}

/** One question at a time; an answer to one that was put before is dropped. */
export function useAnswer<T>(
  ask: (client: YardClient) => Promise<T>,
  { key, everyMs = null }: Asking = {},
): Answer<T> {
  const session = useSession()
  const { kind } = useConnection()
  const isAnswering = kind === 'live' || kind === 'start-screen'
  const put = useEffectEvent(ask)
  const [turn, setTurn] = useState(0)
  const question = useMemo(() => ({ key, turn }), [key, turn])
  const [told, setTold] = useState<Told<T>>({ value: null, problem: null, question: null })
  useEffect(() => {
    if (!isAnswering) return undefined
    const over = new AbortController()
    let isAsking = false
    const once = async (): Promise<void> => {
      if (isAsking || document.hidden) return
      isAsking = true
      const result = await session.call((client) => put(client))
      isAsking = false
      if (over.signal.aborted) return
      if (result.ok) setTold({ value: result.value, problem: null, question })
      else setTold((before) => ({ ...before, problem: result.error }))
    }
    const ask = (): void => void once()
    ask()
    document.addEventListener('visibilitychange', ask, { signal: over.signal })
    const timer = everyMs === null ? undefined : setInterval(ask, everyMs)
    return () => {
      over.abort()
      clearInterval(timer)
    }
  }, [session, isAnswering, everyMs, question])
  const askAgain = useCallback(() => setTurn((each) => each + 1), [])
  const { value, problem } = told
  return { value, problem, isCurrent: told.question === question, askAgain }
}
