/** Adds what the quick-add card holds: as a draft, or published at once; one edit that can be taken back. */
import type { Position } from '../../contract/view.ts'
import type { Problem } from '../session/problem.ts'
import type { Session } from '../session/session.ts'
import { announce } from '../workspace/announcer.ts'
import { remember } from '../workspace/history.ts'
import { readableKey } from '../workspace/keys.ts'
import { currentRoute } from '../workspace/route.ts'
import { selectTasks } from '../workspace/selection.ts'
import { showToast } from '../workspace/toasts.ts'
import type { toWish } from './new-task-wish.ts'

interface Adding {
  readonly wish: ReturnType<typeof toWish>
  readonly isDraft: boolean
  /** Canvas units; null = where the layout says. */
  readonly place: Position | null
}

/** Null when it was added; it is the chosen task then. */
export async function addTask(
  session: Session,
  { wish, isDraft, place }: Adding,
): Promise<Problem | null> {
  const added = await session.call(({ task }) =>
    task.add({ ...wish, paused: isDraft, commandId: crypto.randomUUID() }),
  )
  if (!added.ok) return added.error
  const view = added.value
  if (place) {
    const set = { [view.id]: { x: Math.round(place.x), y: Math.round(place.y) } }
    const moved = await session.call(({ page }) => page.moveNodes({ set }))
    if (!moved.ok) showToast(`Added, but not put there. ${moved.error.message}`, { kind: 'error' })
  }
  remember(
    session,
    {
      label: `Added “${view.title}”`,
      undo: ({ task }, commandId) => task.remove({ id: view.id, commandId }),
      redo: ({ task }, commandId) => task.add({ ...wish, id: view.id, paused: isDraft, commandId }),
    },
    { quiet: true },
  )
  selectTasks([view.id])
  if (isDraft) sayDraft(session, view)
  else announce(`Added ${view.title}.`)
  return null
}

/** How a draft is started, said where it was made. */
function sayDraft(session: Session, { id, title }: { id: string; title: string }): void {
  announce(`Added draft ${title}. It starts once it is published: ${readableKey('u')}.`)
  if (currentRoute().screen === 'graph') return // the graph has a bar for its drafts
  showToast(`Draft “${title}” waits until it is published`, {
    act: {
      label: `Publish ${readableKey('u')}`,
      run: () =>
        void session
          .call(({ task }) => task.publish({ id, commandId: crypto.randomUUID() }))
          .then((done) => {
            if (!done.ok) showToast(`${title}: ${done.error.message}`, { kind: 'error' })
          }),
    },
    lastsMs: 8000,
  })
}
