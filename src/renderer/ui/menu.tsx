/** A menu behind a button. Entries are data, so that every menu looks and works the same. */
import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'

export type MenuEntry =
  | { readonly kind: 'line' }
  | { readonly kind: 'head'; readonly label: string }
  | {
      readonly kind?: 'act'
      readonly label: string
      readonly icon?: ReactNode
      /** At the right: a key, a count. */
      readonly note?: ReactNode
      readonly look?: 'plain' | 'danger'
      /** Set: shown with a check mark when true. */
      readonly isChecked?: boolean
      /** Why it cannot be done now; greyed then, and said. */
      readonly blocked?: string | null
      readonly onSelect: () => void
    }

interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement
  readonly entries: readonly MenuEntry[]
  readonly align?: 'start' | 'end'
}

export function Menu({ trigger, entries, align = 'start' }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger as ReactElement<Record<string, unknown>>} />
      <Base.Portal role="region" aria-label="Menu">
        <Base.Positioner className="popup-layer" sideOffset={4} align={align}>
          <Base.Popup className="popup">
            {entries.map((entry, index) => (
              <Entry key={index} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  if (entry.kind === 'line') return <Base.Separator className="menu-line" />
  if (entry.kind === 'head') return <div className="menu-head">{entry.label}</div>
  const blocked = entry.blocked ?? null
  return (
    <Base.Item
      className="menu-item"
      data-look={entry.look}
      disabled={blocked !== null}
      onClick={entry.onSelect}
      {...(entry.isChecked === undefined
        ? {}
        : { role: 'menuitemcheckbox', 'aria-checked': entry.isChecked })}
    >
      {entry.icon}
      {entry.label}
      {blocked !== null && <span className="end">{blocked}</span>}
      {blocked === null && entry.note !== undefined && <span className="end">{entry.note}</span>}
      {entry.isChecked === true && <span className="end">✓</span>}
    </Base.Item>
  )
}
