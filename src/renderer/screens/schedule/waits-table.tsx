/** What else will happen by itself: delays, retries, providers that wake, breakers that clear. */
import type { AgendaItem } from '../../../contract/page.ts'
import { useCommand } from '../../model/session/session-context.tsx'
import { editOf } from '../../actions/task/edit.ts'
import { Button } from '../../ui/button.tsx'
import { DataTable, type DataColumn } from '../../ui/data-table.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { KINDS, timeText } from './agenda.ts'
import { SCHEDULE_ACTS, TaskLink } from './schedule-table.tsx'

interface WaitsTableProps {
  readonly items: readonly AgendaItem[]
  readonly nowMs: number
}

export function WaitsTable({ items, nowMs }: WaitsTableProps) {
  const command = useCommand()
  const columns: readonly DataColumn<AgendaItem>[] = [
    ['Kind', ({ kind }) => <KindBadge kind={kind} />],
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

const When = ({ at, nowMs }: { readonly at: string; readonly nowMs: number }) => (
  <time dateTime={at} title={at}>
    {timeText(at, nowMs)}
  </time>
)

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

function KindBadge({ kind }: Pick<AgendaItem, 'kind'>) {
  const [word, state] = KINDS[kind]
  return (
    <span className="status-badge" data-st={state}>
      <Lamp state={state} />
      {word}
    </span>
  )
}
