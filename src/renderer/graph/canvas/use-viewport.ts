/** The viewport of React Flow, read without drawing React anew. */
import { useCallback, useMemo } from 'react'
import { useStoreApi } from '@xyflow/react'
import type { Viewport } from '../scene/in-sight.ts'

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
