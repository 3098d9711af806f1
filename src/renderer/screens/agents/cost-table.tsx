/** What was spent, row by row, with who says so. What nobody knows is empty. */
import type { ReactNode } from 'react'
import type { Costs } from '../../../contract/page.ts'
import { DataTable, type DataColumn } from '../../ui/data-table.tsx'
import { EmptyNote } from '../../ui/screen.tsx'
import { boundText } from '../../components/usage-text.ts'
import { countText, moneyText, plural, tokensText } from '../../ui/format.ts'
import { navigate } from '../../model/route.ts'
import { sourceText, type CostRow } from './cost-data.ts'

interface CostTableProps {
  readonly costs: Costs
  /** When the price of a model was noted, by its name. */
  readonly dates: ReadonlyMap<string, string | null>
  /** Of all models by whose prices something was worked out. */
  readonly used: readonly string[]
}

const HEADS: Readonly<Record<Costs['by'], string>> = {
  day: 'Day',
  model: 'Model',
  executor: 'Executor',
  task: 'Task',
}

export function CostTable({ costs: { by, rows, isWhole }, dates, used }: CostTableProps) {
  if (rows.length === 0) return <EmptyNote text="No agent ended in this time." />
  const datesOf = ({ key }: CostRow): readonly string[] =>
    by === 'model' ? [dates.get(key ?? '') ?? []].flat() : used
  const columns: readonly DataColumn<CostRow>[] = [
    [HEADS[by], (row) => <Name by={by} row={row} />, { isRowHead: true, sortBy: 'key' }],
    ['Cost', (row) => boundText(row, moneyText(row.costUsd)), figure('costUsd')],
    ['Input', (row) => boundText(row, tokensText(row.inputTokens)), figure('inputTokens')],
    ['Cached', (row) => tokensText(row.cachedTokens), figure('cachedTokens')],
    ['Output', (row) => boundText(row, tokensText(row.outputTokens)), figure('outputTokens')],
    ['Tries', (row) => countText(row.tries), figure('tries')],
    ['Who says so', (row) => sourceText(row, datesOf(row))],
  ]
  return (
    <div className="cost-table" tabIndex={0} role="region" aria-label={`Costs by ${by}, table`}>
      <DataTable
        label={`Costs by ${by}`}
        columns={columns}
        rows={by === 'day' ? rows.toReversed() : rows}
        keyOf={({ key }) => key ?? ''}
      />
      {!isWhole && <p className="cost-source">The dearest {plural(rows.length, 'row')}.</p>}
    </div>
  )
}

const figure = (sortBy: keyof CostRow) => ({ className: 'num', sortBy })

interface NameProps {
  readonly by: Costs['by']
  readonly row: CostRow
}

/** Leads to what it names, while that is still there. */
function Name({ by, row: { key, title } }: NameProps): ReactNode {
  if (key === null) return <span className="text-text-3">no model</span>
  const open = {
    day: null,
    model: () => navigate({ screen: 'tasks', filters: { q: `model:${key}` } }),
    executor: () => navigate({ screen: 'executors', filters: { executor: key } }),
    task: title === null ? null : () => navigate({ task: key }),
  }[by]
  const name = <span dir="auto">{title ?? key}</span>
  return open === null ? (
    name
  ) : (
    <button type="button" className="cost-name" onClick={open}>
      {name}
    </button>
  )
}
