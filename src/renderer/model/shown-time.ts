/** Which time the graph shows: live, or a moment of the past, read-only. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { GraphAt } from '../../contract/page.ts'
import type { TaskCard } from '../../contract/view.ts'
import { useYard } from './session/session-context.tsx'
import { isNewShape } from './session/yard-view.ts'

export interface ShownTime {
  readonly moment: GraphAt
  readonly tasks: ReadonlyMap<string, TaskCard>
  /** Raised when the set of tasks or dependencies differs from the moment shown before. */
  readonly structure: number
}

const store = createStore<{ readonly shown: ShownTime | null }>(() => ({ shown: null }))
let structures = 0

export const useShownTime = (): ShownTime | null => useStore(store, ({ shown }) => shown)
/** Nothing is changed while the graph shows the past: the hand would mean what the eye sees, not what is now. */
export const useIsHistory = (): boolean => useStore(store, ({ shown }) => shown !== null)
export const getShownTime = (): ShownTime | null => store.getState().shown

/** Why nothing can be changed while a moment of the past is shown; null = it can. */
export const historyReason = (): string | null => (getShownTime() ? 'The past is read-only' : null)

export function showTime(moment: GraphAt): void {
  const before = store.getState().shown
  const tasks = new Map(moment.tasks.map((card) => [card.id, card]))
  const structure = before && isSameShape(before.tasks, tasks) ? before.structure : --structures
  store.setState({ shown: { moment, tasks, structure } })
}

export const showLive = (): void => store.setState({ shown: null })

/** The tasks that the graph shows now: of the moment, else the living ones. `structure` is negative for moments. */
export function useShownTasks(): {
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly structure: number
} {
  const live = useYard((view) => view.tasks)
  const structure = useYard((view) => view.structure)
  const shown = useShownTime()
  return shown ?? { tasks: live, structure }
}

const isSameShape = (before: ShownTime['tasks'], now: ShownTime['tasks']): boolean =>
  before.size === now.size && now.values().every((card) => !isNewShape(before.get(card.id), card))
