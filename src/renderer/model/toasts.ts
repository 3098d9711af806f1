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

export const getToasts = (): readonly Toast[] => store.getState()
export const useToasts = (): readonly Toast[] => useStore(store)

export type ToastLook = Partial<Omit<Toast, 'id' | 'text'>>

export function showToast(text: string, look: ToastLook = {}): void {
  openToast(text, look)
}

/** Gives its number, for `closeToast`. The oldest news gives way first; an error only where all are errors. */
export function openToast(
  text: string,
  { kind = 'news', act = null, lastsMs = 6000 }: ToastLook = {},
): number {
  const toast = { id: ++lastId, text, kind, act, lastsMs: kind === 'error' ? null : lastsMs }
  const before = store.getState()
  const leaves =
    before.length < MOST ? null : (before.find((each) => each.kind === 'news') ?? before[0])
  store.setState([...before.filter((each) => each !== leaves), toast], true)
  return toast.id
}

export const closeToast = (id: number): void =>
  store.setState(
    store.getState().filter((toast) => toast.id !== id),
    true,
  )

// What a screen reader is told about news: merged, so that it does not babble. Only `assertive` interrupts.

export interface Announcement {
  readonly polite: string
  readonly assertive: string
}

const spoken = createStore<Announcement>(() => ({ polite: '', assertive: '' }))
export const useAnnouncement = (): Announcement => useStore(spoken)

/** The same words twice are told twice: a no-break space makes them differ. */
const again = (before: string, text: string): string => (before === text ? `${text}\u00a0` : text)

export const announce = (text: string): void =>
  spoken.setState(({ polite }) => ({ polite: again(polite, text) }))

/** What interrupted is over: whoever reads on must not find it as if it still were so. */
export const takeBack = (): void => spoken.setState({ assertive: '' })

export const interrupt = (text: string): void =>
  spoken.setState(({ assertive }) => ({ assertive: again(assertive, text) }))
