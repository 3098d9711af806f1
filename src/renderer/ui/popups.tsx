/**
 * What opens above the page: a modal dialog, a small panel behind a button, a menu, a tip, a list to choose from. The start does not
 * wait for the code behind them (`popup-parts.tsx`): until it is there a button alone stands for it, and pressing that asks for it.
 */
import { cloneElement, type FocusEvent, type KeyboardEvent, type ReactElement } from 'react'
import { type Ref, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { useFinalFocus } from './focus.ts'
import { idle } from './lazy-part.tsx'
import type {
  DialogProps,
  PanelProps,
  PopoverProps,
  TipProps,
  MenuProps,
  ContextMenuProps,
  SelectProps,
  popupParts,
} from './popup-parts.tsx'
import { reloadOnceServed } from './reload.ts'

type Parts = typeof popupParts
const store = createStore<{ readonly parts: Parts | null }>(() => ({ parts: null }))
let loading: Promise<unknown> | null = null

export const preloadPopups = (): Promise<unknown> =>
  (loading ??= import('./popup-parts.tsx').then(
    (module) => store.setState({ parts: module.popupParts }),
    reloadOnceServed,
  ))

/** Null until they are loaded: at once when one is to open, else when the page is idle. */
function useParts(isWanted: boolean): Parts | null {
  useEffect(() => {
    void (isWanted ? preloadPopups() : idle().then(preloadPopups))
  }, [isWanted])
  return useStore(store, ({ parts }) => parts)
}

/** Modal, with its title. Focus is held in it and goes back where it came from. */
export function Dialog(props: DialogProps) {
  const finalFocus = useFinalFocus(props.isOpen)
  const parts = useParts(props.isOpen)
  return parts && <parts.DialogPart {...props} finalFocus={finalFocus} />
}

/** Modal, with a name that is not shown. */
export function Panel(props: PanelProps) {
  const finalFocus = useFinalFocus(props.isOpen)
  const parts = useParts(props.isOpen)
  return parts && <parts.PanelPart {...props} finalFocus={finalFocus} />
}

/** A small panel behind a button. */
export function Popover(props: PopoverProps) {
  const { parts, standIn, before } = useStandIn()
  return parts ? (
    <parts.PopoverPart {...props} {...before} />
  ) : (
    <StandIn {...standIn} opens="dialog">
      {props.trigger}
    </StandIn>
  )
}

/** More about a control, on hover and focus. Nothing needs it to be known: the control has its own name. */
export function Tip(props: TipProps) {
  const { parts, standIn, before } = useStandIn()
  return parts ? (
    <parts.TipPart {...props} triggerRef={before.triggerRef} />
  ) : (
    <StandIn {...standIn} opens={null}>
      {props.children}
    </StandIn>
  )
}

/** A menu behind a button. Entries are data, so that every menu looks and works the same. */
export function Menu(props: MenuProps) {
  const { parts, standIn, before } = useStandIn()
  return parts ? (
    <parts.MenuPart {...props} {...before} />
  ) : (
    <StandIn {...standIn} opens="menu">
      {props.trigger}
    </StandIn>
  )
}

/** A menu at a point, for what lies there. */
export function ContextMenu(props: ContextMenuProps) {
  const parts = useParts(props.at !== null)
  return parts && <parts.ContextMenuPart {...props} />
}

/** One value out of a list. */
export function Select<T extends string>(props: SelectProps<T>) {
  const { label, value, options, disabled } = props
  const { parts, standIn, before } = useStandIn()
  if (parts) return <parts.SelectPart {...props} {...before} />
  return (
    <StandIn {...standIn} opens="listbox">
      <button
        type="button"
        role="combobox"
        className="select"
        aria-label={label}
        disabled={disabled}
      >
        <span>{options.find(([each]) => each === value)?.[1] ?? value}</span>
        <span aria-hidden="true">▾</span>
      </button>
    </StandIn>
  )
}

interface StandInProps {
  /** What it will open when it is pressed. */
  readonly opens: 'menu' | 'dialog' | 'listbox' | null
  readonly children: ReactElement
  readonly onPress: () => void
  /** It goes; `hadFocus`: with the focus on it. */
  readonly onGone: (hadFocus: boolean) => void
}

const OPENING_KEYS = new Set(['ArrowDown', 'ArrowUp'])

/** The trigger alone. */
function StandIn({ opens, children, onPress, onGone }: StandInProps) {
  const focused = useRef<Element | null>(null)
  useLayoutEffect(
    () => () => onGone(focused.current !== null && focused.current === document.activeElement),
    [onGone],
  )
  return cloneElement(children as ReactElement<Record<string, unknown>>, {
    onFocus: ({ currentTarget }: FocusEvent) => {
      focused.current = currentTarget
    },
    ...(opens && {
      'aria-haspopup': opens,
      'aria-expanded': false,
      onClick: onPress,
      onKeyDown: (event: KeyboardEvent) => {
        if (opens === 'dialog' || !OPENING_KEYS.has(event.key)) return
        event.preventDefault()
        onPress()
      },
    }),
  })
}

/** What stands for a trigger hands over to it: the focus, and that it was pressed. */
function useStandIn() {
  const [isOpened, setOpened] = useState(false)
  const parts = useParts(isOpened)
  const hadFocus = useRef(false)
  const [handOver] = useState(() => ({
    onPress: () => setOpened(true),
    onGone: (was: boolean) => {
      hadFocus.current = was
    },
    triggerRef: (element: HTMLButtonElement | null) => {
      if (element && hadFocus.current) element.focus({ preventScroll: true })
      hadFocus.current = false
    },
  }))
  const { onPress, onGone, triggerRef } = handOver
  const before: { readonly isOpened: boolean; readonly triggerRef: Ref<HTMLButtonElement> } = {
    isOpened,
    triggerRef,
  }
  return { parts, standIn: { onPress, onGone }, before }
}
