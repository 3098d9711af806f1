/** The one button, and the one that asks before it does what cannot be undone. */
import { type ButtonHTMLAttributes, type Ref, useEffect, useRef, useState } from 'react'
import type { LucideIcon } from 'lucide-react'
import { Icon, type IconName } from './icon.tsx'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly ref?: Ref<HTMLButtonElement>
  readonly look?: 'plain' | 'main' | 'quiet' | 'danger' | undefined
  readonly icon?: IconName | LucideIcon | undefined
  /** A command of it is under way: dimmed, and presses do nothing. */
  readonly isBusy?: boolean
}

/** `main` is the single inked one of a view, `quiet` has no outline, `danger` ends something. */
export function Button(props: ButtonProps) {
  const {
    look = 'plain',
    icon: Mark,
    isBusy = false,
    children,
    onClick,
    className,
    ...rest
  } = props
  return (
    <button
      type="button"
      {...rest}
      className={['btn', className].filter(Boolean).join(' ')}
      data-look={look}
      aria-busy={isBusy || undefined}
      onClick={isBusy ? undefined : onClick}
    >
      {typeof Mark === 'string' && <Icon name={Mark} />}
      {Mark && typeof Mark !== 'string' && <Mark size={14} strokeWidth={1.5} aria-hidden="true" />}
      {children}
    </button>
  )
}

const ASKS_FOR_MS = 3000

interface ConfirmButtonProps {
  readonly icon?: IconName
  readonly label: string
  /** Whom it means, where the label alone does not tell; read out, not shown. */
  readonly subject?: string | undefined
  /** What the second press will end, e.g. `Kill agent-7?` */
  readonly question: string
  readonly isBusy: boolean
  readonly onConfirm: () => void
}

/** The first press asks on the same place, the second within 3 s does it. Esc leaves. */
export function ConfirmButton(props: ConfirmButtonProps) {
  const { icon, label, subject, question, isBusy, onConfirm } = props
  /** While it asks: the room that the label takes, kept so that the longer question lies over what is beside it. */
  const [room, setRoom] = useState<{ readonly width: number; readonly height: number } | null>(null)
  const box = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    if (room === null) return undefined
    const timer = setTimeout(() => setRoom(null), ASKS_FOR_MS)
    return () => clearTimeout(timer)
  }, [room])
  const onClick = (): void => {
    if (room === null) return setRoom(box.current?.getBoundingClientRect() ?? null)
    setRoom(null)
    onConfirm()
  }
  return (
    <span
      ref={box}
      className="confirm"
      style={room === null ? undefined : { width: room.width, height: room.height }}
    >
      <Button
        look="danger"
        icon={icon}
        isBusy={isBusy}
        aria-live="polite"
        data-asks={room !== null || undefined}
        onClick={onClick}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || room === null) return
          event.stopPropagation()
          event.preventDefault()
          setRoom(null)
        }}
      >
        {room === null ? label : question}
        {subject !== undefined && <span className="visually-hidden"> {subject}</span>}
      </Button>
    </span>
  )
}
