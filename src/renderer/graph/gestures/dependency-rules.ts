/** Which dependencies can be added, and why not. The host has the last word; this says it before the hand lets go. Pure. */
import { downstreamOf, pathBetween, type Tasks, upstreamOf } from '../../model/reach.ts'
import type { Session } from '../../model/session/session.ts'
import { announce, interrupt, showToast } from '../../model/toasts.ts'
import { type DependencyEnds, editDependencies } from '../../actions/task/edit.ts'
import { canvasScene } from '../canvas/camera.ts'
import { setGraphView } from '../canvas/view-state.ts'
import { edgeOf } from '../scene/scene.ts'

/** late: the dependent has begun or ended, so it cannot be made to wait any more. */
export type DependencyRefusal =
  | { readonly kind: 'self' | 'exists' | 'late' | 'gone' }
  /** The tasks on the cycle that it would close, each once, the dependent first. */
  | { readonly kind: 'cycle'; readonly path: readonly string[] }

export function refusalOf(
  tasks: Tasks,
  { blocker, dependent }: DependencyEnds,
): DependencyRefusal | null {
  const card = tasks.get(dependent)
  if (!card || !tasks.has(blocker)) return { kind: 'gone' }
  if (blocker === dependent) return { kind: 'self' }
  if (card.after.includes(blocker)) return { kind: 'exists' }
  const path = pathBetween(tasks, dependent, blocker)
  if (path) return { kind: 'cycle', path }
  return card.status === 'open' ? null : { kind: 'late' }
}

/** `after`: the other tasks would wait for `from`; `before`: `from` would wait for them. */
export type Direction = 'after' | 'before'

export const endsOf = (from: string, other: string, direction: Direction): DependencyEnds =>
  direction === 'after' ? { blocker: from, dependent: other } : { blocker: other, dependent: from }

/** All tasks that a dependency drawn from this one would be refused to. Costs one walk of the graph. */
export function refusedTo(tasks: Tasks, from: string, direction: Direction): ReadonlySet<string> {
  const card = tasks.get(from)
  if (!card) return new Set(tasks.keys())
  if (direction === 'before') {
    if (card.status !== 'open') return new Set(tasks.keys())
    return new Set([from, ...card.after, ...downstreamOf(tasks, [from])])
  }
  const refused = new Set([from, ...upstreamOf(tasks, [from])])
  for (const other of tasks.values())
    if (other.status !== 'open' || other.after.includes(from)) refused.add(other.id)
  return refused
}

/** What the person is told; a cycle has its own card. */
export function refusalText(
  tasks: Tasks,
  ends: DependencyEnds,
  refusal: DependencyRefusal,
): string {
  const name = (id: string): string => tasks.get(id)?.title ?? id
  switch (refusal.kind) {
    case 'self':
      return 'A task cannot wait for itself.'
    case 'exists':
      return `${name(ends.dependent)} waits for ${name(ends.blocker)} already.`
    case 'late':
      return `${name(ends.dependent)} has begun or ended, so it can no longer be made to wait.`
    case 'gone':
      return 'One of the two is not there any more.'
    case 'cycle':
      return cycleText(refusal.path.map(name))
  }
}

/** `That would close a cycle. A → B → A.` */
export const cycleText = (names: readonly string[]): string =>
  `That would close a cycle. ${[...names, names[0] ?? ''].join(' → ')}.`

// Adds and removes dependencies for pointer and keys alike; a cycle is refused with its path lit.

/** All of them or none. True when the host accepted them. */
export async function addDependencies(
  session: Session,
  ends: readonly DependencyEnds[],
): Promise<boolean> {
  const { tasks } = session.yard.getState()
  for (const each of ends) {
    const refusal = refusalOf(tasks, each)
    if (refusal === null) continue
    if (refusal.kind === 'cycle') showCycle(session, refusal.path)
    else showToast(refusalText(tasks, each, refusal), { kind: 'error' })
    return false
  }
  const problem = await editDependencies(session, 'add', ends)
  if (problem === null) {
    const said = ends.map(
      ({ blocker, dependent }) =>
        `${nameOf(session, dependent)} now waits for ${nameOf(session, blocker)}.`,
    )
    announce(said.join(' '))
    return true
  }
  const path = problem.kind === 'cycle' ? cycleOf(problem.facts?.['path']) : null
  if (path) showCycle(session, path)
  else showToast(problem.message, { kind: 'error' })
  return false
}

export async function removeDependencies(
  session: Session,
  ends: readonly DependencyEnds[],
): Promise<void> {
  setGraphView({ chosenEdge: null, hoverEdge: null })
  const problem = await editDependencies(session, 'remove', ends)
  if (problem) showToast(problem.message, { kind: 'error' })
}

/** The dependency that an edge stands for; of several between two blocks, the first. */
export async function removeEdge(session: Session, edgeId: string): Promise<void> {
  const edge = canvasScene().edges.get(edgeId)
  const { blocker, dependent } = edge ?? edgeOf(edgeId)
  await removeDependencies(session, [{ blocker, dependent }])
}

/** Lights the cycle on the canvas and says it at once. */
function showCycle(session: Session, path: readonly string[]): void {
  setGraphView({ cycle: path, linking: null, refused: new Set() })
  interrupt(cycleText(path.map((id) => nameOf(session, id))))
}

/** The host names the first task again at the end. */
function cycleOf(path: unknown): readonly string[] | null {
  if (!Array.isArray(path)) return null
  const ids = path.filter((id): id is string => typeof id === 'string')
  return ids.length > 1 ? [...new Set(ids)] : null
}

const nameOf = (session: Session, id: string): string =>
  session.yard.getState().tasks.get(id)?.title ?? id
