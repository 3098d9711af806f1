/** Adds what the quick-add card holds: as a draft, or published at once; one edit that can be taken back. */
import type { Problem } from '../../model/session/problem.ts'
import { sendCommand, type Session } from '../../model/session/session.ts'
import { announce, showToast } from '../../model/toasts.ts'
import { making } from '../history.ts'
import { readableKey } from '../keys.ts'
import {
  forgetNewPosition,
  setFirst,
  setNewPosition,
  type QuickAdd,
  type Spot,
} from '../quick-add.ts'
import { currentRoute } from '../../model/route.ts'
import { selectTasks } from '../../model/selection.ts'
import { sendOrOffer } from '../requests.ts'
import type { toNewTaskInput } from './new-task.ts'

interface Adding extends Pick<QuickAdd, 'at' | 'place'> {
  readonly input: ReturnType<typeof toNewTaskInput>
  readonly isDraft: boolean
}

/** Null when it was added; it is the chosen task then. */
export function addTask(
  session: Session,
  { input, isDraft, at, place }: Adding,
): Promise<Problem | null> {
  return making(async (own) => {
    const isFirst = session.yard.getState().tasks.size === 0
    const added = await sendCommand(session, ({ task }, commandId) =>
      task.add({ ...input, paused: isDraft, commandId }),
    )
    if (!added.ok) return added.error
    const view = added.value
    if (isFirst && place === null && at !== null) setFirst(view.id, at)
    if (place) await put(session, view.id, place)
    own.remember(
      session,
      {
        label: `Added “${view.title}”`,
        undo: ({ task }, commandId) => task.remove({ id: view.id, commandId }),
        redo: async ({ task }, commandId) => {
          await task.add({ ...input, id: view.id, paused: isDraft, commandId })
          if (place) await put(session, view.id, place)
        },
      },
      { quiet: true },
    )
    selectTasks([view.id])
    if (isDraft) sayDraft(session, view)
    else announce(`Added ${view.title}.`)
    return null
  })
}

/** The host takes positions of known tasks only, so the canvas has it first: nobody sees it jump. */
async function put(session: Session, id: string, { x, y }: Spot): Promise<void> {
  const position = { x: Math.round(x), y: Math.round(y) }
  setNewPosition(id, position)
  const moved = await session.call(({ page }) => page.moveNodes({ set: { [id]: position } }))
  if (!moved.ok) {
    forgetNewPosition(id)
    return showToast(`Added, but not put there. ${moved.error.message}`, { kind: 'error' })
  }
  onceKnown(session, id, () => forgetNewPosition(id))
}

/** The answer may come before the news of it, which is folded with others. */
function onceKnown(session: Session, id: string, then: () => void): void {
  if (session.yard.getState().positions.has(id)) return then()
  const stop = session.yard.subscribe(({ positions }) => {
    if (!positions.has(id)) return
    stop()
    then()
  })
}

/** How a draft is started, said where it was made. */
function sayDraft(session: Session, { id, title }: { id: string; title: string }): void {
  announce(`Added draft ${title}. It starts once it is published: ${readableKey('u')}.`)
  if (currentRoute().screen === 'graph') return // the graph has a bar for its drafts
  showToast(`Draft “${title}” waits until it is published`, {
    act: {
      label: `Publish ${readableKey('u')}`,
      run: () =>
        void sendOrOffer(
          session,
          ({ task }, commandId) => task.publish({ id, commandId }),
          `Publish “${title}”`,
        ),
    },
    lastsMs: 8000,
  })
}
