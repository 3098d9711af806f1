/** For what cannot be undone: the first press asks on the same place, the second within 3 s does it. Esc leaves. Nothing beside it moves. */
import { useEffect, useRef, useState } from 'react'
import { Button } from './button.tsx'
import type { IconName } from './icon.tsx'

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
        {...(icon === undefined ? {} : { icon })}
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
