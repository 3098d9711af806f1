/** How components read the yard and send to it. */
import { createContext, useCallback, useContext, useState } from 'react'
import { useStore } from 'zustand'
import { calmYardOf } from './calm-yard.ts'
import type { YardClient } from './link.ts'
import type { Problem } from './problem.ts'
import type { Connection, Session } from './session.ts'
import type { YardView } from './yard-view.ts'

export const SessionContext = createContext<Session | null>(null)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === null) throw new Error('invariant: a component outside of SessionContext')
  return session
}

/** Narrow on purpose: a component is drawn again only when what it selects has changed. */
export function useYard<T>(select: (view: YardView) => T): T {
  return useStore(useSession().yard, select)
}

interface Calm {
  /** The least time between two looks, ms. */
  readonly everyMs: number
  /** With fewer tasks than that each change comes at once. */
  readonly fromTasks?: number
}

/**
 * As `useYard`, for what walks over all tasks or draws a lot: the component is not even asked between two looks. The first change
 * after a quiet time and the last of a busy one always come through.
 */
export function useCalmYard<T>(select: (view: YardView) => T, { everyMs, fromTasks = 0 }: Calm): T {
  return useStore(calmYardOf(useSession().yard, everyMs, fromTasks), select)
}

export function useConnection(): Connection {
  return useStore(useSession().connection)
}

export interface CommandRun {
  readonly isBusy: boolean
  readonly problem: Problem | null
  /** True when it was accepted. The page shows the effect when the patch brings it, not before. */
  run(send: (client: YardClient, commandId: string) => Promise<unknown>): Promise<boolean>
  dismiss(): void
}

/** One place of the page that sends commands, with what is under way and what was refused. */
export function useCommand(): CommandRun {
  const session = useSession()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const run = useCallback<CommandRun['run']>(
    async (send) => {
      setBusy(true)
      setProblem(null)
      const commandId = crypto.randomUUID()
      const result = await session.call((client) => send(client, commandId))
      setBusy(false)
      if (!result.ok) setProblem(result.error)
      return result.ok
    },
    [session],
  )
  const dismiss = useCallback(() => setProblem(null), [])
  return { isBusy, problem, run, dismiss }
}
