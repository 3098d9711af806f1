/** All about one task, asked for again whenever the live view says that something about it changed. */
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { AgentView, TaskCard, TaskView, Why } from '../../contract/view.ts'
import type { Problem } from './session/problem.ts'
import { useConnection, useSession, useYard } from './session/session-context.tsx'

export interface TaskDetails {
  readonly task: TaskView
  readonly why: Why
  /** Newest first. The living one is as the live view has it. */
  readonly tries: readonly AgentView[]
}

export interface LoadedTask {
  /** Old details stay until the new ones are there; those of another task never show. */
  readonly details: TaskDetails | null
  readonly problem: Problem | null
  reload(): void
}

/** Tries shown of one task. */
const MOST_TRIES = 200

export function useTaskDetails(card: TaskCard): LoadedTask {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const [details, setDetails] = useState<TaskDetails | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [round, setRound] = useState(0)
  const living = useYard((view) => (card.agent === null ? undefined : view.agents.get(card.agent)))
  const agentStatus = living?.status ?? 'ended'
  const fetches = useYard((view) => view.fetches)
  useEffect(() => {
    let isStale = false
    const load = async (): Promise<void> => {
      const { id } = card
      const found = await session.call((client) =>
        Promise.all([
          client.task.get({ id }),
          client.task.why({ id, voice: 'page' }),
          client.agent.list({ task: id, which: 'all', limit: MOST_TRIES }),
        ]),
      )
      if (isStale) return
      setProblem(found.ok ? null : found.error)
      if (!found.ok) return
      const [task, why, agents] = found.value
      setDetails({ task, why, tries: agents.toSorted((a, b) => b.generation - a.generation) })
    }
    if (isLive) void load()
    return () => {
      isStale = true
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a new state of the agent, the whole yard anew and a wish are reasons to ask again
  }, [session, card, isLive, agentStatus, fetches, round])
  const reload = useCallback(() => setRound((count) => count + 1), [])
  const current = useMemo(() => {
    if (details?.task.id !== card.id) return null
    if (living === undefined) return details
    const others = details.tries.filter((agent) => agent.id !== living.id)
    return { ...details, tries: [living, ...others] }
  }, [details, living, card.id])
  return { details: current, problem, reload }
}
