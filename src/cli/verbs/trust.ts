import { createInterface } from 'node:readline/promises'
import { err, ok } from '../../base/result.ts'
import { loadConfig } from '../../config/load.ts'
import { findYard, userPaths } from '../../config/paths.ts'
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
  const told = { root: paths.root, ...shown }
  if (!print.isJson) printShown(cli, told)
  if (!wasTrusted) {
    const isSure = words.flag('yes') === true || (await confirms(cli))
    if (!isSure) return err(notConfirmed(paths.root))
    confirmTrust(place)
    await tellOwner(cli)
  }
  print.result({ ...told, trusted: true }, () =>
    print.line(wasTrusted ? 'this yard is trusted already' : 'this yard is trusted now'),
  )
  return ok(0)
}

function printShown({ print }: Cli, shown: TrustShown & { readonly root: string }): void {
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
}

const SHOWN_LINES = 50

async function confirms({ machine, print }: Cli): Promise<boolean> {
  if (print.isJson || machine.stdin.isTTY !== true) return false
  const terminal = createInterface({ input: machine.stdin, output: machine.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question('Trust this yard? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

const notConfirmed = (root: string) =>
  ({
    kind: 'untrusted',
    message: `the yard in ${root} was not confirmed`,
    hint: 'look at the list and run `yard trust --yes`',
  }) as const
