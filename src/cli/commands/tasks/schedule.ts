/** Tasks that repeat. */
import { ok } from '../../../base/result.ts'
import { withYard } from '../../connect/connect.ts'
import {
  argument,
  defineCommand,
  defineSubcommand,
  type Cli,
  type Outcome,
} from '../../spec/define.ts'
import { taskId } from '../../spec/values.ts'
import { dateTimeText } from '../../text/format.ts'

const list = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { print } = cli
    const entries = await client.task.scheduleList()
    print.result(entries, () => {
      if (entries.length === 0) return print.progress('nothing repeats')
      print.table(
        ['NEXT', 'ID', 'SCHEDULE', 'ZONE', 'STATE', 'TITLE'],
        entries.map(({ next, id, spec, tz, state, title }) => [
          next === null ? (state === 'ready' ? 'now' : 'never') : dateTimeText(next),
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

const id = argument('<id>', 'the task', taskId)

export const schedule = defineCommand({
  subcommands: [
    defineSubcommand({
      name: 'list',
      summary: 'shows the tasks that repeat, with their next time',
      handler: list,
    }),
    defineSubcommand({
      name: 'skip',
      summary: 'leaves out the next time',
      arguments: { id },
      handler: (cli, { id: name }) =>
        withYard(cli, async ({ client }) => {
          const task = await client.task.scheduleSkip({ id: name, commandId: cli.commandId })
          const next =
            task.notBefore === null
              ? 'it does not fire again'
              : `next ${dateTimeText(task.notBefore)}`
          cli.print.result(task, () => cli.print.line(`${task.id}: one is left out; ${next}`))
          return ok(0)
        }),
    }),
    defineSubcommand({
      name: 'now',
      summary: 'starts it now instead of at the next time',
      arguments: { id },
      handler: (cli, { id: name }) =>
        withYard(cli, async ({ client }) => {
          const task = await client.task.scheduleNow({ id: name, commandId: cli.commandId })
          cli.print.result(task, () => cli.print.line(`${task.id} is ${task.state}`))
          return ok(0)
        }),
    }),
  ],
  handler: list,
})
