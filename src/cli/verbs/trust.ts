import { createInterface } from 'node:readline/promises'
import { err, ok } from '../../base/result.ts'
import { loadConfig } from '../../config/load.ts'
import { findYard, userPaths } from '../../config/paths.ts'
import {
  acceptGitSettings,
  refusedGitSettings,
  type RefusedSetting,
} from '../../yard/plan-git-guard.ts'
import { confirmTrust, describeTrust, isTrusted, type TrustShown } from '../../yard/trust.ts'
import type { Cli, Outcome } from '../cli.ts'
import { refuseAgent } from '../refuse-agent.ts'
import { tellOwner } from '../tell-owner.ts'
import { oneLine } from '../table.ts'
import type { Words } from '../words.ts'

export async function trust(cli: Cli, words: Words): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'trust a yard')
  if (!allowed.ok) return allowed
  const { machine, print } = cli
  const found = findYard(machine.cwd, machine.env, cli.dir)
  if (!found.ok) return found
  const paths = found.value
  const place = { paths, dataFolder: userPaths(machine.env).data }
  const user = userPaths(machine.env)
  const config = loadConfig({
    globalFile: user.config,
    projectFile: paths.config,
    env: machine.env,
  })
  if (!config.ok) return config
  const shown = describeTrust(config.value.settings, paths)
  const wasTrusted = isTrusted(place)
  const gitSettings = refusedGitSettings(paths)
  const told = { root: paths.root, ...shown, gitSettings }
  if (!print.isJson) printShown(cli, told)
  const isAsked = !wasTrusted || gitSettings.length > 0
  if (isAsked && !(await isConfirmed(cli, words, wasTrusted)))
    return err(wasTrusted ? settingsRefused : notConfirmed(paths.root))
  if (gitSettings.length > 0) acceptGitSettings(paths, gitSettings)
  if (!wasTrusted) {
    confirmTrust(place)
    await tellOwner(cli)
  }
  print.result({ ...told, trusted: true }, () =>
    print.line(`this yard is trusted ${whenOf(told, wasTrusted)}`),
  )
  return ok(0)
}

const whenOf = ({ gitSettings }: Shown, wasTrusted: boolean): string =>
  `${wasTrusted ? 'already' : 'now'}${gitSettings.length === 0 ? '' : ', and git uses these settings for it'}`

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

function isConfirmed(cli: Cli, words: Words, wasTrusted: boolean): Promise<boolean> {
  if (words.flag('yes') === true) return Promise.resolve(true)
  return confirms(cli, wasTrusted ? 'Use these git settings? [y/N] ' : 'Trust this yard? [y/N] ')
}

async function confirms({ machine, print }: Cli, question: string): Promise<boolean> {
  if (print.isJson || machine.stdin.isTTY !== true) return false
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
