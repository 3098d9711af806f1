/** All about one task, asked for again whenever the live view says that something about it changed. */
import { useMemo } from 'react'
import type { AgentView, TaskCard, TaskView } from '../../contract/view.ts'
import type { Why } from '../../contract/why.ts'
import type { Problem } from './session/problem.ts'
import { useYard } from './session/session-context.tsx'
import { useAnswer } from './use-answer.ts'

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
  const { id } = card
  const living = useYard((view) => (card.agent === null ? undefined : view.agents.get(card.agent)))
  const agentStatus = living?.status ?? 'ended'
  const fetches = useYard((view) => view.fetches)
  const key = useMemo(() => ({ card, agentStatus, fetches }), [card, agentStatus, fetches])
  const found = useAnswer(
    async ({ task, agent }) => {
      const tries = agent.list({ task: id, which: 'all', limit: MOST_TRIES })
      const [view, why, agents] = await Promise.all([
        task.get({ id }),
        task.why({ id, voice: 'page' }),
        tries,
      ])
      return { task: view, why, tries: agents.toSorted((a, b) => b.generation - a.generation) }
    },
    { key },
  )
  const details = useMemo(() => {
    if (found.value?.task.id !== id) return null
    if (living === undefined) return found.value
    const others = found.value.tries.filter((agent) => agent.id !== living.id)
    return { ...found.value, tries: [living, ...others] }
  }, [found.value, living, id])
  return { details, problem: found.problem, reload: found.askAgain }
}
