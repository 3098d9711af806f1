/** Where the journal stands: under the screen, up to three fifths of the window. */
import { DragEdge } from '../ui/drag-edge.tsx'
import { setPreferences, usePreferences } from '../model/preferences.ts'
import { Drawer } from './parts.ts'

const LEAST = 120

export function DrawerFrame() {
  const height = usePreferences((preferences) => preferences.drawerHeight)
  return (
    <section
      className="drawer"
      aria-label="Journal and log"
      data-region
      tabIndex={-1}
      style={{ height }}
    >
      <DragEdge
        label="Height of the journal"
        className="drawer-edge"
        side="top"
        size={height}
        least={LEAST}
        most={Math.round(innerHeight * 0.6)}
        onSize={(drawerHeight) => setPreferences({ drawerHeight })}
      />
      <Drawer />
    </section>
  )
}
