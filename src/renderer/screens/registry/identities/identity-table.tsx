/** All identities, one per row. The name opens its panel; arrow keys walk the names. */
import type { Ref } from 'react'
import { shortId } from '../../../../domain/judging/identity.ts'
import { shownScore } from '../../../model/scores.ts'
import { type DataColumn, DataTable } from '../../../ui/data-table.tsx'
import { countText, moneyText } from '../../../ui/format.ts'
import { walkNames } from '../registry-panel.tsx'
import { type IdentityRow, SOURCES } from './identity-rows.ts'

export type { IdentityRow } from './identity-rows.ts'

interface IdentityTableProps {
  readonly ref: Ref<HTMLTableElement>
  readonly rows: readonly IdentityRow[]
  /** Its id. */
  readonly chosen: string | null
  readonly onChoose: (id: string | null) => void
}

export function IdentityTable({ ref, rows, chosen, onChoose }: IdentityTableProps) {
  const columns: readonly DataColumn<IdentityRow>[] = [
    [
      'Identity',
      (row) => <Name row={row} isChosen={row.id === chosen} onChoose={onChoose} />,
      { sortBy: 'name' },
    ],
    ['Role', ({ role }) => role, { sortBy: 'role' }],
    ['Trade-off', ({ view }) => view?.tradeoff],
    [
      'Skills',
      ({ view }) => view?.skills.join(', '),
      { spare: 'next', tip: ({ view }) => view?.skills.join(', '), className: 'identity-skills' },
    ],
    ['Tries', (row) => <Tries row={row} />, { className: 'num', sortBy: 'n' }],
    ['Mean score', ({ mean }) => shownScore(mean), { className: 'num', sortBy: 'mean' }],
    [
      'Cost',
      ({ meanCostUsd }) => moneyText(meanCostUsd),
      { className: 'num', sortBy: 'meanCostUsd', spare: 'last', headTip: 'Mean of a try' },
    ],
    [
      'From',
      ({ source }) => SOURCES[source],
      { spare: 'first', sortBy: 'source', tip: ({ view }) => view?.file ?? undefined },
    ],
  ]
  return (
    <DataTable
      ref={ref}
      label="Identities"
      className="registry-table"
      onKeyDown={walkNames}
      columns={columns}
      rows={rows}
      keyOf={({ id }) => id}
      rowProps={({ id }) => ({ 'data-chosen': id === chosen, onClick: () => onChoose(id) })}
    />
  )
}

interface NameProps extends Pick<IdentityTableProps, 'onChoose'> {
  readonly row: IdentityRow
  readonly isChosen: boolean
}

const Name = ({ row: { id, name }, isChosen, onChoose }: NameProps) => (
  <>
    <button
      type="button"
      className="text-button block"
      data-name={id}
      aria-expanded={isChosen}
      onClick={(event) => {
        event.stopPropagation()
        onChoose(isChosen ? null : id)
      }}
    >
      {name}
    </button>
    <code className="registry-sub">{shortId(id)}</code>
  </>
)

const Tries = ({ row: { n, isFew } }: { readonly row: IdentityRow }) =>
  n !== null && (
    <>
      {countText(n)}
      {isFew && <span className="text-11"> few</span>}
    </>
  )
