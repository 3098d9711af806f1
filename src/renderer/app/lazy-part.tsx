/** A part of the window with code of its own, which is loaded when it is first shown or while the page is idle. */
import { lazy, Suspense, useEffect, useState, type ComponentType } from 'react'
import { Button } from '../ui/button.tsx'

interface LazyPart {
  (): React.ReactNode
  /** Loads the code, so that the first visit is as fast as every other. */
  preload(): Promise<unknown>
}

/** `load` is called once. What cannot be loaded says so in its place; the rest of the window goes on. */
export function lazyPart(load: () => Promise<ComponentType>): LazyPart {
  let loaded: ComponentType | null = null
  let loading: Promise<ComponentType> | null = null
  const loadOnce = (): Promise<ComponentType> =>
    (loading ??= load()
      .catch(() => NotLoaded)
      .then((part) => (loaded = part)))
  const Later = lazy(async () => ({ default: await loadOnce() }))
  function Part() {
    // For good: another type of component would begin anew and forget what was typed.
    const [Shown] = useState<ComponentType>(() => loaded ?? Later)
    return (
      <Suspense fallback={<Loading />}>
        <Shown />
      </Suspense>
    )
  }
  return Object.assign(Part, { preload: loadOnce })
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
  return (
    <div className="flex flex-col items-start gap-2 p-4 text-12" role="alert">
      <p>This part of the page could not be loaded. Is the service still there?</p>
      <Button onClick={() => location.reload()}>Reload</Button>
    </div>
  )
}
