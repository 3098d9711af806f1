/** A row for each model, executor, identity or kind: how many, how good, how many passed, at what price. */
import type { EvaluationFigures, EvaluationGroup } from '../../../contract/judging.ts'
import { setFilter } from '../../model/route.ts'
import { groupName, shownScore } from '../../model/scores.ts'
import { DataTable, type DataColumn } from '../../ui/data-table.tsx'
import { capital, countText, moneyText } from '../../ui/format.ts'

interface GroupTableProps {
  readonly groups: readonly EvaluationFigures[]
  readonly chosen: EvaluationFigures | null
  readonly by: EvaluationGroup
}

export function GroupTable({ groups, chosen, by }: GroupTableProps) {
  const columns: readonly DataColumn<EvaluationFigures>[] = [
    [
      capital(by),
      (row) => <Name row={row} by={by} isChosen={row === chosen} />,
      { isRowHead: true, sortBy: 'key' },
    ],
    ['Tries', (row) => <Tries row={row} />, { className: 'num', sortBy: 'n' }],
    ['Mean', ({ mean }) => shownScore(mean), { className: 'num', sortBy: 'mean' }],
    ['Middle half', (row) => <MiddleHalf row={row} />, { spare: 'last' }],
    [
      'Passed',
      ({ passedShare }) => (passedShare === null ? '' : `${Math.round(passedShare * 100)}%`),
      { className: 'num', sortBy: 'passedShare' },
    ],
    ['Cost', (row) => moneyText(row.meanCostUsd), { className: 'num', sortBy: 'meanCostUsd' }],
    [
      'Per passed',
      (row) => moneyText(row.costPerPassedUsd),
      { className: 'num', sortBy: 'costPerPassedUsd', spare: 'first' },
    ],
  ]
  return (
    <div className="evaluation-scroll" tabIndex={0} role="region" aria-label={`By ${by}, table`}>
      <DataTable
        label={`Evaluations by ${by}`}
        columns={columns}
        rows={groups}
        keyOf={({ key }) => key ?? ''}
        rowProps={(row) => ({
          'data-few': row.isFew || undefined,
          'data-chosen': row === chosen || undefined,
        })}
      />
    </div>
  )
}

interface NameProps {
  readonly row: EvaluationFigures
  readonly by: EvaluationGroup
  readonly isChosen: boolean
}

/** Pressed, everything on the screen is about it alone; pressed again, about all. */
function Name({ row: { key, name, executor }, by, isChosen }: NameProps) {
  if (key === null) return <span className="text-text-3">no {by}</span>
  return (
    <button
      type="button"
      className="text-button"
      aria-pressed={isChosen}
      onClick={() => setFilter('group', isChosen ? '' : key)}
    >
      <b>{groupName({ key, name })}</b>{' '}
      {by === 'model' && <span className="text-text-2">{executor}</span>}
    </button>
  )
}

const Tries = ({ row: { n, isFew } }: { readonly row: EvaluationFigures }) => (
  <>
    {countText(n)}
    {isFew && <span className="text-11"> few</span>}
  </>
)

function MiddleHalf({ row: { quartiles, threshold } }: { readonly row: EvaluationFigures }) {
  if (quartiles === null) return null
  const { p25, p50, p75 } = quartiles
  return (
    <span
      className="middle-half"
      role="img"
      aria-label={`Middle half ${shownScore(p25)} to ${shownScore(p75)}, median ${shownScore(p50)}`}
    >
      <i data-of="half" style={{ left: `${p25 * 100}%`, width: `${(p75 - p25) * 100}%` }} />
      <i data-of="median" style={{ left: `${p50 * 100}%` }} />
      {threshold !== null && <i data-of="gate" style={{ left: `${threshold * 100}%` }} />}
    </span>
  )
}
