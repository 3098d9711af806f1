/** The rail stands open on a wide window unless the inspector needs the room on the graph, or the person chose. */
import { usePreferences } from '../model/preferences.ts'
import { useRoute } from '../model/route.ts'
import { useIsWide } from '../model/use-is-wide.ts'

export function useRailOpen(): boolean {
  const chosen = usePreferences((preferences) => preferences.isRailOpen)
  const { screen, task } = useRoute()
  const isWide = useIsWide()
  return chosen ?? (isWide && !(screen === 'graph' && task !== null))
}
