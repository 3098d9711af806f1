/** What the frame itself can do: go to screens, show and hide its parts, steer the coordinator, undo and redo. */
import { useEffect } from 'react'
import { useCommand, useSession } from '../model/session/session-context.tsx'
import { takeImportRequest } from '../model/session/open-link.ts'
import { useCommands, runCommand, type CommandHandlers } from '../actions/commands.ts'
import { canRedo, canUndo, redo, undo } from '../actions/history.ts'
import { historyReason } from '../model/shown-time.ts'
import { getPreferences, setPreferences } from '../model/preferences.ts'
import { currentRoute, navigate, SCREENS, TASK_TABS, type TaskTab } from '../model/route.ts'
import { subjectTasks } from '../model/selection.ts'
import { setInspectorWidth, WIDTH_STEP } from './inspector-frame.tsx'
import { useRailOpen } from './rail.tsx'

export function useFrameCommands(): void {
  const session = useSession()
  const isRailOpen = useRailOpen()
  const { run } = useCommand()
  useCommands({
    ...goTo,
    ...tabs,
    ...look,
    rail: () => setPreferences({ isRailOpen: !isRailOpen }),
    undo: {
      run: () => void undo(session),
      blocked: () => historyReason() ?? (canUndo() ? null : 'Nothing to undo'),
    },
    redo: {
      run: () => void redo(session),
      blocked: () => historyReason() ?? (canRedo() ? null : 'Nothing to do again'),
    },
    'coordinator.toggle': () =>
      void run(({ service }) =>
        session.yard.getState().summary?.paused ? service.resume() : service.pause(),
      ),
    'service.log': () => setPreferences({ isDrawerOpen: true, drawerTab: 'log' }),
  })
  // Where the strip or the agents are shown, they do it themselves.
  useCommands({ time: showTime, 'coordinator.caps': showCaps, ...wishes }, { isFallback: true })
  useDesktopAsks()
  useEffect(() => {
    if (takeImportRequest(window)) runCommand('yard.import')
  }, [])
}

const goTo: CommandHandlers = Object.fromEntries(
  SCREENS.map((screen) => [`go.${screen}`, () => navigate({ screen })]),
)

/** Tabs that are known by more than their place. */
const TAB_COMMANDS: Partial<Readonly<Record<TaskTab, string>>> = { changes: 'task.changes' }

const tabs: CommandHandlers = Object.fromEntries(
  TASK_TABS.map((tab, index) => [
    TAB_COMMANDS[tab] ?? `tab.${index + 1}`,
    {
      run: () => navigate({ tab, task: currentRoute().task ?? subjectTasks()[0] ?? null }),
      blocked: () => ((currentRoute().task ?? subjectTasks()[0]) ? null : 'Choose a task first'),
    },
  ]),
)

/** The strip shares its place with the journal. */
function showTime(): void {
  setPreferences({ isDrawerOpen: false, isTimeOpen: true })
  navigate({ screen: 'graph' })
}

const showCaps = (): void => navigate({ screen: 'agents', filters: { caps: '1' } })

/** Of screens that do it themselves while they are shown. */
const wishes: CommandHandlers = {
  costs: () => navigate({ screen: 'agents', filters: { show: 'costs' } }),
  'budget.today': () => navigate({ screen: 'settings', filters: { section: 'budget' } }),
  'message.new': () => navigate({ screen: 'messages', filters: { new: '1' } }),
  'executor.add': () => navigate({ screen: 'executors', filters: { add: '1' } }),
  'model.add': () => navigate({ screen: 'models', filters: { add: '1' } }),
  'model.roles': () => navigate({ screen: 'models', filters: { roles: '1' } }),
}

const THEMES = ['system', 'light', 'dark'] as const

const look: CommandHandlers = {
  inspector: () => {
    const isShown = getPreferences().isInspectorOpen || currentRoute().task !== null
    setPreferences({ isInspectorOpen: !isShown })
    navigate({ task: isShown ? null : (subjectTasks()[0] ?? null) })
  },
  'inspector.full': () => setPreferences({ isInspectorFull: !getPreferences().isInspectorFull }),
  'inspector.wider': () => setInspectorWidth(getPreferences().inspectorWidth + WIDTH_STEP),
  'inspector.narrower': () => setInspectorWidth(getPreferences().inspectorWidth - WIDTH_STEP),
  drawer: () => setPreferences({ isDrawerOpen: !getPreferences().isDrawerOpen }),
  theme: () => {
    const next = THEMES[(THEMES.indexOf(getPreferences().theme) + 1) % THEMES.length]
    if (next) setPreferences({ theme: next })
  },
}

/** What the app's menus, tray and links ask of the page: going somewhere, or a command of the table. */
function useDesktopAsks(): void {
  useEffect(
    () =>
      window.yardHost?.onAsk((asked) => {
        if (asked.kind === 'command') runCommand(asked.id)
        if (asked.kind === 'navigate' && asked.hash.startsWith('#/')) location.hash = asked.hash
      }),
    [],
  )
}
