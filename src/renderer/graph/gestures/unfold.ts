/** Opens a folded block: the person wants to see what is in it. */
import { canvasScene } from '../canvas/camera.ts'
import { getGraphView, setGraphView } from '../canvas/view-state.ts'

/** False when the id names no block. */
export function unfold(id: string): boolean {
  const stack = canvasScene().nodes.get(id)?.stack
  if (!stack) return false
  if (stack.tag === null) setGraphView({ foldFinished: false })
  else {
    const foldedTags = new Set(getGraphView().foldedTags)
    foldedTags.delete(stack.tag)
    setGraphView({ foldedTags })
  }
  return true
}
