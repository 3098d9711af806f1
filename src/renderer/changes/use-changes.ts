/** What a task has changed, asked for again whenever something about the task changes, and now and then while it may change unseen. */
import { useState } from 'react'
import type { ChangeView } from '../../contract/change.ts'
import type { TaskCard } from '../../contract/view.ts'
import { useYard } from '../model/session/session-context.tsx'
import { useAnswer, type Answer } from '../model/use-answer.ts'

/** A commit of an agent at work is no news of the yard. */
const ASK_EVERY_MS = 3000

/** `agent`: the try that is meant; null = the latest. */
export function useChanges(card: TaskCard, agent: string | null): Answer<ChangeView> {
  const [known, setKnown] = useState({ card, round: 0 })
  if (known.card !== card) setKnown({ card, round: known.round + 1 })
  const [isLive, setLive] = useState(false)
  const fetches = useYard((view) => view.fetches)
  const answer = useAnswer(
    ({ change }) => change.of({ task: card.id, ...(agent === null ? {} : { agent }) }),
    { key: `${card.id} ${agent} ${known.round} ${fetches}`, everyMs: isLive ? ASK_EVERY_MS : null },
  )
  const isLiveNow = answer.value?.isLive ?? false
  if (isLiveNow !== isLive) setLive(isLiveNow)
  return answer
}
