/** All commands, in the order in which help shows them: what the overview says of each, and the module that holds it. */
import type { CommandBody, CommandEntry, CommandGroup } from './spec/define.ts'

const yard = () => import('./commands/yard/yard.ts')
const adding = () => import('./commands/tasks/add.ts')
const transitions = () => import('./commands/tasks/transitions.ts')
const reports = () => import('./commands/tasks/report.ts')
const log = () => import('./commands/tasks/log.ts')
const lists = () => import('./commands/graph/list.ts')
const files = () => import('./commands/graph/import.ts')
const figures = () => import('./commands/graph/figures.ts')
const run = () => import('./commands/run/run.ts')
const wait = () => import('./commands/run/wait.ts')
const mcp = () => import('./commands/run/mcp.ts')
const watch = () => import('./commands/run/watch.ts')
const changes = () => import('./commands/changes.ts')
const service = () => import('./commands/service/service.ts')
const page = () => import('./commands/service/page.ts')
const agents = () => import('./commands/agents/agents.ts')
const output = () => import('./commands/agents/output.ts')
const pilot = () => import('./commands/agents/pilot.ts')
const config = () => import('./commands/config/config.ts')
const models = () => import('./commands/config/model.ts')
const help = () => import('./commands/help.ts')

export const commandGroups: readonly CommandGroup[] = [
  group('Yard', [
    entry(yard, 'init', 'makes a yard in this folder; a second time changes nothing'),
    entry(
      yard,
      'trust',
      'shows what a yard that was not made here would run and read, and confirms it',
    ),
    entry(yard, 'backup', "copies the yard's database into your data folder and prints where"),
    entry(
      yard,
      'restore [file]',
      'puts a backup in the place of the database; the old one is kept beside it',
    ),
  ]),
  group('Tasks', [
    entry(adding, 'add <title>', 'adds a task and prints its id'),
    entry(adding, 'edit <id>', 'changes a task'),
    entry(transitions, 'publish <ids...>', 'releases drafts and all drafts that wait for them'),
    entry(transitions, 'pause <ids...>', 'holds tasks back; one that runs is let finish'),
    entry(transitions, 'resume [ids...]', 'releases tasks that were paused, or drafts'),
    entry(reports, 'done <id>', 'says that a task is done'),
    entry(reports, 'fail <id>', 'says that a task has failed'),
    entry(
      reports,
      'ask <id> <question>',
      'lets an agent ask a person about its own task, which waits for the answer',
    ),
    entry(
      reports,
      'answer <id> <text>',
      'answers what the agent of a task asked, and lets the task go on',
    ),
    entry(transitions, 'retry <ids...>', 'opens failed tasks for another try'),
    entry(transitions, 'reopen <id>', 'opens a task that was done or abandoned'),
    entry(
      transitions,
      'abandon <ids...>',
      'gives tasks up, ends their agents, and lets those that wait for them go on',
    ),
    entry(
      transitions,
      'remove <id>',
      'removes a task that never had an agent and that nothing waits for',
    ),
    entry(log, 'log <id> [text]', "writes a line into a task's timeline, or shows the timeline"),
    entry(log, 'artifact <id> <paths...>', 'keeps files as results of a task'),
    entry(
      transitions,
      'schedule',
      'shows what fires next, leaves one out, or starts one now; alone it lists',
    ),
  ]),
  group('Graph', [
    entry(lists, 'list', 'lists tasks'),
    entry(lists, 'show <id>', 'shows all about a task'),
    entry(lists, 'ready', 'lists the tasks that can start now'),
    entry(lists, 'blocked', 'lists the tasks that wait for others'),
    entry(lists, 'why <id>', 'says what a task waits for, or why it ended as it did'),
    entry(files, 'import <file>', 'adds the tasks of a graph file: all of them, or none'),
    entry(files, 'export', 'writes the whole graph to stdout'),
    entry(figures, 'viz', 'draws the graph in the terminal'),
    entry(figures, 'stats', 'counts tasks, agents, times and tokens'),
    entry(figures, 'cost', 'shows what was spent, and of which budget'),
  ]),
  group('Running', [
    entry(run, 'run [file]', 'gets the graph done here, until nothing can move any more'),
    entry(wait, 'wait [ids...]', 'waits until tasks are at rest'),
    entry(
      mcp,
      'mcp',
      'serves the yard as tools of the Model Context Protocol, over stdin and stdout',
    ),
    entry(watch, 'watch', 'prints the journal as JSON lines, as it grows'),
  ]),
  group('Changes', [
    entry(changes, 'diff <id>', 'shows what a task has changed in git'),
    entry(
      changes,
      'merge [id]',
      "brings a task's result onto its target branch, and waits until it is there",
    ),
    entry(changes, 'worktree', "lists the tasks' worktrees, or removes some"),
  ]),
  group('Service', [
    entry(
      service,
      'service',
      'starts, stops and asks the host in the background; alone it says how it is',
    ),
    entry(
      page,
      'page',
      'prints a fresh address of the page of the host that runs, or shows and ends page sessions',
    ),
    entry(
      page,
      'welcome',
      'shows the page where no yard is open: recent yards, a folder to open, the example',
    ),
    entry(page, 'serve', "is the same host in the foreground, and prints its page's address"),
  ]),
  group('Agents', [
    entry(agents, 'agents', 'lists agents'),
    entry(output, 'output <agent|id>', 'prints what an agent said and did'),
    entry(
      agents,
      'kill [ids...]',
      'ends agents with all their processes; their tasks reopen paused',
    ),
    entry(agents, 'dead-agents', 'looks for agents whose processes are gone'),
    entry(
      agents,
      'claim <id>',
      'takes a ready task of an external or manual executor, for another orchestrator',
    ),
    entry(agents, 'heartbeat <agent>', 'says that an agent lives, and keeps its claim'),
    entry(pilot, 'pilot <id>', 'opens an agent CLI on a task in this terminal, for you to drive'),
    entry(agents, 'let-go <id>', 'releases a task that was claimed or piloted'),
  ]),
  group('Configuration', [
    entry(config, 'config [key] [value]', 'shows and changes the configuration'),
    entry(models, 'model', 'shows and changes the registry of models; alone it lists'),
    entry(models, 'executors', 'lists the executors, and whether each can run here'),
  ]),
  group('Help', [
    entry(help, 'help [command...]', 'explains a command'),
    entry(help, 'completion <shell>', 'prints a script that completes words in your shell'),
  ]),
]

function group(title: string, commands: readonly CommandEntry[]): CommandGroup {
  return { title, commands }
}

/** `synopsis`: the name under which the module exports it, and its arguments as it declares them. */
function entry<const Synopsis extends string>(
  module: () => Promise<Readonly<Record<FirstWord<NoInfer<Synopsis>>, CommandBody>>>,
  synopsis: Synopsis,
  summary: string,
): CommandEntry {
  const [name = '', ...usage] = synopsis.split(' ')
  const load = async () => (await module())[name as FirstWord<Synopsis>]
  return { name, usage: usage.join(' '), summary, load }
}

type FirstWord<Text extends string> = Text extends `${infer First} ${string}` ? First : Text
