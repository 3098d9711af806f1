/** What a screen reader is told about news: merged, so that it does not babble. Only `assertive` interrupts. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export interface Announcement {
  readonly polite: string
  readonly assertive: string
}

const store = createStore<Announcement>(() => ({ polite: '', assertive: '' }))
export const useAnnouncement = (): Announcement => useStore(store)

/** The same words twice are told twice: a no-break space makes them differ. */
const again = (before: string, text: string): string => (before === text ? `${text}\u00a0` : text)

export const announce = (text: string): void =>
  store.setState(({ polite }) => ({ polite: again(polite, text) }))

/** What interrupted is over: whoever reads on must not find it as if it still were so. */
export const takeBack = (): void => store.setState({ assertive: '' })

export const interrupt = (text: string): void =>
  store.setState(({ assertive }) => ({ assertive: again(assertive, text) }))
