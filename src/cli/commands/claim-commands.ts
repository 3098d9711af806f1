import { arg, must, opt, type CommandSpec } from '../command-spec.ts'
import { agentId, interval, taskId } from '../values.ts'

export const claimCommands: readonly CommandSpec[] = [
  {
    name: 'claim',
    does: 'takes a ready task of an external or manual executor, for another orchestrator',
    args: [arg('<id>', 'the task', taskId)],
    options: [
      must('--as <name>', 'who takes it'),
      opt('--lease <time>', 'how long it is theirs without a heartbeat (default: 30s)', interval),
    ],
    run: async () => (await import('../verbs/claim.ts')).claim,
    notes: [
      'With --json it prints {agent, task, generation, token, leaseUntil}; the token is good for this task while the claim holds.',
      'A claim that runs out opens the task again; what its holder says of it later is refused (exit 4).',
    ],
    examples: ['yard claim review --as n8n --lease 5m --json', 'yard heartbeat agent-7'],
  },
  {
    name: 'heartbeat',
    does: 'says that an agent lives, and keeps its claim',
    args: [arg('<agent>', 'such as agent-7', agentId)],
    run: async () => (await import('../verbs/claim.ts')).heartbeat,
  },
  {
    name: 'pilot',
    does: 'opens an agent CLI on a task in this terminal, for you to drive',
    args: [arg('<id>', 'the task', taskId)],
    options: [
      opt('--executor <name>', "whose CLI (default: the task's own, or the yard's)"),
      opt('--done', 'says that it is done when the CLI ends, and does not ask').conflicts([
        'fail',
        'back',
      ]),
      opt('--fail <reason>', 'says that it failed, and does not ask').conflicts(['back']),
      opt('--back', 'gives it back, and does not ask'),
    ],
    run: async () => (await import('../verbs/pilot.ts')).pilot,
    notes: [
      'It works where an agent of the yard would: in the worktree of its task, with what the task builds on, and in its earlier conversation.',
      'When the CLI ends you are asked what became of the task; done is checked like any work. A task that is given back is open again.',
      'Ends with 0, or with 1 when the task has failed. A paused task or a paused yard can be piloted all the same.',
    ],
    examples: ['yard pilot build', 'yard pilot build --executor codex'],
  },
  {
    name: 'let-go',
    does: 'gives a task back that was claimed, piloted or taken in hand',
    args: [arg('<id>', 'the task', taskId)],
    run: async () => (await import('../verbs/claim.ts')).letGo,
  },
]
