/** All about one task. */
import { ok } from '../../../base/result.ts'
import type { TaskView } from '../../../contract/view.ts'
import { dollarsText, formatDuration } from '../../../domain/format.ts'
import { originText } from '../../../domain/origin.ts'
import { withYard } from '../../connect/connect.ts'
import { argument, defineCommand, type Cli } from '../../spec/define.ts'
import { taskId } from '../../spec/values.ts'
import { count, dateTimeText, paintState, signOf, tokensOf } from '../../text/format.ts'
import { manyLines, oneLine } from '../../text/table.ts'
import { isMilestone, timelineLine, timelineOf } from '../tasks/log.ts'

/** Lines of the timeline that are shown; `yard log` shows all. */
const TIMELINE_LINES = 40

const id = argument('<id>', 'the task', taskId)

export const show = defineCommand({
  arguments: { id },
  handler: (cli, { id: name }) =>
    withYard(cli, async ({ client }) => {
      const task = await client.task.get({ id: name })
      if (cli.print.isJson) {
        cli.print.result(task, () => {})
        return ok(0)
      }
      const timeline = await timelineOf(client, name, 200)
      const rows = timeline.rows.filter(isMilestone)
      const { lastLines } = await import('../../../domain/output.ts')
      printTask(cli, task, lastLines(task.failure?.detail ?? null))
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
    withYard(cli, async ({ client }) => {
      const { print } = cli
      const reason = await client.task.why({ id: name })
      print.result(reason, () => {
        const state = paintState(print, reason.state, reason.state)
        print.line(`${reason.id} is ${state}: ${reason.textAfterState}`)
        printLastLines(print, reason.lastLines)
      })
      return ok(0)
    }),
})

function printTask({ print }: Cli, task: TaskView, outputEnd: string | null): void {
  const title = `${signOf(task.state)} ${task.id}  ${oneLine(task.title)}`
  print.line(print.paint('bold', title))
  const facts = [...stateFacts(task), ...definitionFacts(task), ...workFacts(task)]
  for (const [name, value] of facts)
    if (value !== null && value !== '') print.line(`  ${name.padEnd(13)} ${oneLine(value)}`)
  printLastLines(print, outputEnd)
  if (task.description) print.line(`\n${manyLines(task.description)}`)
  printArtifacts(print, task)
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
    ['waits for', task.waitsFor],
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
    ['timeout', timeoutMs === null ? null : formatDuration(timeoutMs)],
    ['budget', budgetOf(task)],
    ['schedule', schedule === null ? null : [schedule.spec, schedule.tz].filter(Boolean).join(' ')],
    ['repo', task.repo],
  ]
}

/** What its next try would be run by, and where that is set. */
function routeFacts({ routes }: TaskView): Fact[] {
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
