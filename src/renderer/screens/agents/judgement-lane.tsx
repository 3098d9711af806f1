/** What models were asked to judge in the last hour: a lane of its own, for it takes no slot. */
import type { JudgementView } from '../../../contract/judging.ts'
import { durationText } from '../../../domain/format.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { navigate } from '../../model/route.ts'
import { useTurnover, useYard } from '../../model/session/session-context.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { slotOf } from './slots.ts'

const HOUR_MS = 3_600_000
const ASK_EVERY_MS = 10_000
const MOST_SHOWN = 200

export function JudgementLane({ nowMs }: { readonly nowMs: number }) {
  const turnover = useTurnover()
  const { value } = useAnswer(
    ({ judgement }) =>
      judgement.list({
        since: new Date(Date.now() - HOUR_MS).toISOString(),
        limit: MOST_SHOWN,
      }),
    { key: turnover, everyMs: ASK_EVERY_MS },
  )
  if (!value?.length) return null
  return (
    <li className="slot">
      <span className="text-11 text-text-2">Judges</span>
      <ol className="slot-track" aria-label="Judgements">
        {value.map((judgement, index) => (
          <Mark key={judgement.id} judgement={judgement} nowMs={nowMs} isFirst={index === 0} />
        ))}
      </ol>
    </li>
  )
}

/** One that waits is no work yet. */
export const judgementLook = ({
  state,
  outcome,
}: Pick<JudgementView, 'state' | 'outcome'>): readonly [state: ShownState, word: string] => {
  if (state === 'queued') return ['delayed', 'waits']
  if (state === 'asked') return ['pending-eval', 'is asked']
  return outcome === 'answered' ? ['done', 'answered'] : ['failed', 'unanswered']
}

interface MarkProps {
  readonly judgement: JudgementView
  readonly nowMs: number
  /** The newest: the lane's stop for Tab. */
  readonly isFirst: boolean
}

function Mark({ judgement, nowMs, isFirst }: MarkProps) {
  const { id, task, purpose, queuedAt, endedAt, reason } = judgement
  const title = useYard((view) => (task === null ? undefined : view.tasks.get(task)?.title))
  const [from, to] = [Date.parse(queuedAt), endedAt === null ? nowMs : Date.parse(endedAt)]
  const left = Math.max(0, slotOf(from, nowMs))
  const width = Math.max(0, slotOf(to, nowMs) - left)
  const [state, word] = judgementLook(judgement)
  const why = reason === null ? '' : `: ${reason}`
  const text = `${purpose}${title === undefined ? '' : ` of ${title}`}, ${word}${why}, ${durationText(Math.max(0, to - from))}`
  return (
    <li
      className="slot-place"
      data-narrow
      style={{ right: `${(1 - left - width) * 100}%`, width: `${width * 100}%` }}
    >
      <button
        type="button"
        className="slot-block flex items-center"
        data-st={state}
        data-alive={endedAt === null || undefined}
        tabIndex={isFirst ? 0 : -1}
        title={text}
        aria-label={`${id}: ${text}`}
        onClick={() => navigate({ task, tab: 'evaluation' })}
      />
    </li>
  )
}
