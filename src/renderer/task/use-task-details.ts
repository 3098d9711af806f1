/** All about one task, asked for again whenever the live view says that something about it changed. */
import { useEffect, useState } from 'react'
import type { AgentView, TaskCard, TaskView, Why } from '../../contract/view.ts'
import { useConnection, useSession, useYard } from '../session/session-context.tsx'

export interface TaskDetails {
  readonly task: TaskView
  readonly why: Why
  /** The living agent or the last one. */
  readonly agent: AgentView | null
}

/** Old details stay until the new ones are there; those of another task never show. */
export function useTaskDetails(card: TaskCard): TaskDetails | null {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const [details, setDetails] = useState<TaskDetails | null>(null)
  const living = useYard((view) => (card.agent === null ? undefined : view.agents.get(card.agent)))
  const agentStatus = living?.status ?? 'ended'
  useEffect(() => {
    let isStale = false
    const load = async (): Promise<void> => {
      const { id, agent } = card
      const found = await session.call((client) =>
        Promise.all([
          client.task.get({ id }),
          client.task.why({ id }),
          agent === null ? null : client.agent.get({ id: agent }),
        ]),
      )
      if (isStale || !found.ok) return
      const [task, why, last] = found.value
      setDetails({ task, why, agent: last })
    }
    if (isLive) void load()
    return () => {
      isStale = true
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a new state of the agent is a reason to ask again
  }, [session, card, isLive, agentStatus])
  if (details?.task.id !== card.id) return null
  return living ? { ...details, agent: living } : details
}
