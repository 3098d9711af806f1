/** How much a node shows, by zoom. Changed with hysteresis, so that a zoom on the border does not flicker. */
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
