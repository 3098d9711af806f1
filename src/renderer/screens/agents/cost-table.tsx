/** What was spent, row by row, with who says so. What nobody knows is empty. */
import type { ReactNode } from 'react'
import type { Costs } from '../../../contract/page.ts'
import { EmptyNote } from '../../ui/empty-note.tsx'
import { boundText } from '../../components/usage-text.ts'
import { countText, moneyText, plural, tokensText } from '../../ui/numbers.ts'
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
  return (
    <div className="cost-table" tabIndex={0} role="region" aria-label={`Costs by ${by}, table`}>
      <table className="table">
        <caption className="visually-hidden">Costs by {by}</caption>
        <thead>
          <tr>
            <th scope="col">{HEADS[by]}</th>
            {['Cost', 'Input', 'Cached', 'Output', 'Tries'].map((head) => (
              <th key={head} scope="col" className="num">
                {head}
              </th>
            ))}
            <th scope="col">Who says so</th>
          </tr>
        </thead>
        <tbody>
          {(by === 'day' ? rows.toReversed() : rows).map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <Name by={by} row={row} />
              </th>
              <td className="num">{boundText(row, moneyText(row.costUsd))}</td>
              <td className="num">{boundText(row, tokensText(row.inputTokens))}</td>
              <td className="num">{tokensText(row.cachedTokens)}</td>
              <td className="num">{boundText(row, tokensText(row.outputTokens))}</td>
              <td className="num">{countText(row.tries)}</td>
              <td>{sourceText(row, datesOf(row))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!isWhole && <p className="cost-source">The dearest {plural(rows.length, 'row')}.</p>}
    </div>
  )
}

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
