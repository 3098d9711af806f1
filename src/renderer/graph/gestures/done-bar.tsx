/** Once everything has ended: how many tasks, how long from the first start to the last end, what failed, and what came of it. */
import { useState } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import { durationText } from '../../../domain/format.ts'
import { ArtifactContent, isPicture, readPart } from '../../components/artifact-content.tsx'
import { navigate } from '../../model/route.ts'
import { isFinishedCard } from '../../model/reach.ts'
import { selectTasks } from '../../model/selection.ts'
import { useThrottledYard } from '../../model/session/session-context.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { Button } from '../../ui/button.tsx'
import { plural } from '../../ui/format.ts'

interface DoneSummary {
  /** `Everything done: 9 tasks, 14s, nothing failed` */
  readonly text: string
  /** From the task that ended last to the one that ended first. */
  readonly ids: readonly string[]
  /** Differs when something ended after them. */
  readonly key: string
}

/** Null while anything is to come: a task that has not ended, or one that repeats. A single task says it itself. */
export function doneSummary(cards: readonly TaskCard[]): DoneSummary | null {
  if (cards.length < 2 || !cards.every((card) => isFinishedCard(card) && !card.repeats)) return null
  const ended = cards
    .filter(({ completedAt }) => completedAt !== null)
    .toSorted((a, b) => timeOf(b.completedAt) - timeOf(a.completedAt))
  const [last] = ended
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
    ids: ended.map(({ id }) => id),
    key: `${cards.length} ${last.id} ${last.completedAt}`,
  }
}

const timeOf = (at: string | null): number => (at === null ? 0 : Date.parse(at))

const CALM = { everyMs: 500, fromTasks: 1000 }

export function DoneBar() {
  const tasks = useThrottledYard((view) => view.tasks, CALM)
  const [closed, setClosed] = useState<string | null>(null)
  const summary = doneSummary([...tasks.values()])
  if (summary === null || summary.key === closed) return null
  return <DoneCard key={summary.key} summary={summary} onClose={() => setClosed(summary.key)} />
}

interface DoneCardProps {
  readonly summary: DoneSummary
  readonly onClose: () => void
}

function DoneCard({ summary: { text, ids }, onClose }: DoneCardProps) {
  const [last = ''] = ids
  const poster = usePoster(ids)
  const open = (task: string, anchor: string | null = null): void => {
    selectTasks([task])
    navigate({ task, tab: 'overview', anchor })
  }
  return (
    <div className="canvas-card draft-bar">
      {poster && (
        <div className="poster">
          <ArtifactContent path={poster.path} bytes={poster.bytes} />
        </div>
      )}
      <span role="status">{text}</span>
      {poster && (
        <Button look="main" onClick={() => open(poster.task, poster.path)}>
          Open {poster.path}
        </Button>
      )}
      <Button onClick={() => open(last)}>Show the last</Button>
      <Button look="quiet" icon="close" aria-label="Close" onClick={onClose} />
    </div>
  )
}

/** Tasks that are asked what they have left. */
const MOST_ASKED = 12

/** The latest page or picture that a task has left, to be looked at. */
function usePoster(ids: readonly string[]) {
  const { value } = useAnswer(async (client) => {
    for (const task of ids.slice(0, MOST_ASKED)) {
      const { artifacts } = await client.task.get({ id: task })
      const file = artifacts.find((each) => each.kind === 'file' && isPicture(each.path))
      if (file?.kind !== 'file') continue
      const { path } = file
      const { bytes, isEnd } = await readPart(client, { task, path }, 0)
      return isEnd ? { task, path, bytes } : null
    }
    return null
  })
  return value
}
