/** The server's truth in the page. It only takes snapshots and folds patches, at most once in `foldEveryMs`. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Clock } from '../../../base/clock.ts'
import type { Patch, Snapshot } from '../../../contract/view.ts'
import { emptyView, foldPatches, viewFromSnapshot, type YardView } from './yard-view.ts'

/** No more than 30 changes a second reach the components, and 10 where each of them copies a large map of tasks. ms. */
const foldEveryMs = (tasks: number): number => (tasks > 1000 ? 100 : 33)

export interface YardStore {
  readonly state: Pick<StoreApi<YardView>, 'getState' | 'subscribe' | 'getInitialState'>
  replace(snapshot: Snapshot): void
  /** Folds soon; `onGap` is called when news was missed. Patches that wait are dropped by `replace` if it already holds them. */
  take(patch: Patch, onGap: () => void): void
}

export function createYardStore(clock: Clock): YardStore {
  const store = createStore<YardView>(() => emptyView)
  let waiting: Patch[] = []
  let isScheduled = false
  let foldedAt = -Infinity

  const fold = (onGap: () => void): void => {
    isScheduled = false
    foldedAt = clock.monotonic()
    const patches = waiting
    waiting = []
    const { view, isGap } = foldPatches(store.getState(), patches)
    store.setState(view, true)
    if (isGap) onGap()
  }
  return {
    state: store,
    replace(snapshot) {
      store.setState(viewFromSnapshot(store.getState(), snapshot), true)
    },
    take(patch, onGap) {
      waiting.push(patch)
      if (isScheduled) return
      isScheduled = true
      const everyMs = foldEveryMs(store.getState().tasks.size)
      clock.after(Math.max(0, foldedAt + everyMs - clock.monotonic()), () => fold(onGap))
    },
  }
}
