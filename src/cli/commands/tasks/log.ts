/** `yard log`, `yard artifact`, and the timeline of a task. */
import { err, ok } from '../../../base/result.ts'
import type { TimelineRow } from '../../../contract/page.ts'
import { withYard } from '../../connect/connect.ts'
import type { Client } from '../../connect/owner.ts'
import {
  argument,
  defineCommand,
  option,
  printed,
  type Cli,
  type Outcome,
} from '../../spec/define.ts'
import { taskId, whole } from '../../spec/values.ts'
import { counted, dateTimeText } from '../../text/format.ts'
import { oneLine } from '../../text/print.ts'

const id = argument('<id>', 'the task', taskId)

export const log = defineCommand({
  arguments: { id, text: argument('[text]', 'the line') },
  options: { limit: option('--limit <n>', 'shows the newest so many lines', whole(1, 1_000_000)) },
  notes: [
    'The timeline is all that happened to the task and its agents, the oldest first. With --json it is only what was noted, as `log` of the task.',
  ],
  examples: ['yard log build "half way there"', 'yard log build'],
  async handler(cli, { id: task, text, limit = Infinity }) {
    if (text === undefined) return showLog(cli, task, limit)
    if (text.trim() === '')
      return err({ kind: 'bad-request', message: 'the line is empty', hint: 'say what to note' })
    return withYard(cli, async ({ client }) => {
      const view = await client.task.log({ id: task, text, commandId: cli.commandId })
      return printed(cli, view.log, () => `noted on ${view.id}`)
    })
  },
})

/** For people all that happened; a program reads what was noted, as in the JSON of the task. */
const showLog = (cli: Cli, id: string, limit: number): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { print } = cli
    if (print.isJson) {
      const { log } = await client.task.get({ id })
      return printed(cli, limit < log.length ? log.slice(-limit) : log, () => {})
    }
    const { rows, isWhole } = await timelineOf(client, id, limit)
    if (!isWhole) print.progress('there is more before this: --limit N shows more')
    for (const row of rows) print.line(timelineLine(row))
    return ok(0)
  })

export const artifact = defineCommand({
  arguments: {
    id,
    paths: argument('<paths...>', 'relative to the folder that the task works in'),
  },
  notes: [
    'Takes regular files below that folder only, links followed, and nothing of `.yard`. A file that is not there is exit 1, one elsewhere exit 4.',
  ],
  examples: ['yard artifact build dist/app.js dist/app.css'],
  handler: (cli, { id: task, paths }) =>
    withYard(cli, async ({ client }) => {
      const request = { id: task, paths: [...paths], commandId: cli.commandId }
      const { id: name, artifacts } = await client.task.artifact(request)
      return printed(cli, artifacts, ({ length }) => `${name} has ${counted(length, 'artifact')}`)
    }),
})

const PAGE = 1000

/** The newest `limit` rows; `isWhole` is false when there are older ones. */
export async function timelineOf(
  client: Client,
  id: string,
  limit: number,
): Promise<{ readonly rows: readonly TimelineRow[]; readonly isWhole: boolean }> {
  const rows: TimelineRow[] = []
  let before: number | undefined
  for (;;) {
    const wanted = Math.min(PAGE, limit - rows.length)
    const page = await client.page.timeline({
      id,
      limit: wanted,
      ...(before === undefined ? {} : { before }),
    })
    rows.push(...page.rows)
    before = rows.at(-1)?.seq
    if (page.isEnd || page.rows.length === 0 || rows.length >= limit)
      return { rows: rows.toReversed(), isWhole: page.isEnd }
  }
}

export const timelineLine = ({ at, by, text }: TimelineRow): string =>
  `${dateTimeText(at)}  ${oneLine(by)}: ${oneLine(text)}`

/** Intermediate steps of an agent, which a summary of the task leaves out. */
const STEPS = new Set(['agent.placed', 'agent.started', 'agent.heard', 'agent.conversed'])
export const isMilestone = ({ event }: TimelineRow): boolean => !STEPS.has(event)
