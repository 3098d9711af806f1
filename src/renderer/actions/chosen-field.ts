/** Which field of which tasks is being chosen. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export type ListKind = 'executor' | 'model' | 'priority' | 'tag' | 'link' | 'unlink'
export type ChooserKind = ListKind | 'title'

interface Chooser {
  readonly kind: ChooserKind
  readonly ids: readonly string[]
}

const store = createStore<{ readonly chooser: Chooser | null }>(() => ({ chooser: null }))
export const openChooser = (chooser: Chooser): void => store.setState({ chooser })
export const closeChooser = (): void => store.setState({ chooser: null })
export const useChooser = (): Chooser | null => useStore(store, ({ chooser }) => chooser)
