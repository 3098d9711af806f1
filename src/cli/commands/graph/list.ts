/** Lists of tasks. */
import { err, ok } from '../../../base/result.ts'
import type { TaskCard } from '../../../contract/view.ts'
import { hintOf } from '../../../domain/near-match.ts'
import { withYard } from '../../connect/connect.ts'
import { defineCommand, option, type Cli, type Outcome } from '../../spec/define.ts'
import { definedFields, STATUSES, whole } from '../../spec/values.ts'
import { paintState, stateText } from '../../text/format.ts'

export const list = defineCommand({
  options: {
    status: option('--status <list>', 'only these statuses or states, with commas between'),
    tag: option('--tag <tag>', 'only with this tag'),
    limit: option('--limit <n>', 'at most so many', whole(1, 1_000_000)),
  },
  examples: ['yard list --status ready,in-progress', 'yard list --tag release --json'],
  async handler(cli, { status, tag, limit }) {
    const wanted = status?.split(',').map((part) => part.trim())
    const wrong = wanted?.find((word) => !STATUSES.includes(word))
    if (wrong !== undefined)
      return err({
        kind: 'bad-request',
        message: `"${wrong}" is no status`,
        hint: hintOf(wrong, STATUSES, 'statuses'),
      })
    return listWhere(cli, { status: wanted?.join(','), tag, limit })
  },
})

export const ready = defineCommand({
  handler: (cli) => listWhere(cli, { status: 'ready' }),
})

export const blocked = defineCommand({
  handler: (cli) => listWhere(cli, { status: 'blocked' }),
})

interface Filter {
  readonly status?: string | undefined
  readonly tag?: string | undefined
  readonly limit?: number | undefined
}

const listWhere = (cli: Cli, filter: Filter): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const detail = cli.print.isJson ? 'full' : 'card'
    const tasks = await client.task.list({ detail, ...definedFields(filter) })
    cli.print.result(tasks, () => printTasks(cli, tasks))
    return ok(0)
  })

function printTasks({ print }: Cli, tasks: readonly TaskCard[]): void {
  if (tasks.length === 0) return print.progress('no tasks')
  print.table(
    ['ID', 'STATE', 'AGENT', 'TITLE'],
    tasks.map((task) => [
      task.id,
      stateText(task.state, task.fact === null ? null : short(task.fact), task.reason),
      task.agent,
      task.title,
    ]),
    (row, line) => {
      const task = tasks[row]
      return task ? paintState(print, task.state, line) : line
    },
  )
}

/** Whole in `yard show` and `yard why`; here the titles must stay in sight. */
const FACT_WIDTH = 44
const short = (fact: string): string =>
  fact.length > FACT_WIDTH ? `${fact.slice(0, FACT_WIDTH - 1)}…` : fact
