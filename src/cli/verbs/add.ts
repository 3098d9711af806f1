import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { wishFrom } from '../task-wish.ts'
import type { Words } from '../words.ts'

export async function add(cli: Cli, words: Words): Promise<Outcome> {
  const wish = await wishFrom(cli, words)
  if (!wish.ok) return wish
  const id = words.text('id')
  const given = {
    after: words.list('after'),
    before: words.list('before'),
    tags: words.list('tag'),
  }
  return withYard(cli, async ({ client }) => {
    const task = await client.task.add({
      ...wish.value,
      title: words.arg(0),
      ...(id === undefined ? {} : { id }),
      ...(given.after ? { after: [...given.after] } : {}),
      ...(given.before ? { before: [...given.before] } : {}),
      ...(given.tags ? { tags: [...given.tags] } : {}),
      ...(words.flag('paused') ? { paused: true } : {}),
      commandId: cli.commandId,
    })
    cli.print.result(task, () => cli.print.line(task.id))
    return ok(0)
  })
}
