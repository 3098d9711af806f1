/** One row for each evaluation, the newest first. */
import type { EvaluationRow } from '../../../contract/judging.ts'
import { ScoreBars } from '../../components/score-bars.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { navigate } from '../../model/route.ts'
import { groupName, resultOf, shownScore } from '../../model/scores.ts'
import { DataTable, type DataColumn } from '../../ui/data-table.tsx'
import { instantText } from '../../ui/format.ts'

const COLUMNS: readonly DataColumn<EvaluationRow>[] = [
  ['Result', (row) => <Result row={row} />],
  ['Score', (row) => <Score row={row} />, { className: 'num', sortBy: 'score' }],
  ['Dimensions', ({ dimensions }) => <ScoreBars dimensions={dimensions} />, { spare: 'next' }],
  ['Task', (row) => <TaskName row={row} />, { isRowHead: true, sortBy: 'title' }],
  ['Agent', ({ agent }) => <code>{agent}</code>, { sortBy: 'agent' }],
  ['Executor', (row) => <Worker row={row} />],
  [
    'Identity',
    ({ worker }) => (worker ? groupName({ key: worker.identity, name: worker.identityName }) : ''),
    { spare: 'first' },
  ],
  ['When', ({ at }) => instantText(at), { spare: 'first' }],
  [
    "Evaluator's note",
    ({ notes }) => <span dir="auto">{notes}</span>,
    { tip: ({ notes }) => notes },
  ],
]

export function EvaluationTable({ rows }: { readonly rows: readonly EvaluationRow[] }) {
  return (
    <div className="evaluation-scroll" tabIndex={0} role="region" aria-label="Evaluations, table">
      <DataTable
        label="Evaluations"
        className="evaluation-rows"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ id }) => id}
      />
    </div>
  )
}

interface RowProps {
  readonly row: EvaluationRow
}

function Result({ row }: RowProps) {
  const [state, word] = resultOf(row)
  return <StatusBadge state={state} word={word} />
}

/** A person's stands before the model's. */
function Score({ row: { score, override, modelScore } }: RowProps) {
  return (
    <span
      title={
        override ? `${override.by} said so; the model said ${shownScore(modelScore)}` : undefined
      }
    >
      <b>{shownScore(score)}</b>
      {override && <span className="text-11 text-text-2"> by {override.by}</span>}
    </span>
  )
}

function TaskName({ row: { task, title, agent } }: RowProps) {
  if (title === null) return <span className="text-text-3">{task}</span>
  return (
    <button
      type="button"
      className="text-button"
      dir="auto"
      onClick={() => navigate({ task, tab: 'evaluation', agent })}
    >
      {title}
    </button>
  )
}

const Worker = ({ row: { worker } }: RowProps) =>
  worker && (
    <>
      {worker.executor} <span className="text-text-2">{worker.model}</span>
    </>
  )
