/** Once everything has ended: how many tasks, how long from the first start to the last end, and what failed. */
import { useState } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import { durationText } from '../../../domain/format.ts'
import { navigate } from '../../model/route.ts'
import { isFinishedCard } from '../../model/reach.ts'
import { selectTasks } from '../../model/selection.ts'
import { useCalmYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { plural } from '../../ui/format.ts'

interface DoneSummary {
  /** `Everything done: 9 tasks, 14s, nothing failed` */
  readonly text: string
  /** The task that ended last. */
  readonly last: string
  /** Differs when something ended after it. */
  readonly key: string
}

/** Null while anything is to come: a task that has not ended, or one that repeats. A single task says it itself. */
export function doneSummary(cards: readonly TaskCard[]): DoneSummary | null {
  if (cards.length < 2 || !cards.every((card) => isFinishedCard(card) && !card.repeats)) return null
  const ended = cards.filter(({ completedAt }) => completedAt !== null)
  const last = ended.toSorted((a, b) => timeOf(b.completedAt) - timeOf(a.completedAt))[0]
  if (!last) return null
  const starts = cards.flatMap(({ startedAt }) => (startedAt === null ? [] : timeOf(startedAt)))
  const first = starts.reduce((least, at) => Math.min(least, at), Infinity)
  const took = timeOf(last.completedAt) - first
  const failed = cards.filter(({ status }) => status === 'failed').length
  const parts = [
    plural(cards.length, 'task'),
    ...(Number.isFinite(took) ? [durationText(took)] : []),
    failed === 0 ? 'nothing failed' : `${failed} failed`,
  ]
  return {
    text: `${failed === 0 ? 'Everything done' : 'Everything has ended'}: ${parts.join(', ')}`,
    last: last.id,
    key: `${cards.length} ${last.id} ${last.completedAt}`,
  }
}

const timeOf = (at: string | null): number => (at === null ? 0 : Date.parse(at))

const CALM = { everyMs: 500, fromTasks: 1000 }

export function DoneBar() {
  const tasks = useCalmYard((view) => view.tasks, CALM)
  const [closed, setClosed] = useState<string | null>(null)
  const summary = doneSummary([...tasks.values()])
  if (summary === null || summary.key === closed) return null
  const { text, last, key } = summary
  return (
    <div className="canvas-card draft-bar" role="status">
      <span>{text}</span>
      <Button
        onClick={() => {
          selectTasks([last])
          navigate({ task: last, tab: 'overview' })
        }}
      >
        Show the last
      </Button>
      <Button look="quiet" icon="close" aria-label="Close" onClick={() => setClosed(key)} />
    </div>
  )
}
