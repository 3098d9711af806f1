/** How much room the window has: for the rail with its words and two screens on one page, or not even for the inspector beside a screen. */
import { useCallback, useSyncExternalStore } from 'react'
import { NARROW } from './route.ts'

const WIDE = '(min-width: 1280px)'

export const useIsWide = (): boolean => useMatch(WIDE)
export const useIsNarrow = (): boolean => useMatch(NARROW)

function useMatch(words: string): boolean {
  const watch = useCallback(
    (onChange: () => void) => {
      const query = matchMedia(words)
      query.addEventListener('change', onChange)
      return () => query.removeEventListener('change', onChange)
    },
    [words],
  )
  return useSyncExternalStore(watch, () => matchMedia(words).matches)
}
