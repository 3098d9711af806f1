/** Tidy: a full layout, which gives back what was moved by hand. */
import { useSession } from '../session/session-context.tsx'
import { useCommands } from '../workspace/commands.ts'
import { getShownTime } from '../workspace/shown-time.ts'
import { moveNodes } from './acts/move-nodes.ts'

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
