/** Moves nodes by hand for everybody who looks at this yard, as an edit that can be taken back. */
import type { Position } from '../../../contract/view.ts'
import type { YardClient } from '../../model/session/link.ts'
import type { Session } from '../../model/session/session.ts'
import { making } from '../../actions/history.ts'
import { showToast } from '../../model/toasts.ts'

/** Null gives a node back to the layout. */
export type Moves = Readonly<Record<string, Position | null>>

/** True when it was accepted. `label` in the past tense; the hand has just seen it, so no toast unless `isLoud`. */
export function moveNodes(
  session: Session,
  moves: Moves,
  { label = labelOf(moves), isLoud = false }: { label?: string; isLoud?: boolean } = {},
): Promise<boolean> {
  return making(async (own) => {
    const { positions } = session.yard.getState()
    const before = Object.fromEntries(
      Object.keys(moves).map((id) => [id, positions.get(id) ?? null] as const),
    )
    const set = whole(moves)
    const send =
      (places: typeof set) =>
      ({ page }: YardClient) =>
        page.moveNodes({ set: places })
    const result = await session.call(send(set), 'repeats')
    if (!result.ok) {
      showToast(`Not moved. ${result.error.message}`, { kind: 'error' })
      return false
    }
    const edit = { label, undo: send(before), redo: send(set) }
    own.remember(session, edit, { quiet: !isLoud })
    return true
  })
}

const labelOf = (moves: Moves): string => {
  const count = Object.keys(moves).length
  return count === 1 ? 'Moved a task' : `Moved ${count} tasks`
}

/** Whole units: a hand is no finer, and the numbers stay short. */
const whole = (moves: Moves): Record<string, Position | null> =>
  Object.fromEntries(
    Object.entries(moves).map(([id, at]) => [
      id,
      at === null ? null : { x: Math.round(at.x), y: Math.round(at.y) },
    ]),
  )
