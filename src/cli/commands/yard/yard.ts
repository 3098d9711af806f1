import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { err } from '../../../base/result.ts'
import { findYard, isWithin, userPaths, type YardPaths } from '../../../config/paths.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { askYard, refuseAgent, yardOfPerson } from '../../connect/connect.ts'
import { whoHolds } from '../../connect/owner.ts'
import { argument, type Cli, defineCommand, option, printed } from '../../spec/define.ts'
import { createInterface } from 'node:readline/promises'
import type { RefusedSetting } from '../../../yard/git/plan-git-guard.ts'
import type { TrustShown } from '../../../yard/access/trust.ts'
import { oneLine } from '../../text/print.ts'
import { reloadOwner } from '../config/change-config.ts'

export const init = defineCommand({
  examples: ['yard init', 'yard init --dir ~/projects/shop'],
  notes: [
    'Writes .yard/ with a commented config.toml, and a line in .git/info/exclude where the folder is in a git repository.',
  ],
  async handler(cli) {
    const allowed = refuseAgent(cli, 'make a yard')
    if (!allowed.ok) return allowed
    const { machine, print } = cli
    const folder = resolve(machine.cwd, cli.dir ?? (machine.env.YARD_DIR || '.'))
    const main = mainYardOf(folder, machine.env)
    if (main !== null) {
      const config = join(main, '.yard', 'config.toml')
      const reply = { root: main, config, created: false, offersRestore: null }
      const text = `this is a worktree of ${main}: it uses the yard there, and none was made here`
      return printed(cli, reply, () => text)
    }
    const { initYard } = await import('../../../yard/init-yard.ts')
    const made = await initYard(folder, userPaths(machine.env).data)
    if (!made.ok) return made
    const { paths, created, offersRestore } = made.value
    return printed(cli, { root: paths.root, config: paths.config, created, offersRestore }, () => {
      print.line(created ? `a new yard in ${paths.root}` : `${paths.root} is a yard already`)
      if (created) print.line(`its configuration: ${paths.config}`)
      const above = created ? yardAbove(paths.root, machine.env) : null
      if (above !== null)
        print.line(`it lies in the yard of ${above}: commands below this folder use the new one`)
      if (offersRestore !== null)
        print.line(
          `there is a backup of an earlier yard of this folder: yard restore ${offersRestore}`,
        )
    })
  },
})

function yardAbove(root: string, env: NodeJS.ProcessEnv): string | null {
  const { YARD_DIR: _, ...rest } = env
  const found = findYard(dirname(root), rest)
  return found.ok && found.value.root !== root ? found.value.root : null
}

/** The main checkout's yard, which a linked worktree uses whatever lies in the worktree; null anywhere else. */
function mainYardOf(folder: string, env: NodeJS.ProcessEnv): string | null {
  const { YARD_DIR: _, ...rest } = env
  const found = existsSync(join(folder, '.git')) ? findYard(folder, rest) : null
  return found?.ok && !isWithin(found.value.root, folder) ? found.value.root : null
}

export const backup = defineCommand({
  handler: (cli) =>
    askYard(
      cli,
      (client) => client.service.backup(),
      ({ path }) => path,
    ),
})

export const restore = defineCommand({
  arguments: { file: argument('[file]', 'the backup (else the newest)') },
  options: { killAgents: option('--kill-agents', 'ends the agents that are still at work') },
  notes: [
    'Nothing may hold the yard meanwhile: stop the service first.',
    'Refused while agents are at work, which the backup may know nothing of, and for a file that is no database of a yard.',
    'Tasks that agents worked on since the backup, and that are open in it, are named: they start again.',
  ],
  examples: ['yard service stop && yard restore', 'yard restore --kill-agents'],
  async handler(cli, { file, killAgents }) {
    const { machine, print } = cli
    const paths = yardOfPerson(cli, 'restore a backup')
    if (!paths.ok) return paths
    const { restoreBackup } = await import('../../../yard/backup/backups.ts')
    const { data: dataFolder } = userPaths(machine.env)
    const options = { paths: paths.value, dataFolder, at: Date.now(), killAgents }
    const path = file === undefined ? null : resolve(machine.cwd, file)
    const restored = await restoreBackup(options, path)
    if (!restored.ok)
      return restored.error.kind === 'locked' ? err(await heldBy(paths.value)) : restored
    const { from, aside, ended, again } = restored.value
    return printed(cli, restored.value, () => {
      if (ended.length > 0) print.line(`ended ${ended.join(', ')}`)
      print.line(`restored ${from}`)
      if (aside !== null) print.line(`what was there before is kept as ${aside}`)
      if (again.length > 0)
        print.line(
          `worked on since that backup, and open again in it: ${again.join(', ')}; yard pause ID holds one back before the yard runs`,
        )
    })
  },
})

/** Names the holder of the yard, and how to release it. */
async function heldBy(paths: YardPaths): Promise<Failure> {
  const holder = await whoHolds(paths)
  if (holder === null)
    return failure('locked', 'another command has this yard open', {
      hint: 'try again in a moment',
    })
  const { pid, host } = holder
  const [what, hint] = HOLDERS[host]
  return failure('locked', `${what} (pid ${pid}) has this yard open`, {
    hint,
    facts: { pid, host },
  })
}

const HOLDERS = {
  service: ['its service', 'yard service stop, then restore'],
  app: ['the app', 'quit it, then restore'],
  run: ['a run in a terminal', 'end it there with ^C, then restore'],
  command: ['a yard merge', 'wait until it has ended, then restore'],
} as const

export const trust = defineCommand({
  options: { yes: option('--yes', 'confirms without asking') },
  notes: [
    'In a trusted yard it shows the git settings that came or changed while agents worked, which the yard does not use, and accepts them.',
  ],
  examples: ['yard trust', 'yard trust --yes'],
  async handler(cli, { yes }) {
    const { machine, print } = cli
    const found = yardOfPerson(cli, 'trust a yard')
    if (!found.ok) return found
    const paths = found.value
    const user = userPaths(machine.env)
    const { loadConfig } = await import('../../../config/load.ts')
    const { confirmTrust, describeTrust, isTrusted } = await import('../../../yard/access/trust.ts')
    const guard = await import('../../../yard/git/plan-git-guard.ts')
    const config = loadConfig({
      globalFile: user.config,
      projectFile: paths.config,
      env: machine.env,
    })
    if (!config.ok) return config
    const yard = { paths, dataFolder: user.data }
    const wasTrusted = isTrusted(yard)
    const gitSettings = guard.refusedGitSettings(paths)
    const shown = {
      root: paths.root,
      ...describeTrust(config.value.settings, paths),
      gitSettings,
    }
    if (!print.isJson) printShown(cli, shown)
    const isAsked = !wasTrusted || gitSettings.length > 0
    if (isAsked && !yes && !(await confirms(cli, wasTrusted)))
      return err(wasTrusted ? settingsRefused : notConfirmed(paths.root))
    if (gitSettings.length > 0) guard.acceptGitSettings(paths, gitSettings)
    if (!wasTrusted) {
      confirmTrust(yard)
      await reloadOwner(cli)
    }
    return printed(cli, { ...shown, trusted: true }, () =>
      print.line(trustedLine(shown, wasTrusted)),
    )
  },
})

const trustedLine = ({ gitSettings }: Shown, wasTrusted: boolean): string => {
  const settings = gitSettings.length === 0 ? '' : ', and git uses these settings for it'
  return `this yard is trusted ${wasTrusted ? 'already' : 'now'}${settings}`
}

interface Shown extends TrustShown {
  readonly root: string
  readonly gitSettings: readonly RefusedSetting[]
}

function printShown(cli: Cli, shown: Shown): void {
  const { print } = cli
  print.line(`The yard in ${shown.root} can run these executors:`)
  for (const executor of shown.executors) print.line(`  ${oneLine(executor)}`)
  if (shown.settings.length > 0) print.line('Its settings say:')
  for (const setting of shown.settings) print.line(`  ${oneLine(setting)}`)
  if (shown.lines.length > 0) print.line('Its tasks run these lines:')
  for (const { task, kind, line } of shown.lines.slice(0, SHOWN_LINES))
    print.line(`  ${task} (${kind}): ${oneLine(line)}`)
  if (shown.lines.length > SHOWN_LINES)
    print.line(`  and ${shown.lines.length - SHOWN_LINES} more; yard trust --json shows all`)
  const { variables } = shown
  print.line(
    variables.length === 0
      ? 'They name no variables of your environment.'
      : `They read these variables of your environment: ${variables.map(oneLine).join(', ')}`,
  )
  printGitSettings(cli, shown.gitSettings)
}

const SHOWN_LINES = 50

function printGitSettings({ print }: Cli, settings: readonly RefusedSetting[]): void {
  if (settings.length === 0) return
  print.line('Git settings that came or changed while agents worked, which the yard does not use:')
  for (const { repository, key, values } of settings)
    print.line(
      oneLine(
        `  ${key} = ${values.length === 0 ? '(removed)' : values.join(', ')} (${repository})`,
      ),
    )
}

async function confirms({ machine, print }: Cli, wasTrusted: boolean): Promise<boolean> {
  if (print.isJson || machine.stdin.isTTY !== true) return false
  const question = wasTrusted ? 'Use these git settings? [y/N] ' : 'Trust this yard? [y/N] '
  const terminal = createInterface({ input: machine.stdin, output: machine.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim())
  } finally {
    terminal.close()
  }
}

const settingsRefused = {
  kind: 'untrusted',
  message: 'the git settings were not confirmed, so the yard goes on without them',
  hint: 'take them away with `git config --unset KEY`, or accept them with `yard trust --yes`',
} as const

const notConfirmed = (root: string) =>
  ({
    kind: 'untrusted',
    message: `the yard in ${root} was not confirmed`,
    hint: 'look at the list and run `yard trust --yes`',
  }) as const
