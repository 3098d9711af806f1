/** Tidy: a full layout, which gives back what was moved by hand. */
import { useSession } from '../../model/session/session-context.tsx'
import { useCommands } from '../../actions/commands.ts'
import { getShownTime } from '../../model/shown-time.ts'
import { moveNodes } from '../gestures/move-nodes.ts'

export function useTidy(layOutAnew: () => void): void {
  const session = useSession()
  useCommands({
    tidy: {
      run: () => {
        layOutAnew()
        const chosen = [...session.yard.getState().positions.keys()]
        if (chosen.length === 0) return
        const moves = Object.fromEntries(chosen.map((id) => [id, null] as const))
        void moveNodes(session, moves, { label: 'Tidied the layout', isLoud: true })
      },
      blocked: () => (getShownTime() === null ? null : 'The past is read-only'),
    },
  })
}
