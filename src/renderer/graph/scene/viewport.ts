/** What of the canvas is in view, and how much a node shows at that zoom: changed with hysteresis, so that a zoom on the border does not flicker. */
import { useCallback, useMemo } from 'react'
import { useStoreApi } from '@xyflow/react'
import type { Box } from './scene.ts'

export type Level = 'block' | 'compact' | 'full'

const COMPACT_FROM = 0.45
const FULL_FROM = 0.95
const HYSTERESIS = 0.05
/** More nodes than that in sight are painted, whatever the zoom. */
export const MOST_NODES = 150

const isAbove = (zoom: number, border: number, wasAbove: boolean): boolean =>
  zoom >= border * (wasAbove ? 1 - HYSTERESIS : 1 + HYSTERESIS)

/** `before` = null on first sight: the plain borders hold. `inSight` counts nodes. */
export function levelAt(zoom: number, inSight: number, before: Level | null): Level {
  const most = before === 'block' ? MOST_NODES * (1 - HYSTERESIS) : MOST_NODES
  if (inSight > most) return 'block'
  if (before === null) return zoom < COMPACT_FROM ? 'block' : zoom < FULL_FROM ? 'compact' : 'full'
  if (!isAbove(zoom, COMPACT_FROM, before !== 'block')) return 'block'
  return isAbove(zoom, FULL_FROM, before === 'full') ? 'full' : 'compact'
}

const TITLE_PX = 11.5
const LEAST = 14
const MOST = 20

/** Size of a node's title in canvas units: about the same on the screen at every zoom, as far as two lines and the fact have room. */
export function titleSizeAt(zoom: number): number {
  const wanted = Math.min(MOST, Math.max(LEAST, TITLE_PX / zoom))
  return Math.round(wanted * 2) / 2
}

// The viewport of React Flow, read without drawing React anew.

export interface Viewport {
  /** Of the canvas' origin on the screen, px. */
  readonly x: number
  readonly y: number
  readonly zoom: number
  /** Of the canvas on the screen, px. */
  readonly width: number
  readonly height: number
}

export function boxInView({ x, y, zoom, width, height }: Viewport, margin = 0): Box {
  return {
    left: (-x - margin) / zoom,
    top: (-y - margin) / zoom,
    right: (-x + width + margin) / zoom,
    bottom: (-y + height + margin) / zoom,
  }
}

export interface WatchedViewport {
  now(): Viewport
  /** Calls when the camera or the size of the canvas has changed. */
  watch(onChange: () => void): () => void
}

export function useViewport(): WatchedViewport {
  const store = useStoreApi()
  const now = useCallback((): Viewport => {
    const { transform, width, height } = store.getState()
    const [x, y, zoom] = transform
    return { x, y, zoom, width, height }
  }, [store])
  return useMemo(
    () => ({
      now,
      watch: (onChange) =>
        store.subscribe((state, before) => {
          const isSame =
            state.transform === before.transform &&
            state.width === before.width &&
            state.height === before.height
          if (!isSame) onChange()
        }),
    }),
    [store, now],
  )
}
