import { ok } from '../../../base/result.ts'
import { passedOverYard } from '../../../config/paths.ts'
import type { Status } from '../../../contract/service.ts'
import type { Cli, Outcome } from '../../cli.ts'
import { withYard } from '../../connect/connect.ts'
import { defineCommand } from '../../spec/define.ts'
import { oneLine } from '../../text/table.ts'
import { clock, span } from '../../text/format.ts'

export const printServiceStatus = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client, paths }) => {
    const reply = await client.service.status()
    const { cwd, env } = cli.machine
    const isFound = cli.dir === null && !env['YARD_DIR']
    const passedOver = isFound ? passedOverYard(cwd, paths) : null
    cli.print.result({ ...reply, ...(passedOver === null ? {} : { passedOver }) }, () => {
      printStatus(cli, reply)
      if (passedOver !== null)
        cli.print.line(
          `meant is ${paths.root}, not the yard of this worktree: --dir ${passedOver} names that`,
        )
    })
    return ok(0)
  })

export const status = defineCommand({
  name: 'status',
  summary: 'says how it is',
  handler: printServiceStatus,
})

export function printStatus(cli: Cli, status: Status): void {
  const { print } = cli
  const { agents, tasks, readOnly } = status
  if (status.running)
    print.line(
      `running: pid ${status.pid}, ${status.url}, for ${span((status.uptimeSec ?? 0) * 1000)}`,
    )
  else print.line('no service is running')
  printYards(cli, status)
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

function printHolds({ print }: Cli, status: Status): void {
  if (status.machineHold) print.line(`held     ${oneLine(status.machineHold)}`)
  for (const { subject, reason, until } of status.breakers)
    print.line(
      `held     ${subject}: ${oneLine(reason)}${until === null ? '' : ` until ${clock(until)}`}`,
    )
}
