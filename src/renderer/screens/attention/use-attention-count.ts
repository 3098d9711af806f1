/** How many things wait for a person and are not asleep, for the parts of the frame that count them. */
import { useMemo } from 'react'
import { useCalmYard, useSession } from '../../model/session/session-context.tsx'
import { attentionItems } from './attention-items.ts'
import { useAwake } from './snooze.ts'

const CALM = { everyMs: 1000 }

export function useAttentionCount(): number {
  const { yard } = useSession()
  const summary = useCalmYard((view) => view.summary, CALM)
  const items = useMemo(() => {
    const { tasks, agents } = yard.getState()
    return summary === null ? [] : attentionItems(summary, tasks, agents)
  }, [summary, yard])
  return useAwake(items).awake.length
}
