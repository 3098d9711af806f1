/** What is noted and kept beside a task. */
import { err, ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { timelineLine, timelineOf } from '../task-timeline.ts'
import type { Words } from '../words.ts'

export async function log(cli: Cli, words: Words): Promise<Outcome> {
  const text = words.argOrNull(1)
  if (text === null) return showLog(cli, words.arg(0), words.number('limit') ?? Infinity)
  if (text.trim() === '')
    return err({ kind: 'bad-request', message: 'the line is empty', hint: 'say what to note' })
  return withYard(cli, async ({ client }) => {
    const task = await client.task.log({ id: words.arg(0), text, commandId: cli.commandId })
    cli.print.result(task.log, () => cli.print.line(`noted on ${task.id}`))
    return ok(0)
  })
}

/** For people all that happened; a program reads what was noted, as in the JSON of the task. */
const showLog = (cli: Cli, id: string, limit: number): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { print } = cli
    if (print.isJson) {
      const { log } = await client.task.get({ id })
      print.result(limit < log.length ? log.slice(-limit) : log, () => {})
      return ok(0)
    }
    const { rows, isWhole } = await timelineOf(client, id, limit)
    if (!isWhole) print.progress('there is more before this: --limit N shows more')
    for (const row of rows) print.line(timelineLine(row))
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
