/** What opens above the page, as Base UI does it. Loaded after the first drawing; `popups.tsx` stands for it until then. */
import { Dialog as DialogBase } from '@base-ui/react/dialog'
import { Menu as Base } from '@base-ui/react/menu'
import { Popover as PopoverBase } from '@base-ui/react/popover'
import { Select as SelectBase } from '@base-ui/react/select'
import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode, Ref } from 'react'

export interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly size?: 'normal' | 'wide'
  readonly children: ReactNode
}

export interface PanelProps extends Omit<DialogProps, 'title' | 'size'> {
  readonly label: string
  readonly className: string
}

export interface PopoverProps {
  readonly trigger: ReactElement
  readonly label: string
  readonly align?: 'start' | 'end'
  readonly children: ReactNode
}

export interface TipProps {
  readonly text: ReactNode
  readonly children: ReactElement
}

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

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement
  readonly entries: readonly MenuEntry[]
  readonly align?: 'start' | 'end'
}

/** A corner of the page, CSS px from the left and the top of the window. */
export interface MenuPoint {
  readonly x: number
  readonly y: number
}

export interface ContextMenuProps {
  /** Null: it is closed. */
  readonly at: MenuPoint | null
  readonly entries: readonly MenuEntry[]
  readonly onClose: () => void
}

export interface SelectProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onChange: (value: T) => void
  readonly disabled?: boolean
}

interface Focusing {
  readonly finalFocus: () => HTMLElement | null
}

function DialogPart(props: DialogProps & Focusing) {
  const { title, isOpen, onClose, size = 'normal', finalFocus, children } = props
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

function PanelPart(props: PanelProps & Focusing) {
  const { label, className, isOpen, onClose, finalFocus, children } = props
  return (
    <DialogBase.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <DialogBase.Portal>
        <DialogBase.Backdrop className="scrim" />
        <DialogBase.Popup className={className} aria-label={label} finalFocus={finalFocus}>
          {children}
        </DialogBase.Popup>
      </DialogBase.Portal>
    </DialogBase.Root>
  )
}

/** What was done to the element that stood for the trigger. */
interface Before {
  /** It had the focus: so does the trigger. */
  readonly triggerRef: Ref<HTMLButtonElement>
  /** It was pressed. */
  readonly isOpened: boolean
}

type Rendered = ReactElement<Record<string, unknown>>

function PopoverPart(props: PopoverProps & Before) {
  const { trigger, label, align = 'start', children, triggerRef, isOpened } = props
  return (
    <PopoverBase.Root defaultOpen={isOpened}>
      <PopoverBase.Trigger ref={triggerRef} render={trigger as Rendered} />
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

function TipPart({ text, children, triggerRef }: TipProps & Pick<Before, 'triggerRef'>) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger ref={triggerRef} render={children as Rendered} />
      <Tooltip.Portal>
        <Tooltip.Positioner className="popup-layer" sideOffset={6}>
          <Tooltip.Popup className="tip">{text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}

function MenuPart(props: MenuProps & Before) {
  const { trigger, entries, align = 'start', triggerRef, isOpened } = props
  return (
    <Base.Root defaultOpen={isOpened}>
      <Base.Trigger ref={triggerRef} render={trigger as Rendered} />
      <Popup entries={entries} align={align} />
    </Base.Root>
  )
}

function ContextMenuPart({ at, entries, onClose }: ContextMenuProps) {
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

function SelectPart<T extends string>(props: SelectProps<T> & Before) {
  const { label, value, options, onChange, disabled = false, triggerRef, isOpened } = props
  const items = Object.fromEntries(options)
  return (
    <SelectBase.Root
      defaultOpen={isOpened}
      value={value}
      items={items}
      disabled={disabled}
      onValueChange={(next) => {
        if (next !== null) onChange(next as T)
      }}
    >
      <SelectBase.Trigger ref={triggerRef} className="select" aria-label={label}>
        <SelectBase.Value />
        <SelectBase.Icon aria-hidden="true">▾</SelectBase.Icon>
      </SelectBase.Trigger>
      <SelectBase.Portal role="region" aria-label={`${label}: choices`}>
        <SelectBase.Positioner className="popup-layer" sideOffset={4} alignItemWithTrigger={false}>
          <SelectBase.Popup className="popup">
            {options.map(([each, word]) => (
              <SelectBase.Item key={each} value={each} className="menu-item">
                <SelectBase.ItemText>{word}</SelectBase.ItemText>
                <SelectBase.ItemIndicator className="end">✓</SelectBase.ItemIndicator>
              </SelectBase.Item>
            ))}
          </SelectBase.Popup>
        </SelectBase.Positioner>
      </SelectBase.Portal>
    </SelectBase.Root>
  )
}

export const popupParts = {
  DialogPart,
  PanelPart,
  PopoverPart,
  TipPart,
  MenuPart,
  ContextMenuPart,
  SelectPart,
}
