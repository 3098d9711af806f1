/** The camera's own moves: the first view, and staying with the selection when the canvas gets narrower. */
import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'
import { useReactFlow } from '@xyflow/react'
import { currentRoute } from '../../model/route.ts'
import { getSelection } from '../../model/selection.ts'
import { takeFirst } from '../../actions/wanted-places.ts'
import {
  bringAwaited,
  bringIntoSight,
  fitAll,
  mountCamera,
  releaseCamera,
  setCanvasScene,
  showAround,
  showAt,
} from './camera.ts'
import { viewportFor } from '../paint/fitting.ts'
import { EMPTY_SCENE, type Scene } from '../scene/scene.ts'
import type { SceneNow } from '../scene/use-scene.ts'
import type { WatchedViewport } from './use-viewport.ts'

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
  useLayoutEffect(() => setCanvasScene(scene), [scene])
  useEffect(() => {
    const place = (): void => {
      if (isPlaced.current || !isWhole || scene.nodes.size === 0 || viewport.now().width === 0)
        return
      isPlaced.current = true
      showFirst(scene, viewport)
    }
    place()
    if (isPlaced.current) bringAwaited()
    return viewport.watch(place)
  }, [scene, isWhole, viewport])
  useEffect(() => keepSelectionInSight(viewport), [viewport])
  useEffect(() => {
    for (const end of ENDS_OF_PRESS) window.addEventListener(end, releaseCamera)
    return () => {
      for (const end of ENDS_OF_PRESS) window.removeEventListener(end, releaseCamera)
    }
  }, [])
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
  if (fitting >= LEAST_FIRST_ZOOM) return fitAll({ isInstant: true })
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

/** Opening the inspector moves the camera only if it would cover what is selected. */
function keepSelectionInSight(viewport: WatchedViewport): () => void {
  let { width } = viewport.now()
  return viewport.watch(() => {
    const now = viewport.now().width
    const isNarrower = now < width && width > 0
    width = now
    const { ids } = getSelection()
    const [only] = ids
    if (isNarrower && ids.size === 1 && only !== undefined) bringIntoSight(only)
  })
}
