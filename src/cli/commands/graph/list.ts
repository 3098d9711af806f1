/** Lists of tasks, and all about one. */
import { err, ok } from '../../../base/result.ts'
import type { AgentView, TaskView } from '../../../contract/view.ts'
import { lastLines } from '../../../domain/failure.ts'
import { hintOf } from '../../../domain/near-match.ts'
import { askYard, withYard } from '../../connect/connect.ts'
import {
  argument,
  type Cli,
  defineCommand,
  option,
  type Outcome,
  printed,
} from '../../spec/define.ts'
import { definedFields, STATUSES, taskId, whole } from '../../spec/values.ts'
import {
  count,
  dateTimeText,
  isShownState,
  paintState,
  signOf,
  tokensOf,
} from '../../text/format.ts'
import { dollarsText, formatDuration } from '../../../domain/format.ts'
import { scoreText } from '../../../domain/judging/score.ts'
import { originText } from '../../../domain/origin.ts'
import { manyLines, oneLine } from '../../text/print.ts'
import { isMilestone, timelineLine, timelineOf } from '../tasks/log.ts'

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
  cli.print.isJson
    ? askYard(
        cli,
        (client) => client.task.list({ detail: 'full', ...definedFields(filter) }),
        () => {},
      )
    : askYard(
        cli,
        (client) => client.task.table(definedFields(filter)),
        (table) => printTasks(cli, table),
      )

function printTasks({ print }: Cli, table: string): void {
  if (table === '') return print.progress('no tasks')
  const tasks = table.split('\n').map((line) => line.split('\t'))
  print.table(
    ['ID', 'STATE', 'AGENT', 'TITLE'],
    tasks.map(([task = '', , state = '', agent = '', title = '']) => [
      task,
      state,
      agent || null,
      title,
    ]),
    (row, line) => {
      const state = tasks[row]?.[1] ?? ''
      return isShownState(state) ? paintState(print, state, line) : line
    },
  )
}

/** Lines of the timeline that are shown; `yard log` shows all. */
const TIMELINE_LINES = 40

const id = argument('<id>', 'the task', taskId)

export const show = defineCommand({
  arguments: { id },
  handler: (cli, { id: name }) =>
    withYard(cli, async ({ client }) => {
      const task = await client.task.get({ id: name })
      if (cli.print.isJson) return printed(cli, task, () => {})
      const timeline = await timelineOf(client, name, 200)
      const rows = timeline.rows.filter(isMilestone)
      const [last] = await client.agent.list({ task: name, limit: 1 })
      printTask(
        cli,
        { task, choice: last?.choice ?? null },
        lastLines(task.failure?.detail ?? null),
      )
      await printScore(cli, task)
      cli.print.line('\nTimeline')
      if (!timeline.isWhole || rows.length > TIMELINE_LINES)
        cli.print.line(`  … what was before: yard log ${name}`)
      for (const row of rows.slice(-TIMELINE_LINES)) cli.print.line(`  ${timelineLine(row)}`)
      return ok(0)
    }),
})

export const why = defineCommand({
  arguments: { id },
  handler: (cli, { id: name }) =>
    askYard(
      cli,
      (client) => client.task.why({ id: name }),
      ({ id: task, state, textAfterState, lastLines }) => {
        cli.print.line(`${task} is ${paintState(cli.print, state, state)}: ${textAfterState}`)
        printLastLines(cli.print, lastLines)
      },
    ),
})

interface Shown {
  readonly task: TaskView
  /** Of its latest try. */
  readonly choice: AgentView['choice']
}

function printTask({ print }: Cli, { task, choice }: Shown, outputEnd: string | null): void {
  const title = `${signOf(task.state)} ${task.id}  ${oneLine(task.title)}`
  print.line(print.paint('bold', title))
  const facts: Fact[] = [
    ...stateFacts(task),
    ...definitionFacts(task),
    ...workFacts(task),
    ['chosen', choice && `${choice.reason}${choice.explored ? '; to learn about it' : ''}`],
  ]
  for (const [name, value] of facts)
    if (value !== null && value !== '') print.line(`  ${name.padEnd(13)} ${oneLine(value)}`)
  printLastLines(print, outputEnd)
  if (task.description) print.line(`\n${manyLines(task.description)}`)
  printArtifacts(print, task)
}

/** `score 0.93 (gate 0.70 passed)`, and its dimensions, one a line. */
async function printScore({ print }: Cli, { evaluation }: TaskView): Promise<void> {
  if (evaluation === null) return
  const { resultText, shownScore } = await import('../../text/scores.ts')
  print.line(`\nscore ${resultText(evaluation)}`)
  for (const [name, value] of Object.entries(evaluation.dimensions ?? {}))
    print.line(`  ${name.padEnd(22)} ${shownScore(value) || 'null'}`)
}

/** What its program wrote last, in the try that failed. */
function printLastLines(print: Cli['print'], lines: string | null): void {
  if (lines === null) return
  print.line('\nLast lines of its output')
  for (const line of manyLines(lines).split('\n')) print.line(`  ${line}`)
}

type Fact = readonly [name: string, value: string | null]

const time = (iso: string | null): string | null => (iso === null ? null : dateTimeText(iso))

function stateFacts(task: TaskView): Fact[] {
  const { failure } = task
  return [
    ['state', task.state === task.status ? task.state : `${task.state} (${task.status})`],
    failure?.class === 'question'
      ? ['asked', failure.reason]
      : ['failure', failure?.reason ?? null],
    ['waits for', task.waitsFor ?? null],
    ['not before', time(task.notBefore)],
    ['parked until', time(task.parkedUntil)],
    ['created', time(task.createdAt)],
    ['started', time(task.startedAt)],
    ['completed', time(task.completedAt)],
  ]
}

function definitionFacts(task: TaskView): Fact[] {
  const { schedule, timeoutMs } = task
  return [
    ['priority', task.priority === 'normal' ? null : task.priority],
    ['after', task.after.join(', ')],
    ['before', task.before.join(', ')],
    ['tags', task.tags.join(', ')],
    ['skills', task.skills.join(', ')],
    ['exec', task.exec],
    ...routeFacts(task),
    ['deliverables', task.deliverables.join(', ')],
    ['verify', task.verify],
    ['gate', gateOf(task)],
    ['identity', identityOf(task)],
    ['kind', task.own.kind],
    ['member', task.own.member],
    ['timeout', timeoutMs === null ? null : formatDuration(timeoutMs)],
    ['budget', budgetOf(task)],
    ['schedule', schedule === null ? null : [schedule.spec, schedule.tz].filter(Boolean).join(' ')],
    ['repo', task.repo],
  ]
}

/** `0.70 (tag docs)`; null where nothing is judged. */
const gateOf = ({ gate: { mode, threshold, source } }: TaskView): string | null =>
  mode === 'off' && source === 'config'
    ? null
    : `${threshold === null ? mode : scoreText(threshold)} (${source})`

/** `Careful Programmer (f5143935)` */
const identityOf = ({ identity }: TaskView): string | null =>
  identity && `${identity.name} (${identity.id?.slice(0, 8) ?? 'there is none of that name'})`

/** Who its latest try was given to by what was learned, else what its next try would be run by, and where that is set. */
function routeFacts({ routes, choice }: TaskView): Fact[] {
  if (choice)
    return [
      ['executor', `${choice.arm} (learned, chance ${Math.round(100 * choice.chance)} %)`],
      ['because', choice.reason],
    ]
  const pickedOf = (stops: TaskView['routes']['model']): string | null => {
    const stop = stops.find(({ isPicked }) => isPicked)
    if (stop?.value == null) return null
    return stop.origin == null ? stop.value : `${stop.value} (${originText(stop.origin)})`
  }
  const { endpoint } = routes
  return [
    ['executor', pickedOf(routes.executor)],
    ['model', pickedOf(routes.model)],
    [
      'endpoint',
      endpoint === null || endpoint.url === null
        ? endpoint && 'its provider’s own'
        : `${endpoint.url} (${originText(endpoint.origin)})`,
    ],
  ]
}

/** `$0.4200 of $5.0000, 12,000 of 900,000 tokens`; null without one. */
function budgetOf({ budget, budgetTokens, costUsd, tokens, usage }: TaskView): string | null {
  const mark = usage?.atLeast ? '≥' : ''
  const parts = [
    ...(budget === null ? [] : [`${mark}${dollarsText(costUsd ?? 0)} of ${dollarsText(budget)}`]),
    ...(budgetTokens === null
      ? []
      : [`${mark}${count(tokens ?? 0)} of ${count(budgetTokens)} tokens`]),
  ]
  return parts.length === 0 ? null : parts.join(', ')
}

function workFacts(task: TaskView): Fact[] {
  const most = task.attemptsAllowed === null ? '' : ` of ${task.attemptsAllowed}`
  return [
    ['agent', task.agent],
    ['attempts', task.attempts === 0 ? null : `${task.attempts}${most}`],
    ['branch', task.branch],
    ['worktree', task.worktreePath],
    ['merge', task.landing ?? null],
    ['tokens', tokensOf(task.usage)],
  ]
}

function printArtifacts(print: Cli['print'], task: TaskView): void {
  if (task.artifacts.length > 0) print.line('\nArtifacts')
  for (const artifact of task.artifacts) {
    if (artifact.kind === 'file') print.line(`  ${oneLine(artifact.path)}`)
    else if (artifact.kind === 'json') print.line(`  ${JSON.stringify(artifact.value)}`)
    else {
      const lines = manyLines(artifact.text.trimEnd()).split('\n')
      print.line(`  ${oneLine(artifact.name)}:`)
      for (const line of lines) print.line(`    ${line}`)
    }
  }
}
