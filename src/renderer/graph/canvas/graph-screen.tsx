/** The graph with its bar and what stands below it. */
import type { ReactNode } from 'react'
import { useYard } from '../../model/session/session-context.tsx'
import { Screen } from '../../ui/screen.tsx'
import { Toolbar } from '../../ui/tabs.tsx'
import { StateStrip } from '../../components/state-strip.tsx'
import { GraphCanvas } from './graph-canvas.tsx'
import './graph.css'
import './task-node.css'
import './canvas-tools.css'
import {
  Ellipsis,
  Focus,
  FoldVertical,
  type LucideIcon,
  Network,
  Plus,
  Search,
  Waypoints,
} from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/popups.tsx'
import type { MenuEntry } from '../../ui/popup-parts.tsx'
import { handlerOf, runCommand, useOfferedCommands } from '../../actions/commands.ts'
import { commandEntry, withKey } from '../../actions/key-hint.tsx'
import { usePreferences } from '../../model/preferences.ts'
import { useGraphView } from './view-state.ts'

interface GraphScreenProps {
  /** The time strip. */
  readonly footer: ReactNode
}

export function GraphScreen({ footer }: GraphScreenProps) {
  const name = useYard((view) => view.summary?.name)
  return (
    <Screen title={name ?? 'Graph'} filters={<StateStrip />} tools={<GraphTools />}>
      <GraphCanvas />
      {footer}
    </Screen>
  )
}

// The tools of the view, at the right of the bar. All of them are commands; those that do not fit are in the menu.

interface ToolProps {
  readonly id: string
  readonly label: string
  readonly icon: LucideIcon
  readonly isPressed?: boolean
}

export function GraphTools() {
  useOfferedCommands()
  const isFocused = useGraphView((view) => view.focus !== 'none')
  const isLine = useGraphView((view) => view.criticalPath === 'lit')
  const isFolded = useGraphView((view) => view.foldFinished)
  const isFinding = useGraphView((view) => view.find !== null)
  return (
    <Toolbar className="graph-tools" aria-label="View">
      <Tool id="find" label="Find" icon={Search} isPressed={isFinding} />
      <Tool id="focus" label="Focus" icon={Focus} isPressed={isFocused} />
      <Tool id="main-line" label="Critical path" icon={Waypoints} isPressed={isLine} />
      <Tool id="fold.finished" label="Fold finished" icon={FoldVertical} isPressed={isFolded} />
      <Tool id="tidy" label="Tidy layout" icon={Network} />
      <MoreMenu />
      <Button look="main" aria-label="Add a task" onClick={() => runCommand('task.add')}>
        <Plus size={14} strokeWidth={2} aria-hidden="true" /> Task
      </Button>
    </Toolbar>
  )
}

function Tool({ id, label, icon: Icon, isPressed }: ToolProps) {
  return (
    <Button
      look="quiet"
      className="graph-tool"
      aria-label={label}
      title={withKey(label, id)}
      aria-pressed={isPressed}
      disabled={handlerOf(id) === null}
      onClick={() => runCommand(id)}
    >
      <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
    </Button>
  )
}

const MORE = [
  ['find', 'focus', 'main-line'],
  ['fold.finished', 'fold.group', 'tidy'],
  ['zoom.in', 'zoom.out', 'zoom.fit', 'zoom.full', 'minimap', 'time'],
  ['yard.import', 'yard.export', 'yard.export-svg', 'yard.export-png', 'yard.export-mermaid'],
] as const

function MoreMenu() {
  const isMinimapOpen = usePreferences((preferences) => preferences.isMinimapOpen)
  const entries = MORE.flatMap((group, index): MenuEntry[] => [
    ...(index > 0 ? [{ kind: 'line' } as const] : []),
    ...group.map((id) => ({
      ...commandEntry(id),
      ...(id === 'minimap' ? { isChecked: isMinimapOpen } : {}),
    })),
  ])
  const trigger = (
    <Button look="quiet" className="graph-tool" aria-label="More of the view">
      <Ellipsis size={16} strokeWidth={1.5} aria-hidden="true" />
    </Button>
  )
  return <Menu trigger={trigger} align="end" entries={entries} />
}
