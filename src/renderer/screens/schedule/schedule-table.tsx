/** All repeating tasks: when they start next, in which zone, and what can be done about it. */
import type { YardClient } from '../../model/session/link.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { DataTable, type DataColumn } from '../../ui/data-table.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { navigate } from '../../model/route.ts'
import { subjectOf } from '../../actions/action.ts'
import { usePerform, type Performing } from '../../actions/perform.ts'
import { ActionButton } from '../../actions/views/task-buttons.tsx'
import { pause, resume } from '../../actions/task/hold.ts'
import { skipOnce, startNow } from '../../actions/task/schedule.ts'
import { isFinishedCard } from '../../model/reach.ts'
import { isOverdue, missedCount, placeOf, timeText, zoneTime } from './agenda.ts'
import { scheduleText } from './schedule-text.ts'

export type ScheduleRow = Awaited<ReturnType<YardClient['task']['scheduleList']>>[number]

interface ScheduleTableProps {
  readonly rows: readonly ScheduleRow[]
  readonly nowMs: number
  /** `schedule.missed`; null while it is not known. */
  readonly policy: unknown
}

export function ScheduleTable({ rows, nowMs, policy }: ScheduleTableProps) {
  const performing = usePerform()
  const columns: readonly DataColumn<ScheduleRow>[] = [
    ['State', (row) => <StateOf row={row} />],
    ['Task', ({ id, title }) => <TaskLink id={id} title={title} />, { sortBy: 'title' }],
    ['Schedule', ({ spec }) => <SpecText spec={spec} />],
    [
      'Zone',
      ({ tz }) => placeOf(tz),
      { className: 'schedule-zone text-text-2', tip: ({ tz }) => tz },
    ],
    ['Next', (row) => <NextTime row={row} nowMs={nowMs} policy={policy} />, { sortBy: 'next' }],
    ['Actions', (row) => <Acts row={row} nowMs={nowMs} performing={performing} />, SCHEDULE_ACTS],
  ]
  return (
    <>
      <ProblemNote problem={performing.problem} onClose={performing.dismiss} />
      <DataTable
        label="Repeating tasks"
        className="schedule-table"
        columns={columns}
        rows={rows}
        keyOf={({ id }) => id}
      />
    </>
  )
}

/** Options of the column with the buttons. */
export const SCHEDULE_ACTS = { isHeadHidden: true, className: 'schedule-acts' } as const

export function TaskLink({ id, title }: { readonly id: string; readonly title: string }) {
  return (
    <button
      type="button"
      className="task-link"
      onClick={() => navigate({ task: id, tab: 'overview' })}
    >
      {title}
    </button>
  )
}

/** As the living card says it; the list was asked for a moment ago. */
function StateOf({ row }: { readonly row: ScheduleRow }) {
  const state = useYard((view) => view.tasks.get(row.id)?.state ?? row.state)
  return <StatusBadge state={state} />
}

function SpecText({ spec }: { readonly spec: string }) {
  const text = scheduleText(spec)
  return (
    <>
      {text}
      {text !== null && ' '}
      <code className="text-text-3">{spec}</code>
    </>
  )
}

function NextTime({
  row,
  nowMs,
  policy,
}: {
  readonly row: ScheduleRow
  readonly nowMs: number
  readonly policy: unknown
}) {
  const { next, tz } = row
  const missed = missedCount(row, policy)
  if (missed !== null)
    return (
      <span className="missed">
        {missed}
        {next !== null && (
          <>
            , due <time dateTime={next}>{timeText(next, nowMs)}</time>
          </>
        )}
      </span>
    )
  if (next === null) return null
  const there = zoneTime(next, tz)
  return (
    <>
      <time dateTime={next} title={next}>
        {timeText(next, nowMs)}
      </time>
      {there !== '' && <span className="text-text-3"> {there}</span>}
    </>
  )
}

interface ActsProps {
  readonly row: ScheduleRow
  readonly nowMs: number
  readonly performing: Performing
}

function Acts({ row, nowMs, performing }: ActsProps) {
  const session = useSession()
  const card = useYard((view) => view.tasks.get(row.id) ?? null)
  if (card === null || isFinishedCard(card)) return null
  const subject = subjectOf(session, card)
  const waits = row.next !== null && !isOverdue(row.next, nowMs)
  const actions = [...(waits ? [skipOnce, startNow] : []), pause, resume]
  return actions.map((action) => (
    <ActionButton
      key={action.id}
      action={action}
      subject={subject}
      performing={performing}
      of={row.title}
    />
  ))
}
