/** All tasks in lists: as a table, in columns by state, or as an outline along their dependencies. Filter, sort and shape stand in the address. */
import { MoveRight } from 'lucide-react'
import { useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { runCommand } from '../../actions/commands.ts'
import { FilterField } from '../filter-field.tsx'
import { useRouteChoice } from '../../model/route.ts'
import { StateStrip } from '../../components/state-strip.tsx'
import { BulkBar } from '../../actions/views/bulk-bar.tsx'
import { DependencyEditor } from './dependency-editor.tsx'
import { TaskBoard } from './task-board.tsx'
import { OutlineTools, TaskOutline } from './task-outline.tsx'
import { ColumnChooser } from './table-head.tsx'
import { TaskTable } from './task-table.tsx'
import './tasks.css'
import { useMemo } from 'react'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { Menu } from '../../ui/popups.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { labelOfState } from '../../model/task-state.ts'
import { useSelection } from '../../model/selection.ts'
import { boardColumns, type MoveFacts, moveTo, useMoves } from './board-moves.ts'
import { readableKey } from '../../actions/keys.ts'

const SHAPES = [
  ['table', 'Table'],
  ['columns', 'Columns'],
  ['outline', 'Outline'],
] as const

const BODY = { table: TaskTable, columns: TaskBoard, outline: TaskOutline }
const TOOLS = { table: ColumnChooser, columns: MoveMenu, outline: OutlineTools }

export function TasksScreen() {
  const [shape, setShape] = useRouteChoice('shape', SHAPES, 'table')
  const isEmpty = useYard((view) => view.tasks.size === 0)
  const Body = BODY[shape]
  const ShapeTools = TOOLS[shape]
  return (
    <Screen
      title="Tasks"
      filters={
        <>
          <StateStrip />
          <FilterField
            label="Filter tasks"
            hint="Words, or state: tag: executor: model: agent: priority:"
          />
        </>
      }
      tools={
        <>
          <ShapeTools />
          <Segmented label="Shape" value={shape} options={SHAPES} onChange={setShape} />
          <Button
            look="main"
            icon="plus"
            onClick={() => runCommand('task.add')}
            aria-label="Add a task"
          >
            Task
          </Button>
        </>
      }
    >
      {isEmpty ? <NoTasks /> : <Body />}
      <BulkBar className="chosen-bar" />
      <DependencyEditor />
    </Screen>
  )
}

function NoTasks() {
  return (
    <EmptyNote text="No tasks yet.">
      <div className="flex gap-2">
        <Button look="main" onClick={() => runCommand('task.add')}>
          Add the first one
        </Button>
        <Button onClick={() => runCommand('yard.import')}>Import a graph</Button>
      </div>
    </EmptyNote>
  )
}

// Moving the chosen tasks to another column without dragging.

function MoveMenu() {
  const { facts, move } = useMoves()
  const ids = useSelection((selection) => selection.ids)
  const focusId = useSelection((selection) => selection.focusId)
  const subjects = useMemo(() => {
    const chosen = ids.size > 0 ? [...ids] : focusId === null ? [] : [focusId]
    return chosen.filter((id) => facts.tasks.has(id))
  }, [ids, focusId, facts])
  return (
    <Menu
      align="end"
      trigger={
        <Button
          look="quiet"
          data-move-menu
          title={`Move to another column (${readableKey('alt+arrowdown')})`}
        >
          <MoveRight size={14} strokeWidth={1.5} aria-hidden="true" />
          Move to
        </Button>
      }
      entries={boardColumns(facts.tasks.values()).map(({ state }) => ({
        label: labelOfState(state),
        icon: <Lamp state={state} />,
        blocked: reasonAgainst(subjects, state, facts),
        onSelect: () => void move(subjects, state),
      }))}
    />
  )
}

/** Null when at least one of them can go there. */
function reasonAgainst(ids: readonly string[], state: ShownState, facts: MoveFacts): string | null {
  if (ids.length === 0) return 'Choose a task first'
  let reason: string | null = null
  for (const id of ids) {
    const card = facts.tasks.get(id)
    const way = card && moveTo(card, state, facts)
    if (way && 'action' in way) return null
    reason ??= way?.blocked ?? null
  }
  return reason
}
