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

/** Gives its number, for `closeToast`. The oldest news gives way first; an error only to other errors. */
export function showToast(
  text: string,
  { kind = 'news', act = null, lastsMs = 6000 }: Partial<Omit<Toast, 'id' | 'text'>> = {},
): number {
  const toast = { id: ++lastId, text, kind, act, lastsMs: kind === 'error' ? null : lastsMs }
  const all = [...store.getState(), toast]
  const extra = all.length > MOST ? (all.find((each) => each.kind === 'news') ?? all[0]) : null
  store.setState(
    all.filter((each) => each !== extra || each === toast),
    true,
  )
  return toast.id
}

export const closeToast = (id: number): void =>
  store.setState(
    store.getState().filter((toast) => toast.id !== id),
    true,
  )
