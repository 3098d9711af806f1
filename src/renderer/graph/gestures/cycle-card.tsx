/** A dependency that would close a cycle: the path, lit on the canvas at the same time, and the ways out. */
import { Fragment, useEffect, useRef, useState } from 'react'
import { useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { navigate } from '../../model/route.ts'
import { selectTasks } from '../../model/selection.ts'
import { flyTo, focusCanvas } from '../canvas/camera.ts'
import { setGraphView } from '../canvas/view-state.ts'

const SHOWN_FOR_MS = 6000

interface CycleCardProps {
  readonly path: readonly string[]
  /** It was made by keys: the focus goes to it, and it stays until it is left. */
  readonly takesFocus: boolean
}

export function CycleCard({ path, takesFocus }: CycleCardProps) {
  const tasks = useYard((view) => view.tasks)
  const card = useRef<HTMLDivElement>(null)
  const [isHeld, setHeld] = useState(takesFocus)
  useEffect(() => {
    if (takesFocus) card.current?.querySelector('button')?.focus()
  }, [takesFocus])
  useEffect(() => flyTo(path), [path])
  useEffect(() => {
    if (isHeld) return undefined
    const timer = setTimeout(leave, SHOWN_FOR_MS)
    return () => clearTimeout(timer)
  }, [isHeld])
  const name = (id: string): string => tasks.get(id)?.title ?? id
  const open = (id: string): void => {
    selectTasks([id], { open: true })
    navigate({ task: id, tab: 'overview' })
    leave()
  }
  const hold = (): void => setHeld(true)
  const letGo = (): void => setHeld(card.current?.contains(document.activeElement) ?? false)
  const [first = ''] = path
  return (
    <div
      ref={card}
      className="canvas-card cycle-card"
      role="group"
      aria-label="A cycle was refused"
      onPointerEnter={hold}
      onPointerLeave={letGo}
      onFocus={hold}
      onBlur={() => setTimeout(letGo)}
    >
      <p>
        That would close a cycle.{' '}
        {[...path, first].map((id, index) => (
          <Fragment key={index}>
            {index > 0 && <span aria-hidden="true"> → </span>}
            <button type="button" className="link" dir="auto" onClick={() => open(id)}>
              {name(id)}
            </button>
          </Fragment>
        ))}
        . Remove one of these, or repeat the task instead.
      </p>
      <div className="flex justify-end gap-2">
        <Button onClick={() => open(first)}>Repeat the task</Button>
        <Button onClick={leave}>Close</Button>
      </div>
    </div>
  )
}

function leave(): void {
  setGraphView({ cycle: null })
  focusCanvas()
}
