/** All tasks in lists: as a table, in columns by state, or as an outline along their dependencies. Filter, sort and shape stand in the address. */
import { Plus } from 'lucide-react'
import { useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { runCommand } from '../../actions/commands.ts'
import { FilterField } from '../filter-field.tsx'
import { currentRoute, navigate, useRoute } from '../../model/route.ts'
import { StateStrip } from '../../components/state-strip.tsx'
import { BulkBar } from '../../actions/views/bulk-bar.tsx'
import { ColumnChooser } from './column-chooser.tsx'
import { DependencyEditor } from './dependency-editor.tsx'
import { MoveMenu } from './move-menu.tsx'
import { OutlineTools } from './outline-tools.tsx'
import { TaskBoard } from './task-board.tsx'
import { TaskOutline } from './task-outline.tsx'
import { TaskTable } from './task-table.tsx'
import './tasks.css'

const SHAPES = [
  ['table', 'Table'],
  ['columns', 'Columns'],
  ['outline', 'Outline'],
] as const
type Shape = (typeof SHAPES)[number][0]

const BODY = { table: TaskTable, columns: TaskBoard, outline: TaskOutline }
const TOOLS = { table: ColumnChooser, columns: MoveMenu, outline: OutlineTools }

export function TasksScreen() {
  const { shape: named } = useRoute().filters
  const shape: Shape = SHAPES.find(([id]) => id === named)?.[0] ?? 'table'
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
          <Button look="main" onClick={() => runCommand('task.add')} aria-label="Add a task">
            <Plus size={14} strokeWidth={1.5} aria-hidden="true" />
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

const setShape = (shape: Shape): void =>
  navigate({ filters: { ...currentRoute().filters, shape } }, { replace: true })

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
