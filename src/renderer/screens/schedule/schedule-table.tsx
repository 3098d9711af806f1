/** What is to come as two tables: repeating tasks, and what else will happen by itself. With what can be done about it. */
import type { AgendaItem } from '../../../contract/page.ts'
import type { YardClient } from '../../model/session/link.ts'
import { useCommand, useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
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
import { editOf } from '../../actions/task/edit.ts'
import { isOverdue, KINDS, missedCount, positionOf, timeText, zoneTime } from './agenda.ts'
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
      ({ tz }) => positionOf(tz),
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

function TaskLink({ id, title }: { readonly id: string; readonly title: string }) {
  return (
    <button
      type="button"
      className="text-button"
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

export function SpecText({ spec }: { readonly spec: string }) {
  const text = scheduleText(spec)
  return (
    <>
      {text}
      {text !== null && ' '}
      <code className="text-text-3">{spec}</code>
    </>
  )
}

export const When = ({ at, nowMs }: { readonly at: string; readonly nowMs: number }) => (
  <time dateTime={at} title={at}>
    {timeText(at, nowMs)}
  </time>
)

interface NextTimeProps extends Omit<ScheduleTableProps, 'rows'> {
  readonly row: ScheduleRow
}

function NextTime({ row, nowMs, policy }: NextTimeProps) {
  const { next, tz } = row
  const missed = missedCount(row, policy)
  if (missed !== null)
    return (
      <span className="text-state" data-st="waiting">
        {missed}
        {next !== null && (
          <>
            , due <When at={next} nowMs={nowMs} />
          </>
        )}
      </span>
    )
  if (next === null) return null
  const there = zoneTime(next, tz)
  return (
    <>
      <When at={next} nowMs={nowMs} />
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

interface WaitsTableProps {
  readonly items: readonly AgendaItem[]
  readonly nowMs: number
}

export function WaitsTable({ items, nowMs }: WaitsTableProps) {
  const command = useCommand()
  const columns: readonly DataColumn<AgendaItem>[] = [
    ['Kind', ({ kind }) => <StatusBadge state={KINDS[kind][1]} word={KINDS[kind][0]} />],
    [
      'Task',
      ({ task, title }) => (task === null ? title : <TaskLink id={task} title={title} />),
      { sortBy: 'title' },
    ],
    ['Why', ({ text }) => text, { className: 'text-text-2', tip: ({ text }) => text }],
    ['When', ({ at }) => <When at={at} nowMs={nowMs} />, { sortBy: 'at' }],
    ['Actions', (item) => <StartNow item={item} command={command} />, SCHEDULE_ACTS],
  ]
  return (
    <>
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
      <DataTable
        label="Also to come"
        className="schedule-table"
        columns={columns}
        rows={items}
        keyOf={({ kind, task, title }) => `${kind} ${task ?? title}`}
      />
    </>
  )
}

interface StartNowProps {
  readonly item: AgendaItem
  readonly command: ReturnType<typeof useCommand>
}

/** A person's own delay can be taken away; a retry's wait and a provider's sleep have their reasons. */
function StartNow({ item: { task: id, kind, title }, command: { run, isBusy } }: StartNowProps) {
  if (id === null || kind !== 'delay') return null
  return (
    <Button isBusy={isBusy} onClick={() => void run(editOf(id, { notBefore: null }))}>
      Start now<span className="visually-hidden"> {title}</span>
    </Button>
  )
}
