import { arg, type CommandSpec } from '../command-spec.ts'

export const wordCommands: readonly CommandSpec[] = [
  {
    name: 'help',
    does: 'explains a command',
    args: [arg('[command...]', 'such as add, or service start')],
    run: async () => (await import('../verbs/help.ts')).help,
    examples: ['yard help add', 'yard help service start'],
  },
  {
    name: 'completion',
    does: 'prints a script that completes words in your shell',
    args: [arg('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish'])],
    run: async () => (await import('../verbs/completion.ts')).completion,
    examples: [
      'source <(yard completion bash)',
      'yard completion fish > ~/.config/fish/completions/yard.fish',
    ],
  },
]
