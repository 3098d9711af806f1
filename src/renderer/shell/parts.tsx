/** The parts of the window that the start does not wait for: everything but the frame and the graph. */
import { type ComponentType, useEffect } from 'react'
import type { Screen } from '../model/route.ts'
import { idle, type LazyPart, lazyPart } from '../ui/lazy-part.tsx'

const part = <K extends string>(load: () => Promise<Readonly<Record<K, ComponentType>>>, name: K) =>
  lazyPart(async () => (await load())[name])

export const Inspector = part(() => import('../inspector/inspector.tsx'), 'Inspector')
export const Finder = lazyPart(async () => (await import('./palette/finder.tsx')).Finder)
export const KeysMap = part(() => import('./palette/finder.tsx'), 'KeysMap')
export const Drawer = part(() => import('./drawer/drawer.tsx'), 'Drawer')
// What lies over the window.
export const TaskCards = lazyPart(
  async () => (await import('../actions/add/quick-add-card.tsx')).QuickAddCard,
  { isOver: true },
)
export const FileDialogs = lazyPart(
  async () => (await import('../actions/transfer/import-dialog.tsx')).ImportDialog,
  { isOver: true },
)

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
  messages: part(() => import('../screens/messages/messages-screen.tsx'), 'MessagesScreen'),
  agents: part(() => import('../screens/agents/agents-screen.tsx'), 'AgentsScreen'),
  schedule: part(() => import('../screens/schedule/schedule-screen.tsx'), 'ScheduleScreen'),
  models: registry,
  executors: registry,
  identities: part(
    () => import('../screens/registry/identities/identities-screen.tsx'),
    'IdentitiesScreen',
  ),
  settings: part(() => import('../screens/settings/settings-screen.tsx'), 'SettingsScreen'),
}

/** Nearest first. */
const AFTER_START = new Set([
  TaskCards,
  Inspector,
  Finder,
  Drawer,
  FileDialogs,
  ...Object.values(SCREEN_PARTS),
])

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
