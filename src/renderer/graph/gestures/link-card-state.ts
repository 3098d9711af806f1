/** Whether a dependency is being chosen by keys, and for which tasks. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export interface LinkCardRequest {
  readonly how: 'add' | 'remove'
  readonly ids: readonly string[]
}

const store = createStore<{ readonly wish: LinkCardRequest | null }>(() => ({ wish: null }))
export const useLinkCard = (): LinkCardRequest | null => useStore(store, ({ wish }) => wish)
export const isLinkCardOpen = (): boolean => store.getState().wish !== null
export const openLinkCard = (wish: LinkCardRequest): void => store.setState({ wish })
export const closeLinkCard = (): void => store.setState({ wish: null })
