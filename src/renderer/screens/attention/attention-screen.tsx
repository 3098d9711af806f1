/** What waits for a person, oldest first, each with its answer. */
import { CircleCheck } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { useThrottled } from '../../ui/timers.ts'
import { plural } from '../../ui/format.ts'
import { useRequest } from '../../model/use-request.ts'
import { attentionItems, type AttentionItem } from './attention-items.ts'
import { AttentionList } from './attention-list.tsx'
import { useAwake } from './snooze.ts'
import { TrustDialog } from './trust-dialog.tsx'
import './attention.css'

/** What is held up costs a walk over all tasks. */
const EVERY_MS = 250

export function AttentionScreen() {
  const { awake, asleep } = useAwake(useItems())
  const [isAsleepShown, setAsleepShown] = useState(false)
  return (
    <Screen
      title="Attention"
      note={awake.length === 0 ? undefined : `${plural(awake.length, 'thing')} waiting for you`}
      tools={
        asleep.length === 0 ? undefined : (
          <Button aria-pressed={isAsleepShown} onClick={() => setAsleepShown(!isAsleepShown)}>
            {plural(asleep.length, 'snoozed', 'snoozed')}
          </Button>
        )
      }
    >
      {awake.length === 0 && (!isAsleepShown || asleep.length === 0) ? (
        <EmptyNote text="Nothing waits for you.">
          <CircleCheck size={20} strokeWidth={1.5} aria-hidden="true" />
        </EmptyNote>
      ) : (
        <AttentionList awake={awake} asleep={isAsleepShown ? asleep : []} />
      )}
      <Review />
    </Screen>
  )
}

/** The banner leads here to judge the yard, whatever else is listed. */
function Review() {
  const name = useYard((view) => view.summary?.name ?? '')
  const [isOpen, setOpen] = useState(false)
  useRequest('review', () => setOpen(true))
  return <TrustDialog name={name} isOpen={isOpen} onClose={() => setOpen(false)} />
}

function useItems(): readonly AttentionItem[] {
  const summary = useYard((view) => view.summary)
  const agents = useYard((view) => view.agents)
  const tasks = useThrottled(
    useYard((view) => view.tasks),
    EVERY_MS,
  )
  return useMemo(
    () => (summary === null ? [] : attentionItems(summary, tasks, agents)),
    [summary, tasks, agents],
  )
}
