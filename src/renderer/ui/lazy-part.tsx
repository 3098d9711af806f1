/** Parts of the page with code of their own, which is loaded when it is needed or while nothing else is to be done. */
import { lazy, Suspense, useEffect, useState, type ComponentType, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { reloadOnceServed } from './reload.ts'

/** A part with code of its own, which is loaded when it is first shown or while the page is idle. */
export interface LazyPart<P extends object = object> {
  (props: P): ReactNode
  /** Loads the code, so that the first visit is as fast as every other. */
  preload(): Promise<unknown>
}

/**
 * `load` is called again only after it failed: a service that is away while the page is idle takes nothing from it. What cannot be
 * loaded when it is shown says so in its place; the rest of the window goes on. `isOver`: it lies over the window and has no place in it.
 */
export function lazyPart<P extends object>(
  load: () => Promise<ComponentType<P>>,
  { isOver = false } = {},
): LazyPart<P> {
  let loaded: ComponentType<P> | null = null
  let loading: Promise<ComponentType<P>> | null = null
  const loadOnce = (): Promise<ComponentType<P>> =>
    (loading ??= load().then(
      (part) => (loaded = part),
      (error: unknown) => {
        loading = null
        throw error
      },
    ))
  const Later = lazy(async () => ({
    default: await loadOnce().catch(() => (isOver ? Away : NotLoaded)),
  }))
  function Part(props: P) {
    // For good: another type of component would begin anew and forget what was typed.
    const [Shown] = useState<ComponentType<P>>(() => loaded ?? Later)
    return (
      <Suspense fallback={isOver ? null : <Loading />}>
        <Shown {...props} />
      </Suspense>
    )
  }
  return Object.assign(Part, { preload: () => loadOnce().catch(() => null) })
}

/** Shorter waits are shown as nothing: a flash is worse than a blink. */
const BLINK_MS = 300

function Loading() {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), BLINK_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <p className="p-4 text-12 text-text-2" role="status">
      {isSlow && 'Loading…'}
    </p>
  )
}

function NotLoaded() {
  useEffect(() => reloadOnceServed(), [])
  return (
    <div className="flex flex-col items-start gap-2 p-4 text-12" role="alert">
      <p>This part of the page could not be loaded. Is the service still there?</p>
      <Button onClick={() => location.reload()}>Reload</Button>
    </div>
  )
}

function Away() {
  useEffect(() => reloadOnceServed(), [])
  return null
}

const IDLE_BY_MS = 2000
const WITHOUT_IDLE_MS = 200

/** Not every browser tells when it is idle. */
export const idle = (): Promise<unknown> =>
  new Promise((resolve) =>
    'requestIdleCallback' in window
      ? requestIdleCallback(resolve, { timeout: IDLE_BY_MS })
      : setTimeout(resolve, WITHOUT_IDLE_MS),
  )
