import { arg, opt, type CommandSpec } from '../command-spec.ts'
import { someIds, taskId } from '../values.ts'

export const agentCommands: readonly CommandSpec[] = [
  {
    name: 'agents',
    does: 'lists agents',
    options: [
      opt('--alive', 'only those that have not ended').conflicts(['dead', 'working']),
      opt('--dead', 'only those that have ended').conflicts(['working']),
      opt('--working', 'only those that have been heard'),
      opt('--task <id>', 'only of this task', taskId),
    ],
    run: async () => (await import('../verbs/agents.ts')).agents,
  },
  {
    name: 'output',
    does: 'prints what an agent said and did',
    args: [arg('<agent|id>', 'such as agent-7, or a task: its latest try', taskId)],
    options: [
      opt('-f, --follow', 'goes on until the agent ends'),
      opt('--raw', 'as its program wrote it: to a pipe or file byte for byte'),
      opt('--stream <name>', 'one of stdout, stderr').choices(['stdout', 'stderr']),
    ],
    notes: [
      'A shell or command task has one stream, as a terminal would show it. An agent CLI has two: lines of its stderr are marked and stand where they came.',
    ],
    run: async () => (await import('../verbs/output.ts')).output,
  },
  {
    name: 'kill',
    does: 'ends agents with all their processes; their tasks reopen paused',
    args: [arg('[ids...]', 'such as agent-7, or tasks: the agents at work on them', someIds)],
    options: [
      opt('--all', 'every agent'),
      opt('--force', 'at once, without asking politely'),
      opt('--redispatch', 'lets the tasks start again at once'),
    ],
    run: async () => (await import('../verbs/kill.ts')).kill,
    examples: ['yard kill agent-7', 'yard kill build test --redispatch', 'yard kill --all --force'],
  },
  {
    name: 'dead-agents',
    does: 'looks for agents whose processes are gone',
    options: [
      opt('--cleanup', 'settles them').conflicts('purge'),
      opt('--purge', 'settles them, and forgets ended agents with their output'),
    ],
    run: async () => (await import('../verbs/agents.ts')).deadAgents,
  },
]
