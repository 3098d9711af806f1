/** All about the row that is chosen, at the right of its list; Esc closes it. */
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { Button } from '../../ui/button.tsx'

interface RegistryPanelProps {
  /** `Executor` */
  readonly what: string
  readonly name: string
  /** Below the name. */
  readonly head: ReactNode
  readonly onClose: () => void
  readonly children: ReactNode
}

export function RegistryPanel({ what, name, head, onClose, children }: RegistryPanelProps) {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    // A narrow window shows the panel instead of the list, and with it goes what had the focus.
    const focused = document.activeElement
    if (focused instanceof HTMLElement && focused.checkVisibility()) return
    panel.current?.focus()
  }, [])
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    // What it opened over the page closes by itself.
    if (!event.currentTarget.contains(event.target as Node)) return
    event.preventDefault()
    onClose()
  }
  return (
    <aside
      ref={panel}
      className="registry-panel text-12"
      tabIndex={-1}
      aria-label={`${what} ${name}`}
      onKeyDown={onKeyDown}
    >
      <header>
        <h2>{name}</h2>
        <Button look="quiet" icon="close" aria-label="Close" onClick={onClose} />
        {head}
      </header>
      {children}
    </aside>
  )
}

export function Part({
  title,
  children,
}: {
  readonly title: string
  readonly children: ReactNode
}) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

/** Arrow keys go from name to name, along a table whose names are buttons. */
export function walkNames(event: KeyboardEvent<HTMLTableElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const names = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-name]')]
  const now = names.findIndex((name) => name === document.activeElement)
  if (now < 0) return
  event.preventDefault()
  names[Math.min(names.length - 1, Math.max(0, now + step))]?.focus()
}
