/** Where the inspector stands: beside the screen, over it on a narrow window, instead of it on a very narrow one. */
import { useRef } from 'react'
import { DragEdge } from './drag-edge.tsx'
import { useFocusHome } from '../ui/focus.ts'
import { setPreferences, usePreferences } from '../model/preferences.ts'
import { Inspector } from './parts.tsx'

const LEAST = 320
const MOST = 720
export const WIDTH_STEP = 40

export const setInspectorWidth = (width: number): void =>
  setPreferences({ inspectorWidth: Math.min(MOST, Math.max(LEAST, width)) })

export function InspectorFrame() {
  const frame = useRef<HTMLElement>(null)
  useFocusHome(frame)
  const width = usePreferences((preferences) => preferences.inspectorWidth)
  const isFull = usePreferences((preferences) => preferences.isInspectorFull)
  return (
    <aside
      ref={frame}
      className="inspector flex-col min-h-0"
      aria-label="Task"
      data-region
      data-full={isFull || undefined}
      tabIndex={-1}
      style={{ '--inspector': `${width}px` }}
    >
      <DragEdge
        label="Width of the inspector"
        className="inspector-edge"
        side="left"
        size={width}
        least={LEAST}
        most={MOST}
        onSize={setInspectorWidth}
      />
      <Inspector />
    </aside>
  )
}
