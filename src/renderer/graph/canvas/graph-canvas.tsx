/** The graph as a place to work in: React Flow holds the few nodes in sight, everything else is painted. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ReactFlowProvider, useStore } from '@xyflow/react'
import { useShownTime } from '../../model/shown-time.ts'
import { usePreferences } from '../../model/preferences.ts'
import { useSelection } from '../../model/selection.ts'
import { GraphActs } from '../gestures/graph-acts.tsx'
import { useCanvasKeys } from '../gestures/use-canvas-keys.ts'
import { type CanvasActs, useCanvasActs } from '../gestures/use-canvas-acts.ts'
import { CanvasLayer } from '../paint/canvas-layer.tsx'
import type { Drawing } from '../paint/drawing.ts'
import { OPACITY } from '../scene/dimming.ts'
import { elementIdOf } from './flow-nodes.ts'
import { FlowSurface } from './flow-surface.tsx'
import { LayoutProgress } from '../layout/layout-progress.tsx'
import { titleSizeAt } from '../scene/level.ts'
import { Minimap } from '../paint/minimap.tsx'
import { useCamera } from './use-camera.ts'
import { useDrag } from './use-drag.ts'
import { useInSight } from '../scene/use-in-sight.ts'
import { useLight } from '../scene/use-light.ts'
import { tracksAlong, useMainLine } from '../scene/use-main-line.ts'
import { useScene } from '../scene/use-scene.ts'
import { useTidy } from '../layout/use-tidy.ts'
import { useViewport, type WatchedViewport } from './use-viewport.ts'
import { useGraphView } from './view-state.ts'
import { Button } from '../../ui/button.tsx'
import { fitAll, zoomBy } from './camera.ts'

export function GraphCanvas() {
  return (
    <ReactFlowProvider>
      <Canvas />
    </ReactFlowProvider>
  )
}

function Canvas() {
  const element = useRef<HTMLDivElement>(null)
  const acts = useCanvasActs()
  const drag = useDrag(useLatest(acts))
  const now = useScene(drag.dragged)
  const { tasks, scene } = now
  const viewport = useViewport()
  const isPast = useShownTime() !== null
  const isMinimapOpen = usePreferences((preferences) => preferences.isMinimapOpen)
  const focusId = useSelection((selection) => selection.focusId)
  const line = useMainLine(tasks, scene.memberOf)
  const lightOf = useLight(tasks, scene.nodes, line.ids)
  const inSight = useInSight(viewport, useWanted(scene.memberOf, { scene, lightOf }))
  const drawing = useDrawing({ now, inSight, line: line.tracks, lightOf })
  useCamera(element, viewport, now)
  useTidy(now.tidy)
  const onKeyDown = useCanvasKeys()
  useTitleSize(element, viewport)
  const focused = focusId === null ? null : (scene.memberOf.get(focusId) ?? focusId)
  const isFocusShown = focused !== null && inSight.ids.includes(focused)
  return (
    <div
      ref={element}
      id="graph-canvas"
      className="graph"
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
        Arrow keys walk along the tracks: right to what waits for a task, left to what it waits for.
        Enter opens it, N adds one, question mark shows all keys.
      </p>
      <CanvasLayer drawing={drawing} viewport={viewport} />
      <FlowSurface
        acts={acts}
        drag={drag}
        tasks={tasks}
        scene={scene}
        line={line.ids}
        lightOf={lightOf}
        isPast={isPast}
        ids={inSight.ids}
      />
      <CanvasTools />
      <GraphActs />
      {isMinimapOpen && <Minimap scene={scene} viewport={viewport} />}
      <LayoutProgress share={now.share} onCancel={now.cancel} />
    </div>
  )
}

function useLatest(acts: CanvasActs): () => CanvasActs | null {
  const latest = useRef<CanvasActs | null>(null)
  useEffect(() => {
    latest.current = acts
  }, [acts])
  return useCallback(() => latest.current, [])
}

type LightOf = ReturnType<typeof useLight>

/** Focused, hovered, selected, at the ends of a track being drawn: in the page at every zoom. */
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

const NO_TRACKS: ReadonlySet<string> = new Set()

function useDrawing({ now: { scene, headings }, inSight, line, lightOf }: DrawingInput): Drawing {
  const isLineShown = useGraphView((view) => view.criticalPath !== 'off')
  const cycle = useGraphView((view) => view.cycle)
  const hoverTrack = useGraphView((view) => view.hoverTrack)
  const chosenTrack = useGraphView((view) => view.chosenTrack)
  const selected = useSelection(({ ids }) => ids)
  const inPage = useMemo(() => new Set(inSight.ids), [inSight.ids])
  const cycleTracks = useMemo(
    () => (cycle?.[0] ? tracksAlong([...cycle, cycle[0]], scene.memberOf) : NO_TRACKS),
    [cycle, scene.memberOf],
  )
  const opacityOf = useCallback((id: string) => OPACITY[lightOf(id)], [lightOf])
  return useMemo(() => {
    const lineTracks = isLineShown ? line : NO_TRACKS
    const { level } = inSight
    const marks = { hoverTrack, chosenTrack, cycleTracks, lineTracks, selected }
    return { scene, headings, level, inPage, opacityOf, ...marks }
  }, [
    scene,
    headings,
    inSight,
    inPage,
    opacityOf,
    isLineShown,
    line,
    cycleTracks,
    hoverTrack,
    chosenTrack,
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

// Zoom and the key to the tracks, over the canvas.

const TRACKS = [
  ['satisfied', 'Satisfied'],
  ['waiting', 'Waiting'],
  ['upstream-failed', 'Upstream failed'],
  ['main', 'Critical path'],
] as const

const STEP = 1.2

export function CanvasTools() {
  const percent = useStore((state) => Math.round(state.transform[2] * 100))
  return (
    <div className="canvas-tools">
      <div className="zoom" role="group" aria-label="Zoom">
        <Button look="quiet" icon="minus" aria-label="Zoom out" onClick={() => zoomBy(1 / STEP)} />
        <span className="zoom-value">{percent}%</span>
        <Button look="quiet" icon="plus" aria-label="Zoom in" onClick={() => zoomBy(STEP)} />
        <Button look="quiet" icon="fit" aria-label="Show all" onClick={() => fitAll()} />
      </div>
      <ul className="track-key" aria-label="What the tracks mean">
        {TRACKS.map(([state, word]) => (
          <li key={state}>
            <svg className="track" data-track={state} viewBox="0 0 28 14" aria-hidden="true">
              <path className="track-line" d="M0 7H28" />
              {state === 'main' && <path className="track-gap" d="M0 7H28" />}
              {state !== 'satisfied' && state !== 'main' && (
                <path className="track-stop" d="M23 2v10" />
              )}
            </svg>
            {word}
          </li>
        ))}
      </ul>
    </div>
  )
}
