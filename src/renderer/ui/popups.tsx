/** What opens above the page: a modal dialog, a small panel behind a button, a tip. */
import { Dialog as DialogBase } from '@base-ui/react/dialog'
import type { ReactElement, ReactNode } from 'react'
import { useFinalFocus } from './focus.ts'
import { Popover as PopoverBase } from '@base-ui/react/popover'
import { Tooltip } from '@base-ui/react/tooltip'

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
