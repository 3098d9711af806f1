/** Which field of which tasks is being chosen. One chooser at a time. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export type ChooserKind = 'executor' | 'model' | 'priority' | 'tag' | 'title' | 'link' | 'unlink'

export interface Chooser {
  readonly kind: ChooserKind
  readonly ids: readonly string[]
}

const store = createStore<{ readonly chooser: Chooser | null }>(() => ({ chooser: null }))
export const useChooser = (): Chooser | null => useStore(store, ({ chooser }) => chooser)
export const openChooser = (chooser: Chooser): void => store.setState({ chooser })
export const closeChooser = (): void => store.setState({ chooser: null })
