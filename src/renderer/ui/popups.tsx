/** What opens above the page: a modal dialog, a small panel behind a button, a tip. */
import { Dialog as DialogBase } from '@base-ui/react/dialog'
import type { ReactElement, ReactNode } from 'react'
import { useFinalFocus } from './focus.ts'
import { Popover as PopoverBase } from '@base-ui/react/popover'
import { Tooltip } from '@base-ui/react/tooltip'
import { Menu as Base } from '@base-ui/react/menu'

interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly size?: 'normal' | 'wide'
  readonly children: ReactNode
}

/** Modal, with its title. Focus is held in it and goes back where it came from. */
export function Dialog({ title, isOpen, onClose, size = 'normal', children }: DialogProps) {
  const finalFocus = useFinalFocus(isOpen)
  return (
    <DialogBase.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <DialogBase.Portal>
        <DialogBase.Backdrop className="scrim" />
        <DialogBase.Popup className="dialog" data-size={size} finalFocus={finalFocus}>
          <DialogBase.Title render={<h2 />}>{title}</DialogBase.Title>
          {children}
        </DialogBase.Popup>
      </DialogBase.Portal>
    </DialogBase.Root>
  )
}

interface PopoverProps {
  readonly trigger: ReactElement
  readonly label: string
  readonly align?: 'start' | 'end'
  readonly children: ReactNode
}

/** A small panel behind a button. */
export function Popover({ trigger, label, align = 'start', children }: PopoverProps) {
  return (
    <PopoverBase.Root>
      <PopoverBase.Trigger render={trigger as ReactElement<Record<string, unknown>>} />
      <PopoverBase.Portal>
        <PopoverBase.Positioner className="popup-layer" sideOffset={4} align={align}>
          <PopoverBase.Popup className="popup" aria-label={label}>
            {children}
          </PopoverBase.Popup>
        </PopoverBase.Positioner>
      </PopoverBase.Portal>
    </PopoverBase.Root>
  )
}

/** More about a control, on hover and focus. Nothing needs it to be known: the control has its own name. */
export function Tip({
  text,
  children,
}: {
  readonly text: ReactNode
  readonly children: ReactElement
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children as ReactElement<Record<string, unknown>>} />
      <Tooltip.Portal>
        <Tooltip.Positioner className="popup-layer" sideOffset={6}>
          <Tooltip.Popup className="tip">{text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}

// A menu behind a button. Entries are data, so that every menu looks and works the same.

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
  if (entry.kind === 'head') return <div className="menu-head text-11">{entry.label}</div>
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
