/** A modal dialog with its title. Focus is held in it and goes back where it came from. */
import { Dialog as Base } from '@base-ui/react/dialog'
import { useState, type ReactNode } from 'react'

interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly size?: 'normal' | 'wide'
  readonly children: ReactNode
}

export function Dialog({ title, isOpen, onClose, size = 'normal', children }: DialogProps) {
  const opener = useOpener(isOpen)
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="scrim" />
        <Base.Popup className="dialog" data-size={size} finalFocus={() => placeOf(opener)}>
          <Base.Title render={<h2 />}>{title}</Base.Title>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** What had the focus when it opened. Read while drawing: a field in it takes the focus before any effect could look. */
function useOpener(isOpen: boolean): Element | null {
  const [seen, setSeen] = useState<{ readonly isOpen: boolean; readonly opener: Element | null }>({
    isOpen: false,
    opener: null,
  })
  if (seen.isOpen === isOpen) return seen.opener
  const next = { isOpen, opener: isOpen ? document.activeElement : seen.opener }
  setSeen(next)
  return next.opener
}

/** An entry of a menu is gone by then, so its button is meant; what was removed gives way to the main region. */
function placeOf(opener: Element | null): HTMLElement | null {
  const menu = opener?.closest('[role=menu]')?.getAttribute('aria-labelledby') ?? null
  const place = menu === null ? opener : document.getElementById(menu)
  const isThere = place instanceof HTMLElement && place.isConnected && place !== document.body
  return isThere ? place : document.querySelector<HTMLElement>('#graph-canvas, main')
}
