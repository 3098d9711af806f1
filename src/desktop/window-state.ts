/** The bounds of a window, restored at the next start onto a screen that is still there. */
import { z } from 'zod'

export const windowStateSchema = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  isMaximized: z.boolean(),
})
export type WindowState = z.infer<typeof windowStateSchema>
type Rectangle = Omit<WindowState, 'isMaximized'>

export const LEAST = { width: 720, height: 480 }
const USUAL = { width: 1440, height: 900 }
/** So much of the title bar must be within reach. */
const GRIP = { width: 120, height: 40 }

/** Bounds to open with; without x and y the system chooses the place. */
export function fittingBounds(
  kept: WindowState | null,
  workAreas: readonly Rectangle[],
): { width: number; height: number; x?: number; y?: number } {
  if (kept === null) return USUAL
  const area = workAreas.find((each) => holdsGrip(each, kept))
  if (!area)
    return { width: atLeast(kept.width, LEAST.width), height: atLeast(kept.height, LEAST.height) }
  const width = atLeast(Math.min(kept.width, area.width), LEAST.width)
  const height = atLeast(Math.min(kept.height, area.height), LEAST.height)
  return { x: kept.x, y: kept.y, width, height }
}

const atLeast = (value: number, least: number): number => Math.max(value, least)

/** The top edge lies in the area, with enough of it to be dragged by. */
function holdsGrip(area: Rectangle, { x, y, width }: WindowState): boolean {
  const visible = Math.min(x + width, area.x + area.width) - Math.max(x, area.x)
  return visible >= GRIP.width && y >= area.y && y + GRIP.height <= area.y + area.height
}
