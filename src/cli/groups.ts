/** All commands, in the order in which help shows them: what the overview says of each, and the module that holds it. */
import type { CommandBody, CommandEntry, CommandGroup } from './spec/define.ts'

/** `deadAgents` is `yard dead-agents`. */
const LOADERS = {
  init: async () => (await import('./commands/yard/yard.ts')).init,
  trust: async () => (await import('./commands/yard/yard.ts')).trust,
  backup: async () => (await import('./commands/yard/yard.ts')).backup,
  restore: async () => (await import('./commands/yard/yard.ts')).restore,
  add: async () => (await import('./commands/tasks/add.ts')).add,
  edit: async () => (await import('./commands/tasks/add.ts')).edit,
  publish: async () => (await import('./commands/tasks/transitions.ts')).publish,
  pause: async () => (await import('./commands/tasks/transitions.ts')).pause,
  resume: async () => (await import('./commands/tasks/transitions.ts')).resume,
  done: async () => (await import('./commands/tasks/report.ts')).done,
  fail: async () => (await import('./commands/tasks/report.ts')).fail,
  ask: async () => (await import('./commands/tasks/report.ts')).ask,
  answer: async () => (await import('./commands/tasks/report.ts')).answer,
  retry: async () => (await import('./commands/tasks/transitions.ts')).retry,
  reopen: async () => (await import('./commands/tasks/transitions.ts')).reopen,
  abandon: async () => (await import('./commands/tasks/transitions.ts')).abandon,
  remove: async () => (await import('./commands/tasks/transitions.ts')).remove,
  log: async () => (await import('./commands/tasks/log.ts')).log,
  artifact: async () => (await import('./commands/tasks/log.ts')).artifact,
  schedule: async () => (await import('./commands/tasks/transitions.ts')).schedule,
  list: async () => (await import('./commands/graph/list.ts')).list,
  show: async () => (await import('./commands/graph/list.ts')).show,
  ready: async () => (await import('./commands/graph/list.ts')).ready,
  blocked: async () => (await import('./commands/graph/list.ts')).blocked,
  why: async () => (await import('./commands/graph/list.ts')).why,
  import: async () => (await import('./commands/graph/import.ts')).importGraph,
  export: async () => (await import('./commands/graph/import.ts')).exportGraph,
  viz: async () => (await import('./commands/graph/figures.ts')).viz,
  stats: async () => (await import('./commands/graph/figures.ts')).stats,
  cost: async () => (await import('./commands/graph/figures.ts')).cost,
  routing: async () => (await import('./commands/graph/routing.ts')).routing,
  forecast: async () => (await import('./commands/graph/forecast.ts')).forecast,
  run: async () => (await import('./commands/run/run.ts')).run,
  wait: async () => (await import('./commands/run/wait.ts')).wait,
  mcp: async () => (await import('./commands/run/mcp.ts')).mcp,
  watch: async () => (await import('./commands/run/watch.ts')).watch,
  diff: async () => (await import('./commands/changes.ts')).diff,
  merge: async () => (await import('./commands/changes.ts')).merge,
  worktree: async () => (await import('./commands/changes.ts')).worktree,
  service: async () => (await import('./commands/service/service.ts')).service,
  page: async () => (await import('./commands/service/page.ts')).page,
  welcome: async () => (await import('./commands/service/page.ts')).welcome,
  serve: async () => (await import('./commands/service/page.ts')).serve,
  agents: async () => (await import('./commands/agents/agents.ts')).agents,
  output: async () => (await import('./commands/agents/output.ts')).output,
  kill: async () => (await import('./commands/agents/agents.ts')).kill,
  deadAgents: async () => (await import('./commands/agents/agents.ts')).deadAgents,
  claim: async () => (await import('./commands/agents/agents.ts')).claim,
  heartbeat: async () => (await import('./commands/agents/agents.ts')).heartbeat,
  pilot: async () => (await import('./commands/agents/pilot.ts')).pilot,
  letGo: async () => (await import('./commands/agents/agents.ts')).letGo,
  evaluators: async () => (await import('./commands/judging/evaluators.ts')).evaluators,
  triage: async () => (await import('./commands/judging/triage.ts')).triage,
  identity: async () => (await import('./commands/judging/identity.ts')).identity,
  config: async () => (await import('./commands/config/config.ts')).config,
  model: async () => (await import('./commands/config/model.ts')).model,
  executors: async () => (await import('./commands/config/model.ts')).executors,
  help: async () => (await import('./commands/help.ts')).help,
  completion: async () => (await import('./commands/help.ts')).completion,
} satisfies Record<string, () => Promise<CommandBody>>

export const commandGroups: readonly CommandGroup[] = [
  group('Yard', [
    entry('init', '', 'makes a yard in this folder; a second time changes nothing'),
    entry(
      'trust',
      '',
      'shows what a yard that was not made here would run and read, and confirms it',
    ),
    entry('backup', '', "copies the yard's database into your data folder and prints where"),
    entry(
      'restore',
      '[file]',
      'puts a backup in the place of the database; the old one is kept beside it',
    ),
  ]),
  group('Tasks', [
    entry('add', '<title>', 'adds a task and prints its id'),
    entry('edit', '<id>', 'changes a task'),
    entry('publish', '<ids...>', 'releases drafts and all drafts that wait for them'),
    entry('pause', '<ids...>', 'holds tasks back; one that runs is let finish'),
    entry('resume', '[ids...]', 'releases tasks that were paused, or drafts'),
    entry('done', '<id>', 'says that a task is done'),
    entry('fail', '<id>', 'says that a task has failed'),
    entry(
      'ask',
      '<id> <question>',
      'lets an agent ask a person about its own task, which waits for the answer',
    ),
    entry(
      'answer',
      '<id> <text>',
      'answers what the agent of a task asked, and lets the task go on',
    ),
    entry('retry', '<ids...>', 'opens failed tasks for another try'),
    entry('reopen', '<id>', 'opens a task that was done or abandoned'),
    entry(
      'abandon',
      '<ids...>',
      'gives tasks up, ends their agents, and lets those that wait for them go on',
    ),
    entry('remove', '<id>', 'removes a task that never had an agent and that nothing waits for'),
    entry('log', '<id> [text]', "writes a line into a task's timeline, or shows the timeline"),
    entry('artifact', '<id> <paths...>', 'keeps files as results of a task'),
    entry(
      'schedule',
      '',
      'shows what fires next, leaves one out, or starts one now; alone it lists',
    ),
  ]),
  group('Graph', [
    entry('list', '', 'lists tasks'),
    entry('show', '<id>', 'shows all about a task'),
    entry('ready', '', 'lists the tasks that can start now'),
    entry('blocked', '', 'lists the tasks that wait for others'),
    entry('why', '<id>', 'says what a task waits for, or why it ended as it did'),
    entry('import', '<file>', 'adds the tasks of a graph file: all of them, or none'),
    entry('export', '', 'writes the whole graph to stdout'),
    entry('viz', '', 'draws the graph in the terminal'),
    entry('stats', '', 'counts tasks, agents, times and tokens'),
    entry('cost', '', 'shows what was spent, and of which budget'),
    entry('routing', '', 'shows what was learned of executors and models, and what that saved'),
    entry('forecast', '[ids...]', 'says when what is left will be finished, and what it will cost'),
  ]),
  group('Running', [
    entry('run', '[file]', 'gets the graph done here, until nothing can move any more'),
    entry('wait', '[ids...]', 'waits until tasks are at rest'),
    entry(
      'mcp',
      '',
      'serves the yard as tools of the Model Context Protocol, over stdin and stdout',
    ),
    entry('watch', '', 'prints the journal as JSON lines, as it grows'),
  ]),
  group('Changes', [
    entry('diff', '<id>', 'shows what a task has changed in git'),
    entry(
      'merge',
      '[id]',
      "brings a task's result onto its target branch, and waits until it is there",
    ),
    entry('worktree', '', "lists the tasks' worktrees, or removes some"),
  ]),
  group('Service', [
    entry(
      'service',
      '',
      'starts, stops and asks the host in the background; alone it says how it is',
    ),
    entry(
      'page',
      '',
      'prints a fresh address of the page of the host that runs, or shows and ends page sessions',
    ),
    entry(
      'welcome',
      '',
      'shows the page where no yard is open: recent yards, a folder to open, the example',
    ),
    entry('serve', '', "is the same host in the foreground, and prints its page's address"),
  ]),
  group('Agents', [
    entry('agents', '', 'lists agents'),
    entry('output', '<agent|id>', 'prints what an agent said and did'),
    entry('kill', '[ids...]', 'ends agents with all their processes; their tasks reopen paused'),
    entry('deadAgents', '', 'looks for agents whose processes are gone'),
    entry(
      'claim',
      '<id>',
      'takes a ready task of an external or manual executor, for another orchestrator',
    ),
    entry('heartbeat', '<agent>', 'says that an agent lives, and keeps its claim'),
    entry('pilot', '<id>', 'opens an agent CLI on a task in this terminal, for you to drive'),
    entry('letGo', '<id>', 'releases a task that was claimed or piloted'),
  ]),
  group('Judgement', [
    entry('evaluators', '', 'says who judges results, and how far from people'),
    entry('triage', '<agent>', 'asks a model what becomes of the task of a dead or silent agent'),
    entry('identity', '', 'shows who agents can be asked to be, and how they did; alone it lists'),
  ]),
  group('Configuration', [
    entry('config', '[key] [value]', 'shows and changes the configuration'),
    entry('model', '', 'shows and changes the registry of models; alone it lists'),
    entry('executors', '', 'lists the executors, and whether each can run here'),
  ]),
  group('Help', [
    entry('help', '[command...]', 'explains a command'),
    entry('completion', '<shell>', 'prints a script that completes words in your shell'),
  ]),
]

function group(title: string, commands: readonly CommandEntry[]): CommandGroup {
  return { title, commands }
}

/** `usage`: the arguments of the command, as it declares them. */
function entry(key: keyof typeof LOADERS, usage: string, summary: string): CommandEntry {
  const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return { name, usage, summary, load: LOADERS[key] }
}
