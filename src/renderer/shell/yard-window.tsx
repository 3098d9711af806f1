/** The window of an open yard: title bar, rail, a screen, the inspector, the drawer, the status bar. */
import { useEffect, type ReactNode } from 'react'
import { useAgentCommands } from '../actions/task/agents.ts'
import { useAttentionCount } from '../screens/attention/use-attention-count.ts'
import { useAnnouncements } from './use-announcements.ts'
import { useTaskCommands } from '../actions/use-task-commands.ts'
import { Banners } from './status/banners.tsx'
import { StatusBar } from './status/status-bar.tsx'
import { GraphScreen } from '../graph/canvas/graph-screen.tsx'
import { useConnection, useYard } from '../model/session/session-context.tsx'
import { TimeStrip } from './time/time-strip.tsx'
import { usePreferences } from '../model/preferences.ts'
import { hasTasks, useRoute, type Screen } from '../model/route.ts'
import { followRoute, useSelection } from '../model/selection.ts'
import { DrawerFrame } from './drawer-frame.tsx'
import { EmptyYard } from './empty-yard.tsx'
import { InspectorFrame } from './inspector-frame.tsx'
import { Overlays } from './overlays.tsx'
import {
  AgentsScreen,
  AttentionScreen,
  ScheduleScreen,
  SettingsScreen,
  TasksScreen,
  usePreload,
  RegistryPage,
} from './parts.ts'
import { Rail } from './rail.tsx'
import { TitleBar } from './title-bar.tsx'
import { useFrameCommands } from './use-frame-commands.ts'
import { useKeyboard } from './use-keyboard.ts'
import { useRegions } from './use-regions.ts'

export function YardWindow() {
  useFrameCommands()
  useTaskCommands()
  useAgentCommands()
  useAnnouncements()
  useKeyboard()
  useRegions()
  usePreload()
  const attention = useAttentionCount()
  const isLive = useConnection().kind === 'live'
  const { screen, task } = useRoute()
  useEffect(() => followRoute(task), [task])
  const isManyChosen = useSelection(({ ids }) => ids.size > 1)
  const isInspectorOpen = usePreferences((preferences) => preferences.isInspectorOpen)
  const isDrawerOpen = usePreferences((preferences) => preferences.isDrawerOpen)
  return (
    <div className="window" data-live={isLive}>
      <TitleBar />
      <Rail attention={attention} />
      <main className="stage" data-region tabIndex={-1} aria-label={LABEL_OF[screen]}>
        <Banners />
        <CurrentScreen screen={screen} />
        {isDrawerOpen && <DrawerFrame />}
      </main>
      {(task !== null || (hasTasks(screen) && (isManyChosen || isInspectorOpen))) && (
        <InspectorFrame />
      )}
      <StatusBar attention={attention} />
      <Overlays />
    </div>
  )
}

export const LABEL_OF: Readonly<Record<Screen, string>> = {
  graph: 'Graph',
  tasks: 'Tasks',
  agents: 'Agents',
  attention: 'Attention',
  models: 'Models',
  executors: 'Executors',
  schedule: 'Schedule',
  settings: 'Settings',
}

const SCREEN_OF: Readonly<Record<Exclude<Screen, 'graph'>, () => ReactNode>> = {
  tasks: TasksScreen,
  agents: AgentsScreen,
  attention: AttentionScreen,
  models: RegistryPage,
  executors: RegistryPage,
  schedule: ScheduleScreen,
  settings: SettingsScreen,
}

function CurrentScreen({ screen }: { readonly screen: Screen }) {
  const isEmpty = useYard((view) => view.tasks.size === 0)
  const isTimeOpen = usePreferences(
    (preferences) => preferences.isTimeOpen && !preferences.isDrawerOpen,
  )
  if (screen !== 'graph') {
    const Shown = SCREEN_OF[screen]
    return <Shown />
  }
  return isEmpty ? <EmptyYard /> : <GraphScreen footer={isTimeOpen ? <TimeStrip /> : null} />
}
