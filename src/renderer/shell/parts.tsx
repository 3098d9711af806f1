/** The parts of the window that the start does not wait for: everything but the frame and the graph. */
import { lazy, Suspense, useEffect, useState, type ComponentType, type ReactNode } from 'react'
import type { Screen } from '../model/route.ts'
import { Button } from '../ui/button.tsx'

/** A part with code of its own, which is loaded when it is first shown or while the page is idle. */
interface LazyPart<P extends object = object> {
  (props: P): ReactNode
  /** Loads the code, so that the first visit is as fast as every other. */
  preload(): Promise<unknown>
}

/**
 * `load` is called again only after it failed: a service that is away while the page is idle takes nothing from it. What cannot be
 * loaded when it is shown says so in its place; the rest of the window goes on.
 */
export function lazyPart<P extends object>(load: () => Promise<ComponentType<P>>): LazyPart<P> {
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
  const Later = lazy(async () => ({ default: await loadOnce().catch(() => NotLoaded) }))
  function Part(props: P) {
    // For good: another type of component would begin anew and forget what was typed.
    const [Shown] = useState<ComponentType<P>>(() => loaded ?? Later)
    return (
      <Suspense fallback={<Loading />}>
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

const ASK_EVERY_MS = 2000
/** Once in that time at most: a part that is broken must not reload the page for ever. */
const RELOAD_EVERY_MS = 60_000
const RELOADED_KEY = 'yardmaster.reloaded'

/** A browser does not fetch a failed module again, so the page begins anew as soon as it is served again. */
function reloadOnceServed(): () => void {
  const timer = setInterval(async () => {
    const last = Number(sessionStorage.getItem(RELOADED_KEY) ?? 0)
    if (Date.now() - last < RELOAD_EVERY_MS || !(await isServed())) return
    sessionStorage.setItem(RELOADED_KEY, String(Date.now()))
    location.reload()
  }, ASK_EVERY_MS)
  return () => clearInterval(timer)
}

async function isServed(): Promise<boolean> {
  try {
    return (await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' })).ok
  } catch {
    return false // nobody is there
  }
}

const part = <K extends string>(load: () => Promise<Readonly<Record<K, ComponentType>>>, name: K) =>
  lazyPart(async () => (await load())[name])

export const Inspector = part(() => import('../inspector/inspector.tsx'), 'Inspector')
export const Finder = lazyPart(async () => (await import('./palette/finder.tsx')).Finder)
export const KeysMap = part(() => import('./palette/finder.tsx'), 'KeysMap')
export const Drawer = part(() => import('./drawer/drawer.tsx'), 'Drawer')
/** Shown where no yard is, or not at all: nothing loads it ahead. */
export const StartScreen = lazyPart(
  async () => (await import('./start-screen/start-screen.tsx')).StartScreen,
)
export const StartScreenPanel = lazyPart(
  async () => (await import('./start-screen/start-screen.tsx')).StartScreenPanel,
)

const registry = part(() => import('../screens/registry/registry-page.tsx'), 'RegistryPage')

export const SCREEN_PARTS: Readonly<Record<Exclude<Screen, 'graph'>, LazyPart>> = {
  tasks: part(() => import('../screens/tasks/tasks-screen.tsx'), 'TasksScreen'),
  attention: part(() => import('../screens/attention/attention-screen.tsx'), 'AttentionScreen'),
  evaluations: part(
    () => import('../screens/evaluations/evaluations-screen.tsx'),
    'EvaluationsScreen',
  ),
  agents: part(() => import('../screens/agents/agents-screen.tsx'), 'AgentsScreen'),
  schedule: part(() => import('../screens/schedule/schedule-screen.tsx'), 'ScheduleScreen'),
  models: registry,
  executors: registry,
  settings: part(() => import('../screens/settings/settings-screen.tsx'), 'SettingsScreen'),
}

/** Nearest first. */
const AFTER_START = new Set([Inspector, Finder, Drawer, ...Object.values(SCREEN_PARTS)])

/** Loads the other parts one after the other while the page has nothing else to do. */
export function usePreload(): void {
  useEffect(() => {
    let isGone = false
    const preload = async (): Promise<void> => {
      for (const part of AFTER_START) {
        await idle()
        if (isGone) return
        await part.preload()
      }
    }
    void preload()
    return () => {
      isGone = true
    }
  }, [])
}

const IDLE_BY_MS = 2000
const WITHOUT_IDLE_MS = 200

/** Not every browser tells when it is idle. */
const idle = (): Promise<unknown> =>
  new Promise((resolve) =>
    'requestIdleCallback' in window
      ? requestIdleCallback(resolve, { timeout: IDLE_BY_MS })
      : setTimeout(resolve, WITHOUT_IDLE_MS),
  )
