// Who may import whom: the layers of docs/architecture.md. Imports only point down.
const below = {
  base: [],
  files: [],
  domain: ['base'],
  config: ['base', 'files', 'domain'],
  'graph-file': ['base', 'files', 'domain', 'config'],
  contract: ['base', 'domain'],
  store: ['base', 'files', 'domain'],
  agents: ['base', 'files', 'domain'],
  judging: ['base', 'domain'],
  fleet: ['base', 'files', 'domain', 'contract'],
  coordinator: ['base', 'domain', 'store'],
  yard: [
    'base',
    'files',
    'domain',
    'config',
    'graph-file',
    'contract',
    'store',
    'agents',
    'judging',
    'fleet',
    'coordinator',
  ],
  // What the app decides, without Electron: a test needs no window.
  desktop: ['base', 'files', 'domain', 'config', 'contract'],
  // The app serves the yard that it opens, or nobody else could reach it: docs/decisions/0007.
  // A person's terminal is the one program that it starts itself.
  main: [
    'agents/terminal',
    'base',
    'files',
    'domain',
    'config',
    'graph-file',
    'contract',
    'yard',
    'headless',
    'desktop',
  ],
  preload: ['contract'],
  headless: ['base', 'files', 'domain', 'config', 'contract', 'fleet', 'yard'],
  // Its way to a yard is handed to it by the command line.
  mcp: ['base', 'domain', 'contract'],
  cli: [
    'base',
    'files',
    'domain',
    'config',
    'graph-file',
    'contract',
    'fleet',
    'yard',
    'headless',
    'mcp',
  ],
  renderer: ['base', 'domain', 'contract'],
}

const rule = (name, from, to) => ({ name, severity: 'error', from, to })

const layers = Object.entries(below).map(([layer, allowed]) =>
  rule(
    `layer-${layer}`,
    { path: `^src/${layer}/` },
    { path: '^src/', pathNot: `^src/(${[layer, ...allowed].join('|')})/` },
  ),
)

const atHome = (name, home, packages) => rule(name, { pathNot: home }, { path: packages })

// The rooms of the page, lowest first. Those of one line are strangers to each other.
const PAGE = [
  ['ui'],
  ['model'],
  ['components'],
  ['actions'],
  ['graph', 'output', 'changes', 'screens'],
  ['inspector'],
  ['shell'],
]
const pageRooms = PAGE.flatMap((rooms, level) =>
  rooms.map((room) =>
    rule(
      `page-${room}`,
      { path: `^src/renderer/${room}/` },
      {
        path: '^src/renderer/',
        pathNot: `^src/renderer/(${[room, ...PAGE.slice(0, level).flat()].join('|')})/`,
      },
    ),
  ),
)
const screens = rule(
  'screens-are-strangers',
  { path: '^src/renderer/screens/([^/]+)/' },
  { path: '^src/renderer/screens/[^/]+/', pathNot: '^src/renderer/screens/$1/' },
)

module.exports = {
  forbidden: [
    rule('no-loops', {}, { circular: true }),
    rule('resolvable', {}, { couldNotResolve: true }),
    ...layers,
    rule(
      'pure',
      { path: '^src/(domain|contract|base)/' },
      {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'],
        pathNot: 'node_modules/(zod|@orpc/contract)/',
      },
    ),
    rule('domain-without-contract', { path: '^src/(base|domain)/' }, { path: '@orpc/contract' }),
    atHome('electron-at-home', '^src/(main|preload)/', '(^|node_modules/)electron(/|$)'),
    atHome('sqlite-at-home', '^src/store/', 'better-sqlite3|^(node:)?sqlite$'),
    atHome(
      'processes-at-home',
      '^src/(agents/|cli/connect)',
      '^(node:)?child_process$|node_modules/execa/',
    ),
    atHome('toml-at-home', '^src/config/', 'node_modules/(smol-toml|@decimalturn/toml-patch)/'),
    atHome('yaml-at-home', '^src/graph-file/', 'node_modules/yaml/'),
    atHome('json-at-home', '^src/graph-file/', 'node_modules/jsonc-parser/'),
    atHome(
      'react-at-home',
      '^src/renderer/',
      'node_modules/(react|react-dom|@xyflow/react|zustand|@base-ui/react|lucide-react|uplot|@tanstack/react-virtual|@tanstack/react-table|marked|dompurify)/',
    ),
    ...pageRooms,
    screens,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.node.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
