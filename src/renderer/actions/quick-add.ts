/** A wish for the quick-add card: where it opens, and what is in it already. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { focusHome } from '../ui/focus.ts'

export interface QuickAdd {
  /** Screen px of the card's top left corner; null = in the middle, near the top. */
  readonly at: { readonly x: number; readonly y: number } | null
  /** Canvas units where the new node is put; null = where the layout says. */
  readonly place: { readonly x: number; readonly y: number } | null
  readonly after: readonly string[]
  readonly before: readonly string[]
}

const store = createStore<{ readonly wish: QuickAdd | null }>(() => ({ wish: null }))
export const useQuickAdd = (): QuickAdd | null => useStore(store, ({ wish }) => wish)

export const openQuickAdd = (wish: Partial<QuickAdd> = {}): void =>
  store.setState({ wish: { at: null, place: null, after: [], before: [], ...wish } })

/** The keyboard goes on where the tasks are, unless it went elsewhere by itself. */
export function closeQuickAdd(): void {
  store.setState({ wish: null })
  setTimeout(() => {
    const isNowhere = document.activeElement === null || document.activeElement === document.body
    if (isNowhere) focusHome()?.focus()
  })
}
