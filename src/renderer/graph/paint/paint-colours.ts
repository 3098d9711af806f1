/** The tokens as colours for painting. Read anew whenever the theme changes. */
import { tokenOf } from '../../ui/theme-tokens.ts'
import { SHOWN_STATES, type ShownState } from '../../../domain/task.ts'

export interface StateColours {
  readonly text: string
  readonly solid: string
  readonly tint: string
  readonly line: string
}

export interface Colours {
  readonly canvas: string
  readonly grid: string
  readonly raised: string
  readonly surface: string
  readonly line: string
  readonly line2: string
  readonly text2: string
  readonly text3: string
  readonly accent: string
  readonly glow: string
  readonly trackOpen: string
  readonly trackDone: string
  readonly trackFail: string
  readonly trackMain: string
  readonly font: string
  readonly ofState: (state: ShownState) => StateColours
}

export function readColours(element: Element): Colours {
  const token = (name: string): string => tokenOf(element, name)
  const ofState = (state: ShownState): StateColours => ({
    text: token(`--st-${state}`),
    solid: token(`--st-${state}-solid`),
    tint: token(`--st-${state}-bg`),
    line: token(`--st-${state}-line`),
  })
  const states = Object.fromEntries(
    SHOWN_STATES.map((state) => [state, ofState(state)] as const),
  ) as Record<ShownState, StateColours>
  return {
    canvas: token('--canvas'),
    grid: token('--grid'),
    raised: token('--raised'),
    surface: token('--surface'),
    line: token('--line'),
    line2: token('--line-2'),
    text2: token('--text-2'),
    text3: token('--text-3'),
    accent: token('--accent-solid'),
    glow: token('--lamp-glow'),
    trackOpen: token('--track-open'),
    trackDone: token('--track-done'),
    trackFail: token('--track-fail'),
    trackMain: token('--track-main'),
    font: getComputedStyle(element).fontFamily,
    ofState: (state) => states[state],
  }
}
