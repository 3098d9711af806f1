/** Whether a dependency is being chosen by keys, and for which tasks. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export interface LinkCardWish {
  readonly how: 'add' | 'remove'
  readonly ids: readonly string[]
}

const store = createStore<{ readonly wish: LinkCardWish | null }>(() => ({ wish: null }))
export const useLinkCard = (): LinkCardWish | null => useStore(store, ({ wish }) => wish)
export const isLinkCardOpen = (): boolean => store.getState().wish !== null
export const openLinkCard = (wish: LinkCardWish): void => store.setState({ wish })
export const closeLinkCard = (): void => store.setState({ wish: null })
