/** What the host says to a question that the page asks again and again. */
import { useCallback, useEffect, useRef, useState } from 'react'
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
  readonly key?: string | number
  /** ms between questions; null = only once per key. A hidden page asks nothing until it is seen. */
  readonly everyMs?: number | null
}

export function useAnswer<T>(
  ask: (client: YardClient) => Promise<T>,
  { key = '', everyMs = null }: Asking = {},
): Answer<T> {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const latest = useRef(ask)
  useEffect(() => {
    latest.current = ask
  })
  const [turn, setTurn] = useState(0)
  const question = `${turn} ${key}`
  const [told, setTold] = useState<Told<T>>({ value: null, problem: null, question: null })
  useEffect(() => {
    if (!isLive) return undefined
    return keepAsking(everyMs, async (isOver) => {
      const result = await session.call((client) => latest.current(client))
      if (isOver()) return
      if (result.ok) setTold({ value: result.value, problem: null, question })
      else setTold((before) => ({ ...before, problem: result.error }))
    })
  }, [session, isLive, everyMs, question])
  const askAgain = useCallback(() => setTurn((each) => each + 1), [])
  const { value, problem } = told
  return { value, problem, isCurrent: told.question === question, askAgain }
}

interface Told<T> {
  readonly value: T | null
  readonly problem: Problem | null
  /** Which question the value answers. */
  readonly question: string | null
}

/** One question at a time; `isOver` is true once the returned function was called. */
function keepAsking(
  everyMs: number | null,
  ask: (isOver: () => boolean) => Promise<void>,
): () => void {
  let hasEnded = false
  let isAsking = false
  const once = async (): Promise<void> => {
    if (isAsking || document.hidden) return
    isAsking = true
    await ask(() => hasEnded)
    isAsking = false
  }
  void once()
  const onSeen = (): void => void once()
  document.addEventListener('visibilitychange', onSeen)
  const timer = everyMs === null ? null : setInterval(() => void once(), everyMs)
  return () => {
    hasEnded = true
    document.removeEventListener('visibilitychange', onSeen)
    if (timer !== null) clearInterval(timer)
  }
}
