/** The camera's own moves: the first view or the kept one, and staying where it was when the canvas changes its size. */
import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'
import { useReactFlow } from '@xyflow/react'
import { keep, readPersisted } from '../../model/persisted.ts'
import { fieldsOf, isNumber } from '../../model/reading.ts'
import type { Position } from '../../../contract/view.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { currentRoute, NARROW } from '../../model/route.ts'
import { getSelection } from '../../model/selection.ts'
import { takeFirst } from '../../actions/quick-add.ts'
import {
  bringAwaited,
  bringIntoSight,
  zoomToAll,
  mountCamera,
  setCamera,
  releaseCamera,
  setCanvasScene,
  showAround,
  showAt,
  stayInWindow,
} from './camera.ts'
import { viewportFor, type Camera } from '../paint/fitting.ts'
import { type WatchedViewport, boxInView } from '../scene/viewport.ts'
import { boxOfNode, EMPTY_SCENE, touches, type Scene } from '../scene/scene.ts'
import type { SceneNow } from '../scene/use-scene.ts'

/** The first view is legible: no smaller than what still shows titles, even if not all of a large graph is seen. */
const LEAST_FIRST_ZOOM = 0.5

export function useCamera(
  element: RefObject<HTMLElement | null>,
  viewport: WatchedViewport,
  { scene, isWhole }: Pick<SceneNow, 'scene' | 'isWhole'>,
): void {
  const flow = useReactFlow()
  const isPlaced = useRef(false)
  useLayoutEffect(() => {
    mountCamera({ flow, viewport: viewport.now, element: () => element.current })
    return () => {
      mountCamera(null)
      setCanvasScene(EMPTY_SCENE)
    }
  }, [flow, viewport, element])
  const yard = useYard((view) => view.summary?.folder ?? '')
  const corner = useStandingStill(element, viewport, { yard, isPlaced })
  useLayoutEffect(() => setCanvasScene(scene), [scene])
  useEffect(() => {
    const place = (): void => {
      if (isPlaced.current || !isWhole || scene.nodes.size === 0 || viewport.now().width === 0)
        return
      isPlaced.current = true
      const kept = corner.current && readKeptCamera(yard, corner.current)
      if (kept && isAnyInView(scene, { ...viewport.now(), ...kept })) setCamera(kept)
      else showFirst(scene, viewport)
    }
    place()
    if (isPlaced.current) bringAwaited()
    return viewport.watch(place)
  }, [scene, isWhole, viewport, yard, corner])
  useEffect(() => keepSelectionInSight(viewport), [viewport])
  useEffect(() => {
    for (const end of ENDS_OF_PRESS) window.addEventListener(end, releaseCamera)
    return () => {
      for (const end of ENDS_OF_PRESS) window.removeEventListener(end, releaseCamera)
    }
  }, [])
}

const KEPT = 'yardmaster.camera:'
const keptCamera = (value: unknown): Camera | null => {
  const { x, y, zoom } = fieldsOf(value)
  return isNumber(x) && isNumber(y) && isNumber(zoom) && zoom > 0 ? { x, y, zoom } : null
}

/** Over a change of screen and a reload, for as long as the window is open; counted from the corner of the window. */
const keepCamera = (yard: string, { x, y, zoom }: Camera, corner: Position): void =>
  keep('sessionStorage', KEPT + yard, { x: x + corner.x, y: y + corner.y, zoom })

function readKeptCamera(yard: string, corner: Position): Camera | null {
  const kept = readPersisted('sessionStorage', KEPT + yard, keptCamera)
  return kept && { x: kept.x - corner.x, y: kept.y - corner.y, zoom: kept.zoom }
}

function isAnyInView({ nodes }: Scene, viewport: Parameters<typeof boxInView>[0]): boolean {
  const view = boxInView(viewport)
  return [...nodes.values()].some((node) => touches(boxOfNode(node), view))
}

interface Standing {
  readonly yard: string
  readonly isPlaced: RefObject<boolean>
}

/** What is on the canvas stays where it is seen when the canvas moves in the window, and is kept there. Gives the canvas' corner. */
function useStandingStill(
  element: RefObject<HTMLElement | null>,
  viewport: WatchedViewport,
  { yard, isPlaced }: Standing,
): RefObject<Position | null> {
  const corner = useRef<Position | null>(null)
  // Before the canvas is painted in its new size.
  useLayoutEffect(() => {
    const follow = (): void => {
      const { left = 0, top = 0 } = element.current?.getBoundingClientRect() ?? {}
      const before = corner.current
      corner.current = { x: left, y: top }
      if (before && isPlaced.current) stayInWindow({ x: left - before.x, y: top - before.y })
    }
    follow()
    let size = ''
    const stop = viewport.watch(() => {
      const { width, height } = viewport.now()
      if (size === `${width} ${height}`) return
      size = `${width} ${height}`
      follow()
    })
    const keep = (): void => {
      if (isPlaced.current && corner.current) keepCamera(yard, viewport.now(), corner.current)
    }
    addEventListener('pagehide', keep)
    return () => {
      stop()
      removeEventListener('pagehide', keep)
      keep()
    }
  }, [element, viewport, yard, isPlaced])
  return corner
}

/** The last two: the release goes to another window then, or to a menu. */
const ENDS_OF_PRESS = ['pointerup', 'pointercancel', 'blur', 'contextmenu'] as const

function showFirst(scene: Scene, viewport: WatchedViewport): void {
  const { task } = currentRoute()
  const isNamed = task !== null && scene.nodes.has(scene.memberOf.get(task) ?? task)
  const first = takeFirst()
  if (first && scene.nodes.size === 1 && scene.nodes.has(first.id))
    return showAt(first.id, first.at)
  const fitting = scene.bounds ? viewportFor(scene.bounds, viewport.now()).zoom : 1
  if (fitting >= LEAST_FIRST_ZOOM) return zoomToAll({ isInstant: true })
  const start = isNamed ? task : startOf(scene)
  showAround(start, LEAST_FIRST_ZOOM)
}

/** What works now, else what failed, else the first task. */
function startOf({ nodes }: Scene): string {
  const all = [...nodes.values()]
  for (const state of ['in-progress', 'failed', 'waiting', 'ready']) {
    const found = all.find(({ card }) => card?.state === state)
    if (found) return found.id
  }
  return all[0]?.id ?? ''
}

/** Opening the inspector moves the camera only if it would cover what is selected: beside the canvas or, in a narrow window, over it. */
function keepSelectionInSight(viewport: WatchedViewport): () => void {
  let { width } = viewport.now()
  const bringSelected = (): void => {
    const { ids } = getSelection()
    const [only] = ids
    if (ids.size === 1 && only !== undefined) bringIntoSight(only)
  }
  const stop = viewport.watch(() => {
    const now = viewport.now().width
    const isNarrower = now < width && width > 0
    width = now
    if (isNarrower) bringSelected()
  })
  // The inspector is drawn by the time of the next frame.
  const onRoute = (): void => {
    if (matchMedia(NARROW).matches && currentRoute().task !== null)
      requestAnimationFrame(bringSelected)
  }
  addEventListener('hashchange', onRoute)
  return () => {
    stop()
    removeEventListener('hashchange', onRoute)
  }
}
