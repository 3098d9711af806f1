import { ROLES } from '../../domain/roles.ts'
import { arg, must, opt, type CommandSpec } from '../command-spec.ts'
import { dollars, whole } from '../values.ts'

export const configCommands: readonly CommandSpec[] = [
  {
    name: 'config',
    does: 'shows and changes the configuration',
    args: [arg('[key]', 'such as coordinator.max_agents'), arg('[value]', 'its new value')],
    options: [
      opt('--list', 'every key with its value and where that comes from'),
      opt('--unset <key>', 'takes a value out of the file'),
      opt('--max-agents <n>', 'sets coordinator.max_agents'),
      opt('--model <name>', 'sets coordinator.model'),
      opt('--executor <name>', 'sets coordinator.executor'),
      opt('--poll-interval <seconds>', 'sets coordinator.poll_interval'),
      opt('--global', 'for all your yards, not for this one'),
      opt('--no-reload', 'does not tell a running service'),
    ],
    run: async () => (await import('../verbs/config.ts')).config,
    notes: [
      'Beside a running service it shows what that goes by, with its own environment, and what the files say beyond that: `pending` in JSON.',
      'A change makes the service read all files anew; what else that applies is said, and has `asked: false` in JSON.',
    ],
    examples: [
      'yard config --list',
      'yard config coordinator.max_agents 8',
      'yard config --unset coordinator.model',
    ],
  },
  {
    name: 'model',
    does: 'shows and changes the registry of models; alone it lists',
    run: async () => (await import('../verbs/model.ts')).modelList,
    below: [
      {
        name: 'list',
        does: 'lists the models',
        run: async () => (await import('../verbs/model.ts')).modelList,
      },
      {
        name: 'add',
        does: 'adds a model, or replaces it',
        args: [arg('<name>', 'the name that you use')],
        options: [
          must('--provider <name>', 'who offers it'),
          must('--model-id <id>', 'what the provider calls it'),
          opt('--endpoint <url>', 'where it is asked'),
          opt('--tier <tier>', 'how strong it is, in your words'),
          opt('--cost-in <usd>', 'US dollars per million tokens of input', dollars),
          opt('--cost-out <usd>', 'US dollars per million tokens of output', dollars),
          opt('--cost-cached <usd>', 'the same of input that the provider had kept', dollars),
          opt('--price-date <date>', 'when that price was noted, such as 2026-04'),
          opt('--context <tokens>', 'tokens that one request may hold', whole(1, 1_000_000_000)),
        ],
        run: async () => (await import('../verbs/model.ts')).modelAdd,
        examples: ['yard model add fast --provider anthropic --model-id claude-haiku-4-5'],
      },
      {
        name: 'remove',
        does: 'removes a model',
        args: [arg('<name>', 'the model')],
        run: async () => (await import('../verbs/model.ts')).modelRemove,
      },
      {
        name: 'set-default',
        does: 'makes it the model of tasks that name none',
        args: [arg('<name>', 'the model')],
        run: async () => (await import('../verbs/model.ts')).modelSetDefault,
      },
      {
        name: 'set',
        does: 'gives a role of the yard’s own a model, or a tier of models',
        args: [arg('<name>', 'the model or tier')],
        options: [must('--role <role>', ROLES.join(', '))],
        run: async () => (await import('../verbs/model.ts')).modelSetRole,
        notes: [
          'Nothing uses evaluator, triage, assigner and summariser yet: their model is only noted.',
        ],
        examples: ['yard model set --role merger opus'],
      },
      {
        name: 'roles',
        does: 'lists the roles and their models',
        run: async () => (await import('../verbs/model.ts')).modelRoles,
      },
    ],
  },
  {
    name: 'executors',
    does: 'lists the executors, and whether each can run here',
    run: async () => (await import('../verbs/executors.ts')).executors,
    below: [
      {
        name: 'test',
        does: 'lets an executor take one trivial real turn, apart from the graph',
        args: [arg('<name>', 'the executor')],
        run: async () => (await import('../verbs/executors.ts')).executorsTest,
        notes: [
          'It asks the model once, so it costs what one short answer costs. 0 = it answered.',
          'You ask for it, so it runs on a paused yard too; what it used is told, and counts towards no budget.',
        ],
      },
    ],
  },
]
