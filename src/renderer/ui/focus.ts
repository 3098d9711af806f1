/** Where the keyboard focus goes: in a group that is one stop of the Tab key, and when the element that had it appears late or is gone. */
import { type KeyboardEvent, type RefObject, useLayoutEffect, useState } from 'react'

/** Focuses with the next drawing what is not there before it; not if the person has gone elsewhere meanwhile. */
export function focusAfterDraw(find: () => HTMLElement | null | undefined): void {
  const before = document.activeElement
  requestAnimationFrame(() => {
    const now = document.activeElement
    if (now === before || now === null || now === document.body) find()?.focus()
  })
}

/** The work itself, else its region. */
const WORK =
  'main :is([role=application], [role=grid], [role=treegrid], [role=listbox])[tabindex="0"]'

export const focusHome = (): HTMLElement | null =>
  document.querySelector<HTMLElement>(WORK) ?? document.querySelector<HTMLElement>('main')

/** With the focus in it when it goes, or when what had the focus in it has just gone: the work gets it. */
export function useFocusHome(part: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = part.current
    let wasHere = false
    const onFocus = ({ target }: FocusEvent): void => {
      wasHere = target instanceof Node && (element?.contains(target) ?? false)
    }
    addEventListener('focusin', onFocus)
    return () => {
      removeEventListener('focusin', onFocus)
      if (wasHere) focusHome()?.focus()
    }
  }, [part])
}

/** What had the focus when it opened is read while drawing: a field in the dialog takes it before any effect could look. */
export function useFinalFocus(isOpen: boolean): () => HTMLElement | null {
  const [seen, setSeen] = useState<{ readonly isOpen: boolean; readonly opener: Element | null }>({
    isOpen: false,
    opener: null,
  })
  if (seen.isOpen !== isOpen)
    setSeen({ isOpen, opener: isOpen ? document.activeElement : seen.opener })
  return () => placeOf(seen.opener)
}

/** An entry of a menu is gone by then, so its button is meant. */
function placeOf(opener: Element | null): HTMLElement | null {
  const menu = opener?.closest('[role=menu]')?.getAttribute('aria-labelledby') ?? null
  const place = menu === null ? opener : document.getElementById(menu)
  const isThere = place instanceof HTMLElement && place.isConnected && place !== document.body
  return isThere ? place : focusHome()
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 }
/** A choice of one is walked by all four. */
const RADIO_STEPS: typeof STEPS = { ...STEPS, ArrowDown: 1, ArrowUp: -1 }

export const buttonsOf = (group: HTMLElement): readonly HTMLElement[] => [
  ...group.querySelectorAll<HTMLElement>('button:not(:disabled)'),
]

/** ← and → lead to the button before and the one after, and round. Gives the one that has got the focus. */
export function stepFocus(event: KeyboardEvent<HTMLElement>): HTMLElement | null {
  const group = event.currentTarget
  const buttons = buttonsOf(group)
  const place = buttons.findIndex((button) => button === event.target)
  const step = (group.role === 'radiogroup' ? RADIO_STEPS : STEPS)[event.key]
  // What opened from here lies in the same tree of components.
  if (step === undefined || place < 0) return null
  event.preventDefault()
  const next = buttons.at((place + step) % buttons.length) ?? null
  next?.focus()
  return next
}
