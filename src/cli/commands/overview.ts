/** `yard` alone: how the yard of this folder is, and the commands to begin with. */
import { ok } from '../../base/result.ts'
import { findYard } from '../../config/paths.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect/connect.ts'
import { printStatus } from './service/status.ts'

type Step = readonly [command: string, does: string]

const WITHOUT_YARD: readonly Step[] = [
  ['yard init', 'makes a yard in this folder'],
  ['yard executors', 'lists what can work here'],
  ['yard add "TITLE" --exec CMD', 'adds a task'],
  ['yard run', 'runs the graph to its end in this terminal'],
  ['yard help', 'lists all commands'],
]

const IN_YARD: readonly Step[] = [
  ['yard add "TITLE" --exec CMD', 'adds a task; --after ID makes it wait'],
  ['yard list', 'lists the tasks'],
  ['yard run', 'runs the graph to its end in this terminal'],
  ['yard serve --open', 'does the same with a page'],
  ['yard help', 'lists all commands'],
]

export function overview(cli: Cli): Promise<Outcome> {
  const { print, machine, version } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  const isNamed = cli.dir !== null || machine.env['YARD_DIR']
  if (!paths.ok && (isNamed || paths.error.kind !== 'no-yard')) return Promise.resolve(paths)
  if (!paths.ok) {
    print.result({ version, yard: null, status: null, commands: toJson(WITHOUT_YARD) }, () => {
      print.line(`yard ${version}: ${paths.error.message}`)
      printSteps(cli, WITHOUT_YARD)
    })
    return Promise.resolve(ok(0))
  }
  return withYard(cli, async ({ client }) => {
    const status = await client.service.status()
    const { root } = paths.value
    print.result({ version, yard: root, status, commands: toJson(IN_YARD) }, () => {
      print.line(`yard ${version}: ${root}`)
      printStatus(cli, status)
      printSteps(cli, IN_YARD)
    })
    return ok(0)
  })
}

const toJson = (steps: readonly Step[]) => steps.map(([command, does]) => ({ command, does }))

function printSteps({ print }: Cli, steps: readonly Step[]): void {
  const width = Math.max(...steps.map(([command]) => command.length))
  print.line()
  for (const [command, does] of steps) print.line(`  ${command.padEnd(width)}  ${does}`)
}
