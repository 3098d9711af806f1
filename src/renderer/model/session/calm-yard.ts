/** The yard, looked at now and then: all who look at the same pace see the same moment and are drawn together. */
import type { YardStore } from './yard-store.ts'
import type { YardView } from './yard-view.ts'

type Yard = YardStore['state']
type Listener = (view: YardView, before: YardView) => void

/** One store per yard and pace. `everyMs`: least time between two changes; below `fromTasks` tasks each comes at once. */
export function calmYardOf(yard: Yard, everyMs: number, fromTasks: number): Yard {
  const known = calmYards.get(yard) ?? new Map<string, Yard>()
  calmYards.set(yard, known)
  const key = `${everyMs} ${fromTasks}`
  const calm = known.get(key) ?? createCalmYard(yard, everyMs, fromTasks)
  known.set(key, calm)
  return calm
}
const calmYards = new WeakMap<Yard, Map<string, Yard>>()

function createCalmYard(yard: Yard, everyMs: number, fromTasks: number): Yard {
  const listeners = new Set<Listener>()
  let held = yard.getState()
  let heldAt = -Infinity
  let timer: ReturnType<typeof setTimeout> | null = null
  let stop = (): void => {}

  const take = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    heldAt = performance.now()
    const before = held
    held = yard.getState()
    if (held !== before) for (const listener of listeners) listener(held, before)
  }
  const onChange = (view: YardView): void => {
    if (view.tasks.size < fromTasks) return take()
    timer ??= setTimeout(take, Math.max(0, heldAt + everyMs - performance.now()))
  }
  const leave = (listener: Listener): void => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    stop()
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  return {
    // With nobody listening nothing is kept up to date.
    getState: () => (listeners.size === 0 ? (held = yard.getState()) : held),
    getInitialState: yard.getInitialState,
    subscribe(listener) {
      if (listeners.size === 0) {
        held = yard.getState()
        stop = yard.subscribe(onChange)
      }
      listeners.add(listener)
      return () => leave(listener)
    },
  }
}
