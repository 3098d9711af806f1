/** Adds and removes dependencies for pointer and keys alike; a cycle is refused with its path lit. */
import type { Session } from '../../model/session/session.ts'
import { announce, interrupt, showToast } from '../../model/toasts.ts'
import { editDependency } from '../../actions/task/edit.ts'
import { canvasScene } from '../canvas/camera.ts'
import { setGraphView, trackOf } from '../canvas/view-state.ts'
import { cycleText, refusalOf, refusalText, type Link } from './link-rules.ts'

/** True when the host accepted it. */
export async function makeLink(session: Session, link: Link): Promise<boolean> {
  const { tasks } = session.yard.getState()
  const refusal = refusalOf(tasks, link)
  if (refusal?.kind === 'cycle') {
    showCircle(session, refusal.path)
    return false
  }
  if (refusal) {
    showToast(refusalText(tasks, link, refusal), { kind: 'error' })
    return false
  }
  const problem = await editDependency(session, 'add', link)
  if (problem === null) {
    announce(`${nameOf(session, link.dependent)} now waits for ${nameOf(session, link.blocker)}.`)
    return true
  }
  const path = problem.kind === 'cycle' ? circleOf(problem.facts?.['path']) : null
  if (path) showCircle(session, path)
  else showToast(problem.message, { kind: 'error' })
  return false
}

export async function removeLink(session: Session, { blocker, dependent }: Link): Promise<void> {
  setGraphView({ chosenTrack: null, hoverTrack: null })
  const problem = await editDependency(session, 'remove', { blocker, dependent })
  if (problem) showToast(problem.message, { kind: 'error' })
}

/** The dependency that a track stands for; of several between two blocks, the first. */
export async function removeTrack(session: Session, trackId: string): Promise<void> {
  const track = canvasScene().tracks.get(trackId)
  await removeLink(session, track ?? trackOf(trackId))
}

/** Lights the cycle on the canvas and says it at once. */
function showCircle(session: Session, path: readonly string[]): void {
  setGraphView({ cycle: path, linking: null, refused: new Set() })
  interrupt(cycleText(path.map((id) => nameOf(session, id))))
}

/** The host names the first task again at the end. */
function circleOf(path: unknown): readonly string[] | null {
  if (!Array.isArray(path)) return null
  const ids = path.filter((id): id is string => typeof id === 'string')
  return ids.length > 1 ? [...new Set(ids)] : null
}

const nameOf = (session: Session, id: string): string =>
  session.yard.getState().tasks.get(id)?.title ?? id
