/** A part of the page that closes from within must not leave the keyboard nowhere. */
import { useLayoutEffect, type RefObject } from 'react'
import { focusHome } from './focus-home.ts'

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
