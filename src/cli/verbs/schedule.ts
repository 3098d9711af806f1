/** Tasks that repeat. */
import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { moment } from '../time-words.ts'
import type { Words } from '../words.ts'

export const scheduleList = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { print } = cli
    const entries = await client.task.scheduleList()
    print.result(entries, () => {
      if (entries.length === 0) return print.progress('nothing repeats')
      print.table(
        ['NEXT', 'ID', 'SCHEDULE', 'ZONE', 'STATE', 'TITLE'],
        entries.map(({ next, id, spec, tz, state, title }) => [
          next === null ? (state === 'ready' ? 'now' : 'never') : moment(next),
          id,
          spec,
          tz,
          state,
          title,
        ]),
      )
    })
    return ok(0)
  })

export const scheduleSkip = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const task = await client.task.scheduleSkip({ id: words.arg(0), commandId: cli.commandId })
    const next =
      task.notBefore === null ? 'it does not fire again' : `next ${moment(task.notBefore)}`
    cli.print.result(task, () => cli.print.line(`${task.id}: one is left out; ${next}`))
    return ok(0)
  })

export const scheduleNow = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const task = await client.task.scheduleNow({ id: words.arg(0), commandId: cli.commandId })
    cli.print.result(task, () => cli.print.line(`${task.id} is ${task.state}`))
    return ok(0)
  })
