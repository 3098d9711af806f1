/** The graph as a place to work in: React Flow holds the few nodes in sight, everything else is painted. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ReactFlowProvider, useStore } from '@xyflow/react'
import { useShownTime } from '../../model/shown-time.ts'
import { usePreferences } from '../../model/preferences.ts'
import { useSelection } from '../../model/selection.ts'
import { GraphOverlay } from '../gestures/graph-overlay.tsx'
import { useCanvasKeys } from '../gestures/use-canvas-keys.ts'
import { CanvasLayer } from '../paint/canvas-layer.tsx'
import type { Drawing } from '../paint/drawing.ts'
import { OPACITY, useLight } from '../scene/dimming.ts'
import { elementIdOf } from './flow-nodes.ts'
import { FlowSurface } from './flow-surface.tsx'
import { titleSizeAt, useViewport, type WatchedViewport } from '../scene/viewport.ts'
import { Minimap } from '../paint/minimap.tsx'
import { useCamera } from './use-camera.ts'
import { useDrag } from './use-drag.ts'
import { useInSight } from '../scene/in-sight.ts'
import { edgesAlong, useCriticalPath, useScene } from '../scene/use-scene.ts'
import { useGraphView } from './view-state.ts'
import { Button } from '../../ui/button.tsx'
import { zoomToAll, zoomBy } from './camera.ts'

export function GraphCanvas() {
  return (
    <ReactFlowProvider>
      <Canvas />
    </ReactFlowProvider>
  )
}

function Canvas() {
  const element = useRef<HTMLDivElement>(null)
  const drag = useDrag()
  const now = useScene(drag.dragged)
  const { tasks, scene } = now
  const viewport = useViewport()
  const isPast = useShownTime() !== null
  const isMinimapOpen = usePreferences((preferences) => preferences.isMinimapOpen)
  const focusId = useSelection((selection) => selection.focusId)
  const line = useCriticalPath(tasks, scene.memberOf)
  const lightOf = useLight(tasks, scene.nodes, line.ids)
  const inSight = useInSight(viewport, useWanted(scene.memberOf, { scene, lightOf }))
  const drawing = useDrawing({ now, inSight, line: line.edges, lightOf })
  useCamera(element, viewport, now)
  const onKeyDown = useCanvasKeys()
  useTitleSize(element, viewport)
  const focused = focusId === null ? null : (scene.memberOf.get(focusId) ?? focusId)
  const isFocusShown = focused !== null && inSight.ids.includes(focused)
  return (
    <div
      ref={element}
      id="graph-canvas"
      className="graph flex-1 min-w-0 min-h-0"
      role="application"
      aria-label="Graph of tasks"
      aria-roledescription="graph"
      aria-describedby="graph-keys"
      aria-activedescendant={isFocusShown ? elementIdOf(focused) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      data-level={inSight.level}
      data-past={isPast || undefined}
      data-still={isStill(drawing) || undefined}
    >
      <p id="graph-keys" className="visually-hidden">
        Arrow keys walk along the dependencies: right to what waits for a task, left to what it
        waits for. Enter opens it, N adds one, question mark shows all keys.
      </p>
      <CanvasLayer drawing={drawing} viewport={viewport} />
      <FlowSurface
        drag={drag}
        tasks={tasks}
        scene={scene}
        line={line.ids}
        lightOf={lightOf}
        isPast={isPast}
        ids={inSight.ids}
      />
      <CanvasTools />
      <GraphOverlay layOutAnew={now.tidy} />
      {isMinimapOpen && <Minimap scene={scene} viewport={viewport} />}
      <LayoutProgress share={now.share} onCancel={now.cancel} />
    </div>
  )
}

type LightOf = ReturnType<typeof useLight>

/** Focused, hovered, selected, at the ends of an edge being drawn: in the page at every zoom. */
function useWanted(
  memberOf: ReadonlyMap<string, string>,
  { scene, lightOf }: { readonly scene: Drawing['scene']; readonly lightOf: LightOf },
) {
  const focusId = useSelection((selection) => selection.focusId)
  const selected = useSelection(({ ids }) => ids)
  const hoverId = useGraphView((view) => view.hoverId)
  const linking = useGraphView((view) => view.linking)
  const isGone = useCallback((id: string) => lightOf(id) === 'gone', [lightOf])
  return useMemo(() => {
    const wanted = [focusId, hoverId, linking?.from, linking?.to, ...selected]
    return {
      scene,
      wanted: wanted.flatMap((id) => (id ? [memberOf.get(id) ?? id] : [])),
      isGone,
    }
  }, [scene, memberOf, isGone, focusId, hoverId, linking, selected])
}

interface DrawingInput {
  readonly now: ReturnType<typeof useScene>
  readonly inSight: ReturnType<typeof useInSight>
  readonly line: ReadonlySet<string>
  readonly lightOf: LightOf
}

const NO_EDGES: ReadonlySet<string> = new Set()

function useDrawing({ now: { scene, headings }, inSight, line, lightOf }: DrawingInput): Drawing {
  const isLineShown = useGraphView((view) => view.criticalPath !== 'off')
  const cycle = useGraphView((view) => view.cycle)
  const hoverEdge = useGraphView((view) => view.hoverEdge)
  const chosenEdge = useGraphView((view) => view.chosenEdge)
  const selected = useSelection(({ ids }) => ids)
  const inPage = useMemo(() => new Set(inSight.ids), [inSight.ids])
  const cycleEdges = useMemo(
    () => (cycle?.[0] ? edgesAlong([...cycle, cycle[0]], scene.memberOf) : NO_EDGES),
    [cycle, scene.memberOf],
  )
  const opacityOf = useCallback((id: string) => OPACITY[lightOf(id)], [lightOf])
  return useMemo(() => {
    const lineEdges = isLineShown ? line : NO_EDGES
    const { level } = inSight
    const marks = { hoverEdge, chosenEdge, cycleEdges, lineEdges, selected }
    return { scene, headings, level, inPage, opacityOf, ...marks }
  }, [
    scene,
    headings,
    inSight,
    inPage,
    opacityOf,
    isLineShown,
    line,
    cycleEdges,
    hoverEdge,
    chosenEdge,
    selected,
  ])
}

/** More turning rings than that are unrest, not news. */
const MOST_TURNING = 40

function isStill({ scene, inPage }: Drawing): boolean {
  let lit = 0
  for (const id of inPage) if (scene.nodes.get(id)?.card?.state === 'in-progress') lit += 1
  return lit > MOST_TURNING
}

/** Text is counter-scaled by a custom property, written past React: it changes with each step of a zoom. */
function useTitleSize(
  element: { readonly current: HTMLElement | null },
  viewport: WatchedViewport,
): void {
  const [write] = useState(() => (): void => {
    const { zoom } = viewport.now()
    const style = element.current?.style
    style?.setProperty('--title', `${titleSizeAt(zoom)}px`)
    style?.setProperty('--screen', String(Math.round(100 / zoom) / 100))
  })
  useEffect(() => {
    write()
    return viewport.watch(write)
  }, [viewport, write])
}

// Zoom and the key to the edges, over the canvas.

const EDGES = [
  ['satisfied', 'Satisfied'],
  ['waiting', 'Waiting'],
  ['upstream-failed', 'Upstream failed'],
  ['main', 'Critical path'],
] as const

const STEP = 1.2

export function CanvasTools() {
  const percent = useStore((state) => Math.round(state.transform[2] * 100))
  return (
    <div className="canvas-tools flex flex-wrap gap-3">
      <div className="zoom text-11 text-text-2" role="group" aria-label="Zoom">
        <Button look="quiet" icon="minus" aria-label="Zoom out" onClick={() => zoomBy(1 / STEP)} />
        <span>{percent}%</span>
        <Button look="quiet" icon="plus" aria-label="Zoom in" onClick={() => zoomBy(STEP)} />
        <Button look="quiet" icon="fit" aria-label="Show all" onClick={() => zoomToAll()} />
      </div>
      <ul className="edge-key text-11 text-text-2" aria-label="What the lines mean">
        {EDGES.map(([state, word]) => (
          <li key={state}>
            <svg className="edge" data-edge={state} viewBox="0 0 28 14" aria-hidden="true">
              <path className="edge-line" d="M0 7H28" />
              {state === 'main' && <path className="edge-gap" d="M0 7H28" />}
              {state !== 'satisfied' && state !== 'main' && (
                <path className="edge-stop" d="M23 2v10" />
              )}
            </svg>
            {word}
          </li>
        ))}
      </ul>
    </div>
  )
}

// How far the layout of a huge graph is, with a way out.

interface LayoutProgressProps {
  /** From 0 to 1; null at rest. */
  readonly share: number | null
  readonly onCancel: () => void
}

export function LayoutProgress({ share, onCancel }: LayoutProgressProps) {
  if (share === null) return null
  const percent = Math.round(share * 100)
  return (
    <div className="layout-progress gap-3 text-11 text-text-2">
      <span>Laying out, {percent} %</span>
      <progress aria-label="Laying out" max={100} value={percent} />
      <Button look="quiet" onClick={onCancel}>
        Cancel
      </Button>
    </div>
  )
}
