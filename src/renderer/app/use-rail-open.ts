/** The rail stands open on a wide window unless the inspector needs the room on the graph, or the person chose. */
import { useSyncExternalStore } from 'react'
import { usePreferences } from '../workspace/preferences.ts'
import { useRoute } from '../workspace/route.ts'

const WIDE = '(min-width: 1280px)'

export function useRailOpen(): boolean {
  const chosen = usePreferences((preferences) => preferences.isRailOpen)
  const { screen, task } = useRoute()
  const isWide = useSyncExternalStore(onWidth, () => matchMedia(WIDE).matches)
  return chosen ?? (isWide && !(screen === 'graph' && task !== null))
}

function onWidth(onChange: () => void): () => void {
  const query = matchMedia(WIDE)
  query.addEventListener('change', onChange)
  return () => query.removeEventListener('change', onChange)
}
