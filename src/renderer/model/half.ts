/** Two screens may stand on one page, as its halves. The address is that of one of them, and what it says is about that one alone. */
import { createContext, use } from 'react'
import { useRoute, type Route, type Screen } from './route.ts'

/** The screen whose half this is; null where a screen stands alone. */
export const HalfContext = createContext<Screen | null>(null)

export interface Half {
  readonly screen: Screen
  /** The address is about this one. */
  readonly isCurrent: boolean
  readonly filters: Route['filters']
}

export function useHalf(): Half {
  const { screen, filters } = useRoute()
  const half = use(HalfContext) ?? screen
  const isCurrent = half === screen
  return { screen: half, isCurrent, filters: isCurrent ? filters : NO_FILTERS }
}

const NO_FILTERS: Route['filters'] = {}
