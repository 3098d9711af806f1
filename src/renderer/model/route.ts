/**
 * Where the person is, as the page's fragment, so that a reload, the Back button and a link from outside keep it:
 * `#/SCREEN?task=ID&tab=TAB&agent=ID&anchor=PART&q=FILTER&…`. `#/task/ID` is the short form of a task on the graph. Following a link never carries out anything.
 */
import {
  createContext,
  use,
  useCallback,
  useEffect,
  useEffectEvent,
  useSyncExternalStore,
} from 'react'

export const SCREENS = [
  'graph',
  'tasks',
  'agents',
  'attention',
  'messages',
  'evaluations',
  'models',
  'executors',
  'identities',
  'schedule',
  'settings',
] as const
export type Screen = (typeof SCREENS)[number]

export const TASK_TABS = [
  'overview',
  'output',
  'timeline',
  'evaluation',
  'changes',
  'messages',
] as const
export type TaskTab = (typeof TASK_TABS)[number]

export interface Route {
  readonly screen: Screen
  /** The task in the inspector. */
  readonly task: string | null
  readonly tab: TaskTab | null
  /** The try whose output is shown; null = the latest. */
  readonly agent: string | null
  /** A part of the tab: a line of the output, a file of the changes, an artifact. */
  readonly anchor: string | null
  /** Everything else after the `?`: filters of the screen, by their own names. */
  readonly filters: Readonly<Record<string, string>>
}

type Inspected = Pick<Route, 'task' | 'tab' | 'agent' | 'anchor'>
const NOTHING: Inspected = { task: null, tab: null, agent: null, anchor: null }

export const HOME: Route = { screen: 'graph', ...NOTHING, filters: {} }

/** Total: whatever cannot be read is left out. */
export function parseRoute(hash: string): Route {
  const short = /^#\/task\/([^?&]+)$/.exec(hash)
  if (short) return { ...HOME, task: decoded(short[1] ?? '') }
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const {
    task = null,
    tab,
    agent = null,
    anchor = null,
    ...filters
  } = Object.fromEntries(new URLSearchParams(query))
  return {
    screen: SCREENS.find((each) => each === path) ?? 'graph',
    task,
    tab: TASK_TABS.find((each) => each === tab) ?? null,
    agent,
    anchor,
    filters,
  }
}

export function formatRoute({ screen, task, tab, agent, anchor, filters }: Route): string {
  const words = { task, tab, agent, anchor, ...filters }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(words)) if (value) query.set(name, value)
  const text = query.toString()
  return `#/${screen}${text === '' ? '' : `?${text}`}`
}

/** Below that width the inspector lies over the screen (`frame.css`). */
export const NARROW = '(max-width: 1099px)'

/** Screens that are of tasks: the inspector belongs to them at any width. */
export const hasTasks = (screen: Screen): boolean => screen === 'graph' || screen === 'tasks'

/** What stays in the inspector on another screen: nothing where it would lie over one that was not opened for it. */
export const carried = (
  { task, tab, agent, anchor }: Inspected,
  to: Screen,
  isNarrow: boolean,
): Inspected => (isNarrow && !hasTasks(to) ? NOTHING : { task, tab, agent, anchor })

/** Goes there. `replace` leaves no step for the Back button: for filters and tabs. */
export function navigate(change: Partial<Route>, { replace = false } = {}): void {
  const now = currentRoute()
  const isOtherTask = change.task !== undefined && change.task !== now.task
  const isOtherScreen = change.screen !== undefined && change.screen !== now.screen
  const next = {
    ...now,
    ...(isOtherScreen && change.screen
      ? carried(now, change.screen, matchMedia(NARROW).matches)
      : {}),
    ...(isOtherTask ? { agent: null } : {}),
    ...(leavesTab(change, now) ? { anchor: null } : {}),
    ...(isOtherScreen ? { filters: {} } : {}),
    ...change,
  }
  const hash = formatRoute(next)
  if (hash === formatRoute(now)) return
  if (!replace) {
    location.hash = hash
    return
  }
  history.replaceState(null, '', hash)
  dispatchEvent(new HashChangeEvent('hashchange'))
}

const leavesTab = (change: Partial<Route>, now: Route): boolean =>
  (['task', 'tab', 'agent'] as const).some(
    (name) => change[name] !== undefined && change[name] !== now[name],
  )

let cached: { readonly hash: string; readonly route: Route } = { hash: '', route: HOME }

/** The same object for as long as the address is the same. */
export function currentRoute(): Route {
  const { hash } = location
  if (cached.hash !== hash) cached = { hash, route: parseRoute(hash) }
  return cached.route
}

/** One filter of the screen, by its name; empty takes it out. */
export const setFilter = (name: string, value: string): void =>
  navigate({ filters: { ...currentRoute().filters, [name]: value } }, { replace: true })

/** A choice of few that stands in the address, where the usual one is left out. */
export function useRouteChoice<T extends string>(
  name: string,
  options: readonly (readonly [T, unknown])[],
  usual: T,
): readonly [T, (next: T) => void] {
  const named = useRoute().filters[name]
  const value = options.find(([each]) => each === named)?.[0] ?? usual
  return [value, (next) => setFilter(name, next === usual ? '' : next)]
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute)
}

function subscribe(onChange: () => void): () => void {
  addEventListener('hashchange', onChange)
  return () => removeEventListener('hashchange', onChange)
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null // a broken escape names nothing
  }
}

// Two screens may stand on one page, as its halves. The address is that of one of them, and what it says is about that one alone.

/** The screen whose half this is; null where a screen stands alone. */
export const HalfContext = createContext<Screen | null>(null)

export interface Half {
  readonly screen: Screen
  /** The address is about this one. */
  readonly isCurrent: boolean
  readonly filters: Route['filters']
}

export function useHalf(): Half {
  const { screen, filters } = useRoute()
  const half = use(HalfContext) ?? screen
  const isCurrent = half === screen
  return { screen: half, isCurrent, filters: isCurrent ? filters : NO_FILTERS }
}

const NO_FILTERS: Route['filters'] = {}

// A command that was given elsewhere leads to a screen with a word in the address; the screen takes the word out and does it.

/** `name`: of the filter that asks for it. */
export function useRequest(name: string, act: () => void): void {
  const latest = useEffectEvent(act)
  const isAskedFor = useHalf().filters[name] !== undefined
  useEffect(() => {
    if (!isAskedFor) return
    navigate({ filters: { ...currentRoute().filters, [name]: '' } }, { replace: true })
    latest()
  }, [name, isAskedFor])
}

/** How much room the window has: for the rail with its words and two screens on one page, or not even for the inspector beside a screen. */
const WIDE = '(min-width: 1280px)'

export const useIsWide = (): boolean => useMatch(WIDE)
export const useIsNarrow = (): boolean => useMatch(NARROW)

function useMatch(words: string): boolean {
  const watch = useCallback(
    (onChange: () => void) => {
      const query = matchMedia(words)
      query.addEventListener('change', onChange)
      return () => query.removeEventListener('change', onChange)
    },
    [words],
  )
  return useSyncExternalStore(watch, () => matchMedia(words).matches)
}
