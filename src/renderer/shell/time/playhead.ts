/** Where the head stands, and whether it runs. The address takes it over a moment later, so that dragging does not flood it. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { currentRoute, navigate } from '../../model/route.ts'
import type { KeyboardEvent } from 'react'
import { nextFailure, stepHead } from './time-scale.ts'
import type { Activity } from './use-activity.ts'

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

/** Bars that a key of the strip leads on; with ⇧ the arrows take ten. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -Infinity,
  End: Infinity,
}

const stepOf = ({ key, shiftKey }: KeyboardEvent): number =>
  (STEPS[key] ?? 0) * (shiftKey && key.startsWith('Arrow') ? 10 : 1)

/** A key while the strip has the focus. */
export function pressHeadKey(event: KeyboardEvent, activity: Activity): void {
  const { key, altKey } = event
  const { at } = getPlayhead()
  const isLeap = event.metaKey || event.ctrlKey
  const step = stepOf(event)
  if (altKey) return
  if (isLeap && (key === 'ArrowLeft' || key === 'ArrowRight')) {
    const to = nextFailure(activity.failures, at, key === 'ArrowRight' ? 1 : -1)
    if (to !== null) moveHead(to)
  } else if (key === ' ') replay(activity)
  else if (step !== 0 && !isLeap) moveHead(stepHead(at, step, activity))
  else return
  event.preventDefault()
}

/** Plays from the head on, or from the start; where motion is not wanted it goes to the next bar with events instead. */
export function replay(activity: Activity): void {
  const { at, isReplaying } = getPlayhead()
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
    const next = activity.bars.find((bar) => bar.events > 0 && bar.at > (at ?? -Infinity))
    return moveHead(next?.at ?? null)
  }
  if (!isReplaying && at === null) moveHead(activity.from)
  setReplaying(!isReplaying)
}
