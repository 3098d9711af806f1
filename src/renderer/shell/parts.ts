/** The parts that the start does not wait for: everything but the frame and the graph. */
import { useEffect } from 'react'
import { lazyPart } from './lazy-part.tsx'
import { Finder } from './palette/palette.tsx'

export const TasksScreen = lazyPart(
  async () => (await import('../screens/tasks/tasks-screen.tsx')).TasksScreen,
)
export const AgentsScreen = lazyPart(
  async () => (await import('../screens/agents/agents-screen.tsx')).AgentsScreen,
)
export const AttentionScreen = lazyPart(
  async () => (await import('../screens/attention/attention-screen.tsx')).AttentionScreen,
)
export const RegistryPage = lazyPart(
  async () => (await import('../screens/registry/registry-page.tsx')).RegistryPage,
)
export const ScheduleScreen = lazyPart(
  async () => (await import('../screens/schedule/schedule-screen.tsx')).ScheduleScreen,
)
export const SettingsScreen = lazyPart(
  async () => (await import('../screens/settings/settings-screen.tsx')).SettingsScreen,
)
export const StartScreen = lazyPart(
  async () => (await import('./start-screen/start-screen.tsx')).StartScreen,
)
export const Inspector = lazyPart(
  async () => (await import('../inspector/inspector.tsx')).Inspector,
)
export const Drawer = lazyPart(async () => (await import('./drawer/drawer.tsx')).Drawer)

/** Nearest first. The start screen is shown where no yard is, or not at all. */
const AFTER_START = [
  Inspector,
  Finder,
  TasksScreen,
  AttentionScreen,
  AgentsScreen,
  Drawer,
  ScheduleScreen,
  RegistryPage,
  SettingsScreen,
]

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
