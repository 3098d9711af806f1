/** What the pointer is at where nothing of the page is: painted nodes and tracks. */
import { useMemo, type MouseEvent } from 'react'
import { flushSync } from 'react-dom'
import { useReactFlow } from '@xyflow/react'
import { canvasScene, viewportNow } from './camera.ts'
import { nodeAt, trackAt } from '../scene/hit.ts'
import { getGraphView, setGraphView } from './view-state.ts'

/** px of the screen around a track that count as on it. */
const TRACK_REACH = 7

export interface Hover {
  readonly onMouseMove: (event: MouseEvent) => void
  readonly onMouseLeave: () => void
  /** The node under the pointer, painted or in the page. */
  readonly nodeUnder: (event: {
    readonly clientX: number
    readonly clientY: number
  }) => string | null
}

export function useHover(): Hover {
  const flow = useReactFlow()
  return useMemo(() => {
    const at = (event: { clientX: number; clientY: number }) =>
      flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
    return {
      onMouseMove: (event) => {
        if (event.buttons !== 0 || !isPane(event.target)) return
        const point = at(event)
        const hoverId = nodeAt(canvasScene(), point)
        const zoom = viewportNow()?.zoom ?? 1
        const track = hoverId === null ? trackAt(canvasScene(), point, TRACK_REACH / zoom) : null
        const now = getGraphView()
        const hoverTrack = track?.id ?? null
        if (now.hoverId === hoverId && now.hoverTrack === hoverTrack) return
        // Before the next press: a painted node must be in the page to be dragged or linked.
        flushSync(() => setGraphView({ hoverId, hoverTrack }))
      },
      onMouseLeave: () => setGraphView({ hoverId: null, hoverTrack: null }),
      nodeUnder: (event) => nodeAt(canvasScene(), at(event)),
    }
  }, [flow])
}

/** Empty canvas, or what is only painted there. */
export const isPane = (target: EventTarget): boolean =>
  target instanceof Element && target.classList.contains('react-flow__pane')
