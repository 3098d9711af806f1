/** Short news beside the work, at most three. Never the only place of a fact. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export interface Toast {
  readonly id: number
  readonly text: string
  /** Errors stay until they are closed. */
  readonly kind: 'news' | 'error'
  readonly act: { readonly label: string; readonly run: () => void } | null
  readonly lastsMs: number | null
}

const MOST = 3
const store = createStore<readonly Toast[]>(() => [])
let lastId = 0

export const useToasts = (): readonly Toast[] => useStore(store)

export function showToast(
  text: string,
  { kind = 'news', act = null, lastsMs = 6000 }: Partial<Omit<Toast, 'id' | 'text'>> = {},
): void {
  const toast = { id: ++lastId, text, kind, act, lastsMs: kind === 'error' ? null : lastsMs }
  store.setState([...store.getState(), toast].slice(-MOST), true)
}

export const closeToast = (id: number): void =>
  store.setState(
    store.getState().filter((toast) => toast.id !== id),
    true,
  )
