/** Bytes of output per step of one agent, oldest first. Asked for when there is news of it, at most once a step. */
import { useEffect, useRef, useState } from 'react'
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'

export interface OutputRate {
  readonly stepMs: number
  readonly bytes: readonly number[]
}

export function useRate(agentId: string): OutputRate | null {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const [rate, setRate] = useState<OutputRate | null>(null)
  const askedAt = useRef(-Infinity)
  const news = useYard((view) => view.agents.get(agentId)?.outputBytes ?? null)
  const stepMs = rate?.stepMs ?? 0
  useEffect(() => {
    if (!isLive || performance.now() - askedAt.current < stepMs) return undefined
    askedAt.current = performance.now()
    let isStale = false
    void session
      .call(({ page }) => page.rates())
      .then((found) => {
        const bytes = found.ok ? found.value.agents[agentId] : undefined
        if (found.ok && bytes && !isStale) setRate({ stepMs: found.value.stepMs, bytes })
        return undefined
      })
    return () => {
      isStale = true
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- more output is the reason to ask again
  }, [session, agentId, isLive, news, stepMs])
  return rate
}
