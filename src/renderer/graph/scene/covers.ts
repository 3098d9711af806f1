/** What lies over the foot of the canvas now. */
import type { Cover } from '../paint/fitting.ts'

/** px between a cover and the nearest node */
const APART = 8
const COVERS = '.minimap, .toast, .draft-bar'

export function coversOf(canvas: HTMLElement | null): readonly Cover[] {
  if (canvas === null) return []
  const { left, right, top, bottom } = canvas.getBoundingClientRect()
  return [...document.querySelectorAll(COVERS)].flatMap((element): Cover[] => {
    const box = element.getBoundingClientRect()
    const isOver = box.width > 0 && box.right > left && box.left < right && box.top < bottom
    if (!isOver) return []
    return [
      {
        left: box.left - left - APART,
        right: box.right - left + APART,
        top: box.top - top - APART,
      },
    ]
  })
}
