import { ok } from '../../base/result.ts'
import type { Status } from '../../contract/service.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { oneLine } from '../table.ts'
import { clock, span } from '../time-words.ts'

export const serviceStatus = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const status = await client.service.status()
    cli.print.result(status, () => printStatus(cli, status))
    return ok(0)
  })

function printStatus({ print }: Cli, status: Status): void {
  const { agents, tasks, readOnly } = status
  if (status.running)
    print.line(
      `running: pid ${status.pid}, ${status.url}, for ${span((status.uptimeSec ?? 0) * 1000)}`,
    )
  else print.line('no service is running')
  if (status.paused) print.line(print.paint('yellow', 'paused: no new agent starts'))
  if (readOnly !== null)
    print.line(print.paint('red', `nothing can be written: ${oneLine(readOnly)}`))
  print.line(`agents   ${agents.alive} of ${agents.max}`)
  const counts = Object.entries(tasks).map(([state, n]) => `${n} ${state}`)
  print.line(`tasks    ${counts.join(', ') || 'none'}`)
  if (status.lastTick !== null) print.line(`looked   ${clock(status.lastTick)}`)
  for (const { subject, reason, until } of status.breakers)
    print.line(
      `held     ${subject}: ${oneLine(reason)}${until === null ? '' : ` until ${clock(until)}`}`,
    )
  for (const { text } of status.attention) print.line(`waits for you: ${oneLine(text)}`)
  for (const { at, text } of status.recentErrors)
    print.line(`error    ${clock(at)} ${oneLine(text)}`)
}
