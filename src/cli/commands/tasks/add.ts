import { err, ok } from '../../../base/result.ts'
import type { TaskView } from '../../../contract/view.ts'
import { withYard } from '../../connect/with-yard.ts'
import { argument, defineCommand, option } from '../../spec/define.ts'
import { definedFields, idList, taskId } from '../../spec/values.ts'
import { EXCLUSIVE_TIMES, taskFields, taskOptions } from './task-fields.ts'

const before = option.list('--before <ids>', 'tasks that shall wait for this one', idList)

export const add = defineCommand({
  arguments: { title: argument('<title>', 'what is to be done, in a few words') },
  options: {
    id: option('--id <id>', 'its id (else made from the title)', taskId),
    ...taskOptions,
    after: option.list('--after <ids>', 'tasks that it waits for', idList),
    before,
    tags: option.list('--tag <tag>', 'a tag (again for more)'),
    paused: option('--paused', 'as a draft, which waits for `yard publish`'),
  },
  exclusive: [EXCLUSIVE_TIMES],
  examples: [
    'yard add "Fetch the sources" --id fetch --exec "git clone https://example.org/x"',
    'yard add "Build it" --after fetch --executor claude --deliverable dist/app.js',
    'yard add "Nightly check" --exec ./check.sh --schedule 02:30 --tz Europe/Berlin',
  ],
  async handler(cli, { title, id, after, before: dependents, tags, paused, ...given }) {
    const fields = await taskFields(cli, given)
    if (!fields.ok) return fields
    return withYard(cli, async ({ client }) => {
      const task = await client.task.add({
        ...fields.value,
        title,
        ...definedFields({ id }),
        ...(after ? { after: [...after] } : {}),
        ...(dependents ? { before: [...dependents] } : {}),
        ...(tags ? { tags: [...tags] } : {}),
        ...(paused ? { paused } : {}),
        commandId: cli.commandId,
      })
      cli.print.result(task, () => cli.print.line(task.id))
      return ok(0)
    })
  },
})

export const edit = defineCommand({
  arguments: { id: argument('<id>', 'the task', taskId) },
  options: {
    title: option('--title <text>', 'its title'),
    ...taskOptions,
    after: option.list('--after <ids>', 'waits for exactly these; "" for none', idList),
    addAfter: option.list('--add-after <ids>', 'waits for these too', idList),
    removeAfter: option.list('--remove-after <ids>', 'waits for these no more', idList),
    addBefore: before,
    tags: option.list('--tag <tag>', 'has exactly these tags (again for more)'),
    addTags: option.list('--add-tag <tag>', 'one tag more (again for more)'),
    removeTags: option.list('--remove-tag <tag>', 'one tag less (again for more)'),
  },
  exclusive: [EXCLUSIVE_TIMES],
  notes: [
    'An empty text takes a setting back: `--model ""` leaves the model to the configuration. So with exec, verify, executor, repo, timeout, max-attempts, not-before and schedule.',
  ],
  examples: ['yard edit build --priority high --add-after lint', 'yard edit build --model ""'],
  async handler(cli, { id, title, ...given }) {
    const { after, addAfter, removeAfter, addBefore, tags, addTags, removeTags, ...rest } = given
    const fields = await taskFields(cli, rest)
    if (!fields.ok) return fields
    const lists = { after, addAfter, removeAfter, addBefore, tags, addTags, removeTags }
    const change = { ...fields.value, ...definedFields({ title }), ...withoutEmptyTexts(lists) }
    if (Object.keys(change).length === 0)
      return err({
        kind: 'bad-request',
        message: 'nothing to change was named',
        hint: 'see `yard help edit`',
      })
    return withYard(cli, async ({ client }) => {
      const task = await client.task.edit({ ...change, id, commandId: cli.commandId })
      cli.print.result(task, () => cli.print.line(changedLine(task, change)))
      return ok(0)
    })
  },
})

/** `--tag ""` removes all tags. */
function withoutEmptyTexts<K extends string>(
  lists: Record<K, readonly string[] | undefined>,
): Partial<Record<K, string[]>> {
  const filled: Partial<Record<K, string[]>> = {}
  for (const key in lists) {
    const values = lists[key]
    if (values) filled[key] = values.filter((value) => value !== '')
  }
  return filled
}

/** Fields that a running try took over when it started. */
const FIXED_AT_START: ReadonlySet<string> = new Set([
  'exec',
  'description',
  'executor',
  'model',
  'timeoutMs',
  'context',
  'mode',
  'worktree',
])

function changedLine({ id, state }: TaskView, change: object): string {
  const line = `${id} is changed (${state})`
  const isLate =
    state === 'in-progress' && Object.keys(change).some((key) => FIXED_AT_START.has(key))
  return isLate ? `${line}; the try under way goes on as it began` : line
}
