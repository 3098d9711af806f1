/** What is noted and kept beside a task. */
import { err, ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { clock } from '../time-words.ts'
import { oneLine } from '../table.ts'
import type { Words } from '../words.ts'

export async function log(cli: Cli, words: Words): Promise<Outcome> {
  const text = words.argOrNull(1)
  if (text === null) return showLog(cli, words.arg(0))
  if (text.trim() === '')
    return err({ kind: 'bad-request', message: 'the line is empty', hint: 'say what to note' })
  return withYard(cli, async ({ client }) => {
    const task = await client.task.log({ id: words.arg(0), text, commandId: cli.commandId })
    cli.print.result(task.log, () => cli.print.line(`noted on ${task.id}`))
    return ok(0)
  })
}

const showLog = (cli: Cli, id: string): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const task = await client.task.get({ id })
    cli.print.result(task.log, () => {
      if (task.log.length === 0) cli.print.progress(`nothing was noted on ${task.id} yet`)
      for (const { at, by, text } of task.log)
        cli.print.line(`${clock(at)}  ${oneLine(by)}: ${oneLine(text)}`)
    })
    return ok(0)
  })

export const artifact = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const paths = [...words.rest(1)]
    const task = await client.task.artifact({ id: words.arg(0), paths, commandId: cli.commandId })
    cli.print.result(task.artifacts, () =>
      cli.print.line(
        `${task.id} has ${task.artifacts.length} ${task.artifacts.length === 1 ? 'artifact' : 'artifacts'}`,
      ),
    )
    return ok(0)
  })
