import { err, ok } from '../../base/result.ts'
import type { TaskView } from '../../contract/view.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { wishFrom } from '../task-wish.ts'
import type { Words } from '../words.ts'

/** option → field of the request */
const LISTS = {
  after: 'after',
  addAfter: 'addAfter',
  removeAfter: 'removeAfter',
  before: 'addBefore',
  tag: 'tags',
  addTag: 'addTags',
  removeTag: 'removeTags',
} as const

export async function edit(cli: Cli, words: Words): Promise<Outcome> {
  const wish = await wishFrom(cli, words)
  if (!wish.ok) return wish
  const title = words.text('title')
  const change = {
    ...wish.value,
    ...(title === undefined ? {} : { title }),
    ...listsFrom(words),
  }
  if (Object.keys(change).length === 0)
    return err({
      kind: 'bad-request',
      message: 'nothing to change was named',
      hint: 'see `yard help edit`',
    })
  return withYard(cli, async ({ client }) => {
    const task = await client.task.edit({
      ...change,
      id: words.arg(0),
      commandId: cli.commandId,
    })
    cli.print.result(task, () => cli.print.line(changedLine(task, change)))
    return ok(0)
  })
}

/** What a try was started with. */
const OF_THE_TRY: ReadonlySet<string> = new Set([
  ...['exec', 'description', 'executor', 'model', 'timeoutMs', 'context', 'mode', 'worktree'],
])

function changedLine({ id, state }: TaskView, change: object): string {
  const line = `${id} is changed (${state})`
  const isLate = state === 'in-progress' && Object.keys(change).some((key) => OF_THE_TRY.has(key))
  return isLate ? `${line}; the try under way goes on as it began` : line
}

function listsFrom(words: Words): Partial<Record<(typeof LISTS)[keyof typeof LISTS], string[]>> {
  const lists: Partial<Record<(typeof LISTS)[keyof typeof LISTS], string[]>> = {}
  for (const option of Object.keys(LISTS) as (keyof typeof LISTS)[]) {
    const values = words.list(option)
    // `--tag ""` is how all tags go.
    if (values) lists[LISTS[option]] = values.filter((value) => value !== '')
  }
  return lists
}
