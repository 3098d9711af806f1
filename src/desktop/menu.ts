/** The application's menus as data. The page carries out the commands: the ids are those of its table of commands. */

/** As Electron's own template of a menu item, as far as it is used. */
export interface MenuItem {
  readonly label?: string
  readonly id?: string
  readonly type?: 'separator' | 'checkbox'
  readonly role?: MenuRole
  readonly accelerator?: string
  readonly registerAccelerator?: boolean
  readonly enabled?: boolean
  readonly checked?: boolean
  readonly sublabel?: string
  readonly toolTip?: string
  readonly click?: () => void
  submenu?: MenuItem[]
}
type MenuRole =
  | ('undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'selectAll' | 'close' | 'quit' | 'about')
  | ('zoomIn' | 'zoomOut' | 'resetZoom' | 'togglefullscreen' | 'windowMenu' | 'help')
  | ('appMenu' | 'services' | 'hide' | 'hideOthers' | 'unhide')

export interface MenuActions {
  /** A command of the page's table. */
  command(id: string): void
  newWindow(): void
  openRecent(folder: string): void
  installCommandLine(): void
  checkForUpdate(): void
}

interface RecentFolder {
  readonly folder: string
  readonly name: string
}

export const LINE: MenuItem = { type: 'separator' }

/** Label, id in the page's table, and the key as it is shown. The page itself handles the keys. */
type Row = readonly [label: string, id: string, accelerator?: string] | null

const GO: readonly Row[] = [
  ['Search or Command…', 'palette', 'CmdOrCtrl+K'],
  null,
  ['Graph', 'go.graph', 'CmdOrCtrl+1'],
  ['Tasks', 'go.tasks', 'CmdOrCtrl+2'],
  ['Agents', 'go.agents', 'CmdOrCtrl+3'],
  ['Attention', 'go.attention', 'CmdOrCtrl+4'],
  ['Messages', 'go.messages'],
  ['Evaluations', 'go.evaluations', 'CmdOrCtrl+5'],
  ['Models', 'go.models', 'CmdOrCtrl+6'],
  ['Executors', 'go.executors', 'CmdOrCtrl+7'],
  ['Identities', 'go.identities', 'CmdOrCtrl+9'],
  ['Schedule', 'go.schedule', 'CmdOrCtrl+8'],
]
const TASK: readonly Row[] = [
  ['Add…', 'task.add'],
  ['Add After…', 'task.add-after'],
  ['Add Before…', 'task.add-before'],
  null,
  ['Open', 'task.open'],
  ['Rename', 'task.rename'],
  ['Show Output', 'task.output'],
  ['Show Why', 'task.why'],
  null,
  ['Pause or Resume', 'task.hold'],
  ['Publish', 'task.publish'],
  ['Retry', 'task.retry'],
  ['Retry Fresh', 'task.retry-fresh'],
  ['Kill Its Agent', 'task.kill'],
  ['Abandon', 'task.abandon'],
  ['Delete', 'task.delete'],
]
const YARD: readonly Row[] = [
  ['Pause or Resume the Coordinator', 'coordinator.toggle', 'CmdOrCtrl+Shift+Space'],
  ['Set Max Agents…', 'coordinator.caps'],
  null,
  ['Check Dead Agents', 'agents.check'],
  ['Kill All Agents…', 'agents.kill-all'],
  null,
  ['Open Log', 'service.log'],
]
const FILE: readonly Row[] = [
  ['Open Folder…', 'yard.open', 'CmdOrCtrl+O'],
  ['Switch Yard…', 'yard.switch', 'CmdOrCtrl+Shift+O'],
]
const EXCHANGE: readonly Row[] = [
  ['Import a Graph…', 'yard.import', 'CmdOrCtrl+I'],
  ['Export…', 'yard.export', 'CmdOrCtrl+Shift+E'],
]
const PANELS: readonly Row[] = [
  ['Rail', 'rail', 'CmdOrCtrl+B'],
  ['Inspector', 'inspector', 'CmdOrCtrl+\\'],
  ['Journal', 'drawer', 'CmdOrCtrl+J'],
  null,
  ['Tidy Layout', 'tidy', 'CmdOrCtrl+S'],
  ['Critical Path', 'main-line'],
  ['Time', 'time'],
]
const SETTINGS: readonly Row[] = [['Settings…', 'go.settings', 'CmdOrCtrl+,']]
const KEYS: readonly Row[] = [['Keys', 'keys']]
const FIND: readonly Row[] = [['Find', 'find', 'CmdOrCtrl+F']]

/** Ids of the page's table that the menus ask for. */
export const MENU_COMMANDS: readonly string[] = [
  ...[GO, TASK, YARD, FILE, EXCHANGE, PANELS, SETTINGS, KEYS, FIND],
]
  .flat()
  .flatMap((row) => row?.[1] ?? [])

export function appMenu(
  actions: MenuActions,
  recent: readonly RecentFolder[],
  platform: string,
): MenuItem[] {
  const isMac = platform === 'darwin'
  const rows = (list: readonly Row[]): MenuItem[] => list.map((row) => toItem(row, actions))
  return [
    ...(isMac ? [macAppMenu(actions)] : []),
    {
      label: 'File',
      submenu: [
        { label: 'New Window', accelerator: 'CmdOrCtrl+Shift+N', click: actions.newWindow },
        ...rows(FILE),
        recentMenu(recent, actions),
        LINE,
        ...rows(EXCHANGE),
        LINE,
        { role: 'close' },
        ...(isMac ? [] : [LINE, ...rows(SETTINGS), LINE, { role: 'quit' } as const]),
      ],
    },
    { label: 'Edit', submenu: editMenu(actions) },
    {
      label: 'View',
      submenu: [
        ...rows(PANELS),
        LINE,
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        LINE,
        { role: 'togglefullscreen' },
      ],
    },
    { label: 'Go', submenu: rows(GO) },
    { label: 'Task', submenu: rows(TASK) },
    { label: 'Yard', submenu: rows(YARD) },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        ...rows(KEYS),
        LINE,
        { label: 'Install Command Line…', click: actions.installCommandLine },
        ...(isMac ? [] : [{ label: 'Check for Updates…', click: actions.checkForUpdate }]),
      ],
    },
  ]
}

function toItem(row: Row, actions: MenuActions): MenuItem {
  if (row === null) return LINE
  const [label, id, accelerator] = row
  return {
    label,
    id,
    click: () => actions.command(id),
    // Shown, not registered: the page handles the key and knows whether a text field has the focus.
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
  }
}

/** The system's edits of text fields. Outside of one the page handles their keys before the menu does. */
const editMenu = (actions: MenuActions): MenuItem[] => [
  { role: 'undo' },
  { role: 'redo' },
  LINE,
  { role: 'cut' },
  { role: 'copy' },
  { role: 'paste' },
  { role: 'selectAll' },
  LINE,
  ...FIND.map((row) => toItem(row, actions)),
]

const macAppMenu = (actions: MenuActions): MenuItem => ({
  role: 'appMenu',
  submenu: [
    { role: 'about' },
    { label: 'Check for Updates…', click: actions.checkForUpdate },
    LINE,
    ...SETTINGS.map((row) => toItem(row, actions)),
    LINE,
    { role: 'services' },
    LINE,
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    LINE,
    { role: 'quit' },
  ],
})

function recentMenu(recent: readonly RecentFolder[], actions: MenuActions): MenuItem {
  const items = recent.map(({ folder, name }) => ({
    label: plainLabel(name),
    sublabel: folder,
    toolTip: folder,
    click: () => actions.openRecent(folder),
  }))
  return { label: 'Open Recent', enabled: items.length > 0, submenu: items }
}

/** An ampersand would underline the next letter. */
export const plainLabel = (text: string): string => text.replaceAll('&', '&&')
