/** What goes wrong now, or did lately. */
import { useMemo, useRef } from 'react'
import { useThrottledYard, useYard } from '../../model/session/session-context.tsx'
import { instantText } from '../../ui/format.ts'
import { EmptyNote } from '../../ui/screen.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { useVirtualRows } from '../../ui/virtual-rows.ts'
import { useAnswer } from '../../model/use-answer.ts'
import { navigate } from '../../model/route.ts'
import type { BreakerView, TaskCard } from '../../../contract/view.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'

const ROW = 28
const EVERY_MS = 5000
const TASKS_CALM = { everyMs: 500 }

export function ProblemList() {
  const lines = useLines()
  const scroller = useRef<HTMLDivElement>(null)
  const { total, items } = useVirtualRows({ scroller, count: lines.length, height: ROW })
  if (lines.length === 0) return <EmptyNote text="No problems." />
  return (
    <div ref={scroller} className="journal-rows flex-1 min-h-0">
      <ul aria-label="Problems" style={{ height: total, position: 'relative' }}>
        {items.map(({ index, top }) => {
          const line = lines[index]
          return line ? <ProblemRow key={line.key} line={line} top={top} /> : null
        })}
      </ul>
    </div>
  )
}

function ProblemRow({ line, top }: { readonly line: ProblemLine; readonly top: number }) {
  const { task, text } = line
  return (
    <li
      className="journal-row gap-2 text-12"
      data-st={line.state}
      style={{ transform: `translateY(${top}px)` }}
    >
      {line.at === null ? <span /> : <time dateTime={line.at}>{instantText(line.at)}</time>}
      <Lamp state={line.state} />
      {task === null ? (
        <span className="truncate" title={text}>
          {text}
        </span>
      ) : (
        <button
          type="button"
          className="journal-link truncate"
          title={text}
          onClick={() => navigate({ task })}
        >
          {text}
        </button>
      )}
      <span className="text-text-2">{line.word}</span>
      <span className="journal-seq">
        {line.until !== null && `clears ${instantText(line.until)}`}
      </span>
    </li>
  )
}

function useLines(): readonly ProblemLine[] {
  const status = useAnswer(({ service }) => service.status(), { everyMs: EVERY_MS }).value
  const breakers = useYard((view) => view.summary?.breakers)
  const tasks = useThrottledYard((view) => view.tasks, TASKS_CALM)
  return useMemo(
    () => problemLines({ tasks, breakers: breakers ?? [], errors: status?.recentErrors ?? [] }),
    [tasks, breakers, status],
  )
}

// What goes wrong, or cannot go on, in one list: tasks that can never start, breakers, errors of the service. Pure.

export interface ProblemLine {
  readonly key: string
  readonly state: ShownState
  /** `Stuck`, `Held back`, `Error` */
  readonly word: string
  readonly text: string
  readonly at: string | null
  readonly until: string | null
  /** What a click opens; null = nothing. */
  readonly task: string | null
}

interface Facts {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly breakers: readonly BreakerView[]
  readonly errors: readonly { readonly at: string; readonly text: string }[]
}

/** What holds work back first, then errors, newest first. */
export function problemLines({ tasks, breakers, errors }: Facts): readonly ProblemLine[] {
  const stuck = [...tasks.values()].flatMap((card) =>
    card.stuck === null ? [] : [stuckLine(card)],
  )
  const failed = errors.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).map(errorLine)
  return [...breakers.map((breaker) => breakerLine(breaker, tasks)), ...stuck, ...failed]
}

const errorLine = ({ at, text }: Facts['errors'][number], index: number): ProblemLine => ({
  key: `error ${index} ${at}`,
  state: 'failed',
  word: 'Error',
  text,
  at,
  until: null,
  task: null,
})

const breakerLine = (
  { key, subject, reason, since, until }: BreakerView,
  tasks: Facts['tasks'],
): ProblemLine => ({
  key,
  state: 'parked',
  word: 'Held back',
  text: `${tasks.get(subject)?.title ?? subject}: ${reason}`,
  at: since,
  until,
  task: tasks.has(subject) ? subject : null,
})

const stuckLine = ({ id, state, title, stuck }: TaskCard): ProblemLine => ({
  key: `stuck ${id}`,
  state,
  word: 'Stuck',
  text: `${title}: ${stuck ?? ''}`,
  at: null,
  until: null,
  task: id,
})
