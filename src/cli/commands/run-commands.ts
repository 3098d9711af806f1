import { arg, opt, type CommandSpec } from '../command-spec.ts'
import { timeout, whole } from '../values.ts'
import { idsArgument } from './task-commands.ts'

export const runCommands: readonly CommandSpec[] = [
  {
    name: 'run',
    does: 'gets the graph done here, until nothing can move any more',
    args: [arg('[file]', 'a graph file to import first; - reads stdin')],
    run: async () => (await import('../verbs/run.ts')).run,
    notes: [
      'Ends with 0 when every task is done, with 1 when some failed or can never run.',
      'Beside a service it joins that. The first ^C starts no new agent and waits for those that run, the second ends them.',
    ],
    examples: ['yard run', 'yard run graph.toml'],
  },
  {
    name: 'wait',
    does: 'waits until tasks are at rest',
    args: [idsArgument()],
    options: [opt('--timeout <duration>', 'gives up after so long', timeout)],
    run: async () => (await import('../verbs/wait.ts')).wait,
    notes: ['Ends with 0 when they are all done, with 1 when some failed or can never run.'],
    examples: ['yard wait build test --timeout 30m'],
  },
  {
    name: 'mcp',
    does: 'serves the yard as tools of the Model Context Protocol, over stdin and stdout',
    run: async () => (await import('../verbs/mcp.ts')).mcp,
    notes: [
      'A program starts it: an assistant of yours, or the CLI of an agent, which is given only what an agent may do about its own task.',
    ],
    examples: ['claude mcp add yard -- yard mcp --dir ~/projects/site'],
  },
  {
    name: 'watch',
    does: 'prints the journal as JSON lines, as it grows',
    options: [opt('--since <seq>', 'from after this sequence number', whole(0, 1e15))],
    run: async () => (await import('../verbs/watch.ts')).watch,
    notes: ['Without --since it begins now; --since 0 begins at the first line.'],
  },
]
