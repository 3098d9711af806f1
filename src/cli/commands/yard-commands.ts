import { arg, opt, type CommandSpec } from '../command-spec.ts'

export const yardCommands: readonly CommandSpec[] = [
  {
    name: 'init',
    does: 'makes a yard in this folder; a second time changes nothing',
    run: async () => (await import('../verbs/init.ts')).init,
    examples: ['yard init', 'yard init --dir ~/projects/shop'],
    notes: [
      'Writes .yard/ with a commented config.toml, and a line in .git/info/exclude where the folder is in a git repository.',
    ],
  },
  {
    name: 'trust',
    does: 'shows what a yard that was not made here would run and read, and confirms it',
    options: [opt('--yes', 'confirms without asking')],
    run: async () => (await import('../verbs/trust.ts')).trust,
    notes: [
      'In a trusted yard it shows the git settings that came or changed while agents worked, which the yard does not use, and accepts them.',
    ],
    examples: ['yard trust', 'yard trust --yes'],
  },
  {
    name: 'backup',
    does: "copies the yard's database into your data folder and prints where",
    run: async () => (await import('../verbs/backup.ts')).backup,
  },
  {
    name: 'restore',
    does: 'puts a backup in the place of the database; the old one is kept beside it',
    args: [arg('[file]', 'the backup (else the newest)')],
    options: [opt('--kill-agents', 'ends the agents that are still at work')],
    run: async () => (await import('../verbs/backup.ts')).restore,
    notes: [
      'Nothing may hold the yard meanwhile: stop the service first.',
      'Refused while agents are at work, which the backup may know nothing of, and for a file that is no database of a yard.',
      'Tasks that agents worked on since the backup, and that are open in it, are named: they start again.',
    ],
    examples: ['yard service stop && yard restore', 'yard restore --kill-agents'],
  },
]
