/** A pasted list that may become tasks, and what they all get. One at a time. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export interface ListRequest {
  readonly text: string
  /** Blockers of those at the top of the list. */
  readonly after: readonly string[]
  /** Tasks that wait for those that no other line waits for. */
  readonly before: readonly string[]
  /** For lines that name none; null = the yard's default. */
  readonly executor: string | null
  readonly model: string | null
}

const store = createStore<{ readonly wish: ListRequest | null }>(() => ({ wish: null }))
export const useListRequest = (): ListRequest | null => useStore(store, ({ wish }) => wish)

const PLAIN = { after: [], before: [], executor: null, model: null }
export const offerList = (wish: Partial<ListRequest> & Pick<ListRequest, 'text'>): void =>
  store.setState({ wish: { ...PLAIN, ...wish } })
export const closeList = (): void => store.setState({ wish: null })
