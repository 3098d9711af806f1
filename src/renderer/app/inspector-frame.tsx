/** Where the inspector stands: beside the screen, over it on a narrow window, instead of it on a very narrow one. */
import { DragEdge } from '../ui/drag-edge.tsx'
import { setPreferences, usePreferences } from '../workspace/preferences.ts'
import { Inspector } from './parts.ts'

const LEAST = 320
const MOST = 720
export const WIDTH_STEP = 40

export const setInspectorWidth = (width: number): void =>
  setPreferences({ inspectorWidth: Math.min(MOST, Math.max(LEAST, width)) })

export function InspectorFrame() {
  const width = usePreferences((preferences) => preferences.inspectorWidth)
  return (
    <aside
      className="inspector"
      aria-label="Task"
      data-region
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
