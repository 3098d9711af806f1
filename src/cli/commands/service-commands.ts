import { opt, type CommandSpec } from '../command-spec.ts'
import { each, interval, whole } from '../values.ts'

const flags = () => [
  opt('--max-agents <n>', 'at most so many agents at once', whole(0, 1000)),
  opt('--model <name>', 'the model of tasks that name none'),
  opt('--executor <name>', 'the executor of tasks that name none'),
  opt('--interval <seconds>', 'seconds between looks at everything', interval),
]
const portOption = () =>
  opt('--port <port>', 'listens there (else on the port of last time)', whole(0, 65_535))

const yardOption = () =>
  opt('--yard <folder>', 'the folder of a yard; again for each of several in one process', each)

export const serviceCommands: readonly CommandSpec[] = [
  {
    name: 'service',
    does: 'starts, stops and asks the host in the background; alone it says how it is',
    run: async () => (await import('../verbs/service-status.ts')).serviceStatus,
    below: [
      {
        name: 'start',
        does: 'starts it and returns when it answers',
        options: [yardOption(), ...flags(), portOption()],
        run: async () => (await import('../verbs/service-start.ts')).serviceStart,
        notes: [
          'The options hold until it ends or is reloaded without them.',
          'Several yards share the process and nothing else. None is started unless all can be; one that ends later ends alone.',
        ],
      },
      {
        name: 'stop',
        does: 'stops it; agents go on and are taken up again by the next one',
        options: [
          opt('--kill-agents', 'ends the agents, too; with --all those of every yard it stops'),
          opt('--all', 'stops all yards of its process, not this one alone'),
        ],
        run: async () => (await import('../verbs/service-stop.ts')).serviceStop,
      },
      {
        name: 'restart',
        does: 'stops its process and starts it anew with the same yards; agents go on',
        run: async () => (await import('../verbs/service-stop.ts')).serviceRestart,
      },
      {
        name: 'status',
        does: 'says how it is',
        run: async () => (await import('../verbs/service-status.ts')).serviceStatus,
      },
      {
        name: 'reload',
        does: 'applies the configuration files, and these options instead of earlier ones',
        options: flags(),
        run: async () => (await import('../verbs/service-control.ts')).serviceReload,
      },
      {
        name: 'pause',
        does: 'starts no new agent from now on, also after a restart',
        run: async () => (await import('../verbs/service-control.ts')).servicePause,
      },
      {
        name: 'resume',
        does: 'starts agents again',
        run: async () => (await import('../verbs/service-control.ts')).serviceResume,
      },
      {
        name: 'install',
        does: 'lets the system start it: a systemd user unit, a launchd agent or a Windows task',
        options: [yardOption(), opt('--print', 'only shows what would be written')],
        run: async () => (await import('../verbs/service-install.ts')).serviceInstall,
      },
      {
        name: 'logs',
        does: 'prints its log',
        options: [opt('-f, --follow', 'goes on as it grows')],
        run: async () => (await import('../verbs/service-logs.ts')).serviceLogs,
      },
    ],
    examples: [
      'yard service start --max-agents 8',
      'yard service start --yard ~/site --yard ~/shop',
      'yard service status --json',
    ],
  },
  {
    name: 'page',
    does: 'prints a fresh address of the page of the host that runs, or shows and ends page sessions',
    options: [
      opt('--open', 'opens it in a browser'),
      opt('--list', 'the browsers that may use the page'),
      opt(
        '--revoke <id>',
        'ends the session of one, or of `all`; pages that are open in it are cut off',
      ),
    ],
    run: async () => (await import('../verbs/page.ts')).page,
    notes: [
      'An address is good once, for ten minutes. The browser that opens it has a session of 30 days, in all its tabs.',
      'Deleting `.yard/service/secret` while nothing runs ends all sessions, and makes every token void.',
    ],
    examples: ['yard page --open', 'yard page --list', 'yard page --revoke all'],
  },
  {
    name: 'welcome',
    does: 'shows the page where no yard is open: recent yards, a folder to open, the example',
    options: [opt('--open', 'opens it in a browser')],
    run: async () => (await import('../verbs/welcome.ts')).welcome,
    notes: [
      'A yard that is opened there gets a service of its own. This one ends when a yard was opened and no page has been connected for a minute.',
    ],
  },
  {
    name: 'serve',
    does: "is the same host in the foreground, and prints its page's address",
    options: [
      yardOption(),
      portOption(),
      opt('--host <address>', 'listens on this address (else 127.0.0.1)'),
      opt('--open', 'opens the page in a browser'),
    ],
    run: async () => (await import('../verbs/serve.ts')).serve,
    notes: ['The first ^C starts no new agent and waits for those that run, the second ends them.'],
  },
]
