/** Where the head stands, and whether it runs. The address takes it over a moment later, so that dragging does not flood it. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { currentRoute, navigate } from '../../model/route.ts'

export interface Playhead {
  /** ms; null = the present. */
  readonly at: number | null
  readonly isReplaying: boolean
}

const ADDRESS_AFTER_MS = 250

const store = createStore<Playhead>(() => ({ at: null, isReplaying: false }))
let timer: ReturnType<typeof setTimeout> | null = null

export const usePlayhead = (): Playhead => useStore(store)
export const getPlayhead = (): Playhead => store.getState()

export function moveHead(at: number | null): void {
  store.setState({ at, isReplaying: at !== null && store.getState().isReplaying })
  if (timer !== null) clearTimeout(timer)
  timer = setTimeout(writeAddress, at === null ? 0 : ADDRESS_AFTER_MS)
}

export const setReplaying = (isReplaying: boolean): void => store.setState({ isReplaying })

function writeAddress(): void {
  timer = null
  const { filters, screen } = currentRoute()
  if (screen !== 'graph') return
  const { at } = store.getState()
  navigate({ filters: { ...filters, at: at === null ? '' : isoOf(at) } }, { replace: true })
}

/** Takes over what the address says, unless the head has moved since. */
export function readAddress(): void {
  if (timer !== null) return
  const at = Date.parse(currentRoute().filters['at'] ?? '')
  const named = Number.isNaN(at) ? null : at
  if (named !== store.getState().at) store.setState({ at: named, isReplaying: false })
}

/** The strip is gone: no timer and no replay is left of it. */
export function leaveHead(): void {
  if (timer !== null) clearTimeout(timer)
  timer = null
  store.setState({ at: null, isReplaying: false })
}

export const isoOf = (at: number): string => new Date(at).toISOString()
