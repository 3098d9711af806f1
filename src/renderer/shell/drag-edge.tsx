/** An edge that is dragged, or moved by arrow keys, to give a panel more or less room. */
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'

interface DragEdgeProps {
  readonly label: string
  readonly className: string
  /** Where the edge lies of its panel: dragging away from the panel makes it larger. */
  readonly side: 'left' | 'top'
  /** Size of the panel, in px. */
  readonly size: number
  readonly least: number
  readonly most: number
  readonly onSize: (size: number) => void
}

const STEP = 40
const KEYS = {
  left: { ArrowLeft: STEP, ArrowRight: -STEP },
  top: { ArrowUp: STEP, ArrowDown: -STEP },
} as const

export function DragEdge({ label, className, side, size, least, most, onSize }: DragEdgeProps) {
  const start = useRef<{ readonly at: number; readonly size: number } | null>(null)
  const placeOf = (event: PointerEvent): number => (side === 'left' ? event.clientX : event.clientY)
  const set = (next: number): void => onSize(Math.round(Math.min(most, Math.max(least, next))))
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = (KEYS[side] as Readonly<Record<string, number>>)[event.key]
    if (step === undefined) return
    event.preventDefault()
    set(size + step)
  }
  return (
    <div
      className={className}
      role="separator"
      aria-orientation={side === 'left' ? 'vertical' : 'horizontal'}
      aria-label={label}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { at: placeOf(event), size }
      }}
      onPointerMove={(event) => {
        if (start.current) set(start.current.size + start.current.at - placeOf(event))
      }}
      onPointerUp={() => (start.current = null)}
      onPointerCancel={() => (start.current = null)}
      onKeyDown={onKeyDown}
    />
  )
}
