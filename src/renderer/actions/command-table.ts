/**
 * The one table of commands: what the palette lists, the map of keys shows and the keyboard runs. What a command does is
 * supplied by the part of the page that can do it (`commands.ts`); a command without one now is greyed, with the reason.
 */
import { TASK_COMMANDS } from './registry.ts'

export interface CommandInfo {
  readonly id: string
  readonly title: string
  readonly group: CommandGroup
  /** `mod` is ⌘ on macOS and Ctrl elsewhere. Two keys with a space are pressed one after the other. */
  readonly keys: readonly string[]
  /** Where its keys hold: everywhere, or only while the graph or a list of tasks has the focus. */
  readonly place: 'all' | 'graph' | 'tasks'
}
export type CommandGroup = 'Go' | 'Yard' | 'Task' | 'Select' | 'View' | 'Edit'

type Row = readonly [string, string, readonly string[], CommandInfo['place']?]

const GO: readonly Row[] = [
  ['palette', 'Search or command', ['mod+k']],
  ['palette.commands', 'Commands', ['mod+shift+p']],
  ['go.graph', 'Graph', ['mod+1', 'g g']],
  ['go.tasks', 'Tasks', ['mod+2', 'g t']],
  ['go.agents', 'Agents', ['mod+3', 'g a']],
  ['go.attention', 'Attention', ['mod+4', 'g n']],
  ['go.messages', 'Messages', ['g l']],
  ['go.evaluations', 'Evaluations', ['mod+5', 'g e']],
  ['go.models', 'Models', ['mod+6', 'g m']],
  ['go.executors', 'Executors', ['mod+7', 'g x']],
  ['go.identities', 'Identities', ['mod+9', 'g i']],
  ['go.schedule', 'Schedule', ['mod+8', 'g s']],
  ['go.settings', 'Settings', ['mod+,']],
  ['region.next', 'Next region', ['f6']],
  ['region.previous', 'Previous region', ['shift+f6']],
  ['attention.next', 'Next that needs you', ['.']],
  ['attention.previous', 'Previous that needs you', [',']],
  ['keys', 'Keys', ['?']],
]

const YARD: readonly Row[] = [
  ['coordinator.toggle', 'Pause or resume the coordinator', ['mod+shift+space']],
  ['coordinator.caps', 'Set max agents…', []],
  ['yard.open', 'Open a folder…', ['mod+o']],
  ['yard.switch', 'Switch yard…', ['mod+shift+o']],
  ['yard.import', 'Import a graph…', ['mod+i']],
  ['yard.export', 'Export as TOML, JSON, Mermaid, a picture…', ['mod+shift+e']],
  ['yard.export-svg', 'Export as SVG', []],
  ['yard.export-png', 'Export as PNG', []],
  ['yard.export-mermaid', 'Export as Mermaid', []],
  ['executor.add', 'Add an executor…', []],
  ['executor.test', 'Test this executor', ['alt+t']],
  ['model.add', 'Add a model…', []],
  ['model.roles', 'Roles of models…', []],
  ['budget.today', 'Set budget for today…', []],
  ['costs', 'Costs', []],
  ['tasks.merge-all', 'Merge all that are done…', []],
  ['agents.kill-all', 'Kill all agents…', []],
  ['agents.check', 'Check dead agents', []],
  ['message.new', 'Write a message…', []],
  ['judge.check', 'Check who judges results…', []],
  ['service.log', 'Open log', []],
  ['theme', 'Theme: system, light, dark', []],
]

const TASK: readonly Row[] = [
  ['task.add', 'Add a task', ['n']],
  ['task.add-after', 'Add a task after it', ['shift+n'], 'tasks'],
  ['task.add-before', 'Add a task before it', ['alt+n'], 'tasks'],
  ['task.link', 'Add a dependency…', ['d'], 'tasks'],
  ['task.unlink', 'Remove a dependency…', ['shift+d'], 'tasks'],
  ['task.open', 'Open', ['enter'], 'tasks'],
  ['task.rename', 'Rename', ['f2'], 'tasks'],
  ...TASK_COMMANDS.map(({ id, title, keys }): Row => [id, title, keys, 'tasks']),
  ['task.output', 'Show its output', ['o'], 'tasks'],
  ['task.why', 'Show why', [], 'tasks'],
  ['task.executor', 'Choose its executor…', ['e'], 'tasks'],
  ['task.model', 'Choose its model…', ['shift+e'], 'tasks'],
  ['task.priority', 'Choose its priority…', [], 'tasks'],
  ['task.tag', 'Set its tags…', [], 'tasks'],
  ['task.copy-id', 'Copy id', [], 'tasks'],
  ['task.copy-command', 'Copy `yard` command for this', [], 'tasks'],
  ['tab.1', 'Overview', ['alt+1']],
  ['tab.2', 'Output', ['alt+2']],
  ['tab.3', 'Timeline', ['alt+3']],
  ['tab.4', 'Evaluation', ['alt+4']],
  ['task.changes', 'Changes', ['alt+5']],
  ['tab.6', 'Messages', ['alt+6']],
  ['task.merge', 'Merge what it has changed…', [], 'tasks'],
]

const EDIT: readonly Row[] = [
  ['undo', 'Undo', ['mod+z']],
  ['redo', 'Redo', ['mod+shift+z']],
  ['copy', 'Copy tasks', ['mod+c'], 'tasks'],
  ['paste', 'Paste tasks', ['mod+v'], 'tasks'],
  ['duplicate', 'Duplicate', ['mod+d'], 'tasks'],
  ['find', 'Find', ['/', 'mod+f']],
]

const SELECT: readonly Row[] = [
  ['select.all', 'Select all', ['mod+a'], 'tasks'],
  ['select.none', 'Select nothing', [], 'tasks'],
  ['select.toggle', 'Add to the selection', ['space'], 'tasks'],
]

const VIEW: readonly Row[] = [
  ['rail', 'Show or hide the rail', ['mod+b']],
  ['inspector', 'Show or hide the inspector', ['mod+\\']],
  ['drawer', 'Show or hide the journal', ['mod+j']],
  ['inspector.full', 'Inspector over the whole window', ['mod+shift+enter']],
  ['inspector.wider', 'Wider inspector', ['mod+alt+arrowleft']],
  ['inspector.narrower', 'Narrower inspector', ['mod+alt+arrowright']],
  ['zoom.in', 'Zoom in', ['+', '='], 'graph'],
  ['zoom.out', 'Zoom out', ['-'], 'graph'],
  ['zoom.fit', 'Show all', ['0'], 'graph'],
  ['zoom.full', 'Zoom to 100 %', ['1'], 'graph'],
  ['focus', 'Focus on what it needs and what needs it', ['f'], 'graph'],
  ['main-line', 'Critical path', ['l'], 'graph'],
  ['fold.finished', 'Fold finished', ['z'], 'graph'],
  ['fold.group', 'Fold groups by tag', ['c'], 'graph'],
  ['minimap', 'Minimap', ['shift+m'], 'graph'],
  ['time', 'Time', ['t'], 'graph'],
  ['tidy', 'Tidy layout', ['mod+s'], 'graph'],
]

const toInfo =
  (group: CommandGroup) =>
  ([id, title, keys, place = 'all']: Row): CommandInfo => ({ id, title, group, keys, place })

export const COMMANDS: readonly CommandInfo[] = [
  ...GO.map(toInfo('Go')),
  ...TASK.map(toInfo('Task')),
  ...EDIT.map(toInfo('Edit')),
  ...SELECT.map(toInfo('Select')),
  ...VIEW.map(toInfo('View')),
  ...YARD.map(toInfo('Yard')),
]
