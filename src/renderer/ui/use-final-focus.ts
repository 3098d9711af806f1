/** Where the keyboard's place goes when a dialog closes that no button of its own has opened. */
import { useState } from 'react'
import { focusHome } from './focus-home.ts'

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
