import { createInterface } from 'node:readline/promises'
import type { RefusedSetting } from '../../../yard/git/plan-git-guard.ts'
import { err, ok } from '../../../base/result.ts'
import { userPaths } from '../../../config/paths.ts'
import type { TrustShown } from '../../../yard/access/trust.ts'
import { yardOfPerson } from '../../connect/connect.ts'
import { defineCommand, option, type Cli } from '../../spec/define.ts'
import { oneLine } from '../../text/table.ts'
import { reloadOwner } from '../config/change-config.ts'

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
    print.result({ ...shown, trusted: true }, () => print.line(trustedLine(shown, wasTrusted)))
    return ok(0)
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
