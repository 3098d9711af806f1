/** How many things wait for a person and are not asleep, for the parts of the frame that count them. */
import { useMemo } from 'react'
import { useSession, useYard } from '../session/session-context.tsx'
import { useThrottled } from '../ui/use-throttled.ts'
import { attentionItems } from './attention-items.ts'
import { useAwake } from './snooze.ts'

const EVERY_MS = 1000

export function useAttentionCount(): number {
  const { yard } = useSession()
  const summary = useThrottled(
    useYard((view) => view.summary),
    EVERY_MS,
  )
  const items = useMemo(() => {
    const { tasks, agents } = yard.getState()
    return summary === null ? [] : attentionItems(summary, tasks, agents)
  }, [summary, yard])
  return useAwake(items).awake.length
}
