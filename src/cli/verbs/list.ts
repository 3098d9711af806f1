/** Lists of tasks. */
import { err, ok } from '../../base/result.ts'
import type { TaskCard } from '../../contract/view.ts'
import { hintOf } from '../../domain/near-match.ts'
import type { Cli, Outcome } from '../cli.ts'
import { STATUS_WORDS } from '../commands/choices.ts'
import { withYard } from '../connect.ts'
import { paintState, stateText } from '../state-words.ts'
import type { Words } from '../words.ts'

export async function list(cli: Cli, words: Words): Promise<Outcome> {
  const status = words.text('status')
  const wanted = status?.split(',').map((part) => part.trim())
  const wrong = wanted?.find((word) => !STATUS_WORDS.includes(word))
  if (wrong !== undefined)
    return err({
      kind: 'bad-request',
      message: `"${wrong}" is no status`,
      hint: hintOf(wrong, STATUS_WORDS, 'statuses'),
    })
  return listWhere(cli, {
    status: wanted?.join(','),
    tag: words.text('tag'),
    limit: words.number('limit'),
  })
}

export const ready = (cli: Cli): Promise<Outcome> => listWhere(cli, { status: 'ready' })

export const blocked = (cli: Cli): Promise<Outcome> => listWhere(cli, { status: 'blocked' })

interface Filter {
  readonly status?: string | undefined
  readonly tag?: string | undefined
  readonly limit?: number | undefined
}

const listWhere = (cli: Cli, { status, tag, limit }: Filter): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const tasks = await client.task.list({
      detail: cli.print.isJson ? 'full' : 'card',
      ...(status === undefined ? {} : { status }),
      ...(tag === undefined ? {} : { tag }),
      ...(limit === undefined ? {} : { limit }),
    })
    cli.print.result(tasks, () => printTasks(cli, tasks))
    return ok(0)
  })

function printTasks({ print }: Cli, tasks: readonly TaskCard[]): void {
  if (tasks.length === 0) return print.progress('no tasks')
  print.table(
    ['ID', 'STATE', 'AGENT', 'TITLE'],
    tasks.map((task) => [
      task.id,
      stateText(task.state, task.fact === null ? null : short(task.fact)),
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
