/** How this page looks at the graph: what is lit, folded, sought. Nothing of it is the yard's; it is gone with the page. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { canvasScene } from './camera.ts'

export interface Find {
  readonly query: string
  /** Which of the found tasks the camera is at, from 0. */
  readonly index: number
}

/** A dependency that is being drawn: by the pointer or, chosen by keys, without it. */
export interface Linking {
  /** The task from which it is drawn. */
  readonly from: string
  /** `after`: the other task will wait for this one (drawn from its right handle); `before`: this one waits for the other. */
  readonly direction: 'after' | 'before'
  /** The task that the pointer or the keys are at. */
  readonly to: string | null
}

/** A dependency that is chosen by keys, and for which tasks. */
export interface DependencyCardRequest {
  readonly how: 'add' | 'remove'
  readonly ids: readonly string[]
}

export interface GraphView {
  /** Of the critical path. rails: its edges are drawn as two rails. lit: all else recedes as well. */
  readonly criticalPath: 'rails' | 'lit' | 'off'
  /** reach: what the selection needs and what needs it is lit, others are dimmed. only: the others are not drawn at all. */
  readonly focus: 'none' | 'reach' | 'only'
  readonly foldFinished: boolean
  /** Groups by tag that stand as one block. */
  readonly foldedTags: ReadonlySet<string>
  /** Null while nothing is sought. */
  readonly find: Find | null
  /** The task under the pointer. */
  readonly hoverId: string | null
  /** The edge under the pointer, and the chosen one, by the ids of `edgeIdOf`. */
  readonly hoverEdge: string | null
  readonly chosenEdge: string | null
  readonly linking: Linking | null
  readonly linkCard: DependencyCardRequest | null
  /** Tasks that a dependency would be refused to, while one is drawn. */
  readonly refused: ReadonlySet<string>
  /** The cycle that was refused, in order; each id once. Null = none is shown. */
  readonly cycle: readonly string[] | null
}

const AT_FIRST: GraphView = {
  criticalPath: 'rails',
  focus: 'none',
  foldFinished: false,
  foldedTags: new Set(),
  find: null,
  hoverId: null,
  hoverEdge: null,
  chosenEdge: null,
  linking: null,
  linkCard: null,
  refused: new Set(),
  cycle: null,
}

const store = createStore<GraphView>(() => AT_FIRST)

export const getGraphView = (): GraphView => store.getState()
export const useGraphView = <T>(select: (view: GraphView) => T): T => useStore(store, select)
export const setGraphView = (change: Partial<GraphView>): void => store.setState(change)

// Opens a folded block: the person wants to see what is in it.

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
