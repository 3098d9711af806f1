/** Which columns the table has. */
import { Columns3 } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { setPreferences, usePreferences } from '../../model/preferences.ts'
import { COLUMNS, readColumns, toggleColumn, writeColumns, type Column } from './columns.ts'

export const useColumns = (): readonly Column[] =>
  readColumns(usePreferences((preferences) => preferences.taskColumns))

export const setColumns = (columns: readonly Column[]): void =>
  setPreferences({ taskColumns: writeColumns(columns) })

export function ColumnChooser() {
  const shown = useColumns()
  const isShown = (id: string): boolean => shown.some((each) => each.id === id)
  return (
    <Menu
      align="end"
      trigger={
        <Button look="quiet" aria-label="Choose columns" title="Choose columns">
          <Columns3 size={15} strokeWidth={1.5} aria-hidden="true" />
        </Button>
      }
      entries={[
        ...COLUMNS.map(({ id, title }) => ({
          label: title,
          isChecked: isShown(id),
          blocked: shown.length === 1 && isShown(id) ? 'The last one' : null,
          onSelect: () => setColumns(toggleColumn(shown, id)),
        })),
        { kind: 'line' },
        { label: 'The usual columns', onSelect: () => setPreferences({ taskColumns: null }) },
      ]}
    />
  )
}
