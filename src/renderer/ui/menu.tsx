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
      <Popup entries={entries} align={align} />
    </Base.Root>
  )
}

/** A corner of the page, CSS px from the left and the top of the window. */
export interface MenuPoint {
  readonly x: number
  readonly y: number
}

interface ContextMenuProps {
  /** Null: it is closed. */
  readonly at: MenuPoint | null
  readonly entries: readonly MenuEntry[]
  readonly onClose: () => void
}

/** A menu at a point, for what lies there. */
export function ContextMenu({ at, entries, onClose }: ContextMenuProps) {
  return (
    <Base.Root open={at !== null} onOpenChange={(isOpen) => !isOpen && onClose()} modal={false}>
      {at && (
        <Popup
          entries={entries}
          anchor={{ getBoundingClientRect: () => new DOMRect(at.x, at.y) }}
        />
      )}
    </Base.Root>
  )
}

interface PopupProps {
  readonly entries: readonly MenuEntry[]
  readonly align?: 'start' | 'end'
  readonly anchor?: { getBoundingClientRect(): DOMRect }
}

function Popup({ entries, align = 'start', anchor }: PopupProps) {
  return (
    <Base.Portal role="region" aria-label="Menu">
      <Base.Positioner
        className="popup-layer"
        sideOffset={4}
        align={align}
        {...(anchor === undefined ? {} : { anchor })}
      >
        <Base.Popup className="popup">
          {entries.map((entry, index) => (
            <Entry key={index} entry={entry} />
          ))}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
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
