import { arg, oneOf, opt, type CommandSpec } from '../command-spec.ts'
import { taskId, whole } from '../values.ts'
import { limitOption } from './task-commands.ts'

const id = () => arg('<id>', 'the task', taskId)

export const graphCommands: readonly CommandSpec[] = [
  {
    name: 'list',
    does: 'lists tasks',
    options: [
      opt('--status <list>', 'only these statuses or states, with commas between'),
      opt('--tag <tag>', 'only with this tag'),
      limitOption(),
    ],
    run: async () => (await import('../verbs/list.ts')).list,
    examples: ['yard list --status ready,in-progress', 'yard list --tag release --json'],
  },
  {
    name: 'show',
    does: 'shows all about a task',
    args: [id()],
    run: async () => (await import('../verbs/show.ts')).show,
  },
  {
    name: 'ready',
    does: 'lists the tasks that can start now',
    run: async () => (await import('../verbs/list.ts')).ready,
  },
  {
    name: 'blocked',
    does: 'lists the tasks that wait for others',
    run: async () => (await import('../verbs/list.ts')).blocked,
  },
  {
    name: 'why',
    does: 'says what a task waits for, or why it ended as it did',
    args: [id()],
    run: async () => (await import('../verbs/show.ts')).why,
  },
  {
    name: 'import',
    does: 'adds the tasks of a graph file: all of them, or none',
    args: [arg('<file>', 'TOML, JSON or JSON lines; - reads stdin')],
    run: async () => (await import('../verbs/import.ts')).importGraph,
    examples: ['yard import graph.toml', 'yard export --dir ../other | yard import -'],
  },
  {
    name: 'export',
    does: 'writes the whole graph to stdout',
    options: [
      oneOf('--format <format>', 'the form (else toml)', [
        'toml',
        'json',
        'jsonl',
        'mermaid',
        'dot',
      ]),
    ],
    run: async () => (await import('../verbs/export.ts')).exportGraph,
    examples: ['yard export > graph.toml', 'yard export --format dot | dot -Tsvg > graph.svg'],
  },
  {
    name: 'viz',
    does: 'draws the graph in the terminal',
    options: [opt('--critical-path', 'only the longest chain of what is left')],
    run: async () => (await import('../verbs/viz.ts')).viz,
  },
  {
    name: 'stats',
    does: 'counts tasks, agents, times and tokens',
    run: async () => (await import('../verbs/stats.ts')).stats,
  },
  {
    name: 'cost',
    does: 'tells what was spent, and of which budget',
    options: [
      oneOf('--by <group>', 'what is summed together (default: task)', [
        'task',
        'model',
        'executor',
        'day',
      ]),
      opt('--since <time>', 'from this moment or day on, such as 2026-03-01'),
      opt('--limit <n>', 'at most so many rows', whole(1, 100_000)),
    ],
    run: async () => (await import('../verbs/cost.ts')).cost,
    notes: [
      'NO PRICE counts tries that used tokens of which nobody knows the cost.',
      'Not told here, and in no budget: tests of executors, CLIs that you pilot, and programs that do not say what they use (copilot, kimi, command, http).',
    ],
    examples: ['yard cost --by model --since 2026-03-01'],
  },
]
