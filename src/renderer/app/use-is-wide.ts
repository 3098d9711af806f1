/** Whether the window has room to spare: for the rail with its words, and for two screens on one page. */
import { useSyncExternalStore } from 'react'

const WIDE = '(min-width: 1280px)'

export const useIsWide = (): boolean =>
  useSyncExternalStore(onWidth, () => matchMedia(WIDE).matches)

function onWidth(onChange: () => void): () => void {
  const query = matchMedia(WIDE)
  query.addEventListener('change', onChange)
  return () => query.removeEventListener('change', onChange)
}
