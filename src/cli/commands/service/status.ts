import { ok } from '../../../base/result.ts'
import { passedOverYard } from '../../../config/paths.ts'
import type { Status } from '../../../contract/service.ts'
import { durationText } from '../../../domain/format.ts'
import { withYard, yardOf } from '../../connect/connect.ts'
import { defineSubcommand, type Cli, type Outcome, printed } from '../../spec/define.ts'
import { clock } from '../../text/format.ts'
import { oneLine } from '../../text/print.ts'

export const printServiceStatus = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client, paths }) => {
    const reply = await client.service.status()
    const { cwd, env } = cli.machine
    const isFound = cli.dir === null && !env['YARD_DIR']
    const passedOver = isFound ? passedOverYard(cwd, paths) : null
    return printed(cli, { ...reply, ...(passedOver === null ? {} : { passedOver }) }, () => {
      printStatus(cli, reply)
      if (passedOver !== null)
        return `meant is ${paths.root}, not the yard of this worktree: --dir ${passedOver} names that`
    })
  })

export const status = defineSubcommand({
  name: 'status',
  summary: 'says how it is',
  handler: printServiceStatus,
})

export function printStatus(cli: Cli, status: Status): void {
  const { print } = cli
  const { agents, tasks, readOnly } = status
  if (status.running)
    print.line(
      `running: pid ${status.pid}, ${status.url}, for ${durationText((status.uptimeSec ?? 0) * 1000)}`,
    )
  else print.line('no service is running')
  printYards(cli, status)
  printEndpoint(cli, status)
  if (status.paused) print.line(print.paint('yellow', 'paused: no new agent starts'))
  if (readOnly !== null)
    print.line(print.paint('red', `nothing can be written: ${oneLine(readOnly)}`))
  print.line(`agents   ${agents.alive} of ${agents.max}`)
  const counts = Object.entries(tasks).flatMap(([state, n]) => (n > 0 ? [`${n} ${state}`] : []))
  print.line(`tasks    ${counts.join(', ') || 'none'}`)
  printConfig(cli, status)
  if (status.lastTick !== null) print.line(`looked   ${clock(status.lastTick)}`)
  printHolds(cli, status)
  for (const { task, text } of status.attention)
    print.line(`waits for you: ${task === null ? '' : `${task}: `}${oneLine(text)}`)
  for (const { at, text } of status.recentErrors)
    print.line(`error    ${clock(at)} ${oneLine(text)}`)
}

const SHOWN_KEYS = 5

function printConfig({ print }: Cli, { configPending }: Status): void {
  if (!configPending) return
  const { keys, problem } = configPending
  const more = keys.length > SHOWN_KEYS ? ` and ${keys.length - SHOWN_KEYS} more` : ''
  const what = problem === null ? `${keys.slice(0, SHOWN_KEYS).join(', ')}${more}` : problem
  print.line(print.paint('yellow', `config changed, not reloaded: ${oneLine(what)}`))
}

/** Those of the same process. */
function printYards({ print }: Cli, { yards = [] }: Status): void {
  if (yards.length > 1) print.line(`yards    ${yards.join(', ')}`)
}

/** What keeps it closed stands among what waits for a person. */
function printEndpoint({ print }: Cli, { fleet = null }: Status): void {
  if (fleet?.url)
    print.line(`others   ${fleet.url}${fleet.pin === null ? '' : `, pin ${fleet.pin}`}`)
}

function printHolds({ print }: Cli, status: Status): void {
  if (status.machineHold) print.line(`held     ${oneLine(status.machineHold)}`)
  for (const { subject, reason, until } of status.breakers)
    print.line(
      `held     ${subject}: ${oneLine(reason)}${until === null ? '' : ` until ${clock(until)}`}`,
    )
}

/** `yard` alone: how the yard of this folder is, and the commands to begin with. */

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
  const paths = yardOf(cli)
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
    return printed(cli, { version, yard: root, status, commands: toJson(IN_YARD) }, () => {
      print.line(`yard ${version}: ${root}`)
      printStatus(cli, status)
      printSteps(cli, IN_YARD)
    })
  })
}

const toJson = (steps: readonly Step[]) => steps.map(([command, does]) => ({ command, does }))

function printSteps({ print }: Cli, steps: readonly Step[]): void {
  const width = Math.max(...steps.map(([command]) => command.length))
  print.line()
  for (const [command, does] of steps) print.line(`  ${command.padEnd(width)}  ${does}`)
}
