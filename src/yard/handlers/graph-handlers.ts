/** Requests about many tasks at once: lists, schedules, a graph in, a graph out. */
import { newTaskOf, toGraphText } from '../../graph-file/write-graph.ts'
import { toDot, toMermaid } from '../../domain/graph/drawing.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { hintOf } from '../../domain/near-match.ts'
import { shownStateOf } from '../../domain/plan.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import type { Task } from '../../domain/task.ts'
import { type ShownState, SHOWN_STATES, TASK_STATUSES } from '../../domain/graph/shown-state.ts'
import type { TaskListItem } from '../../contract/view.ts'
import type { Yard } from '../yard.ts'
import { missedTimes } from '../timetable.ts'
import { isoOrNull } from '../views/iso-time.ts'
import { type CardSource, cardSourceOf, toTableLine, toTaskCard } from '../views/task-card.ts'
import { toTaskDetails } from '../views/task-view.ts'
import { procedures, send } from './context.ts'
import { refuse, refuseAs, valueOf } from './failures.ts'
import { act } from './task-commands.ts'
import { nextFireAt } from './wire-tasks.ts'
import { refuseIssues, toNewTasks } from './import-text.ts'

const os = procedures.task

export const graphHandlers = {
  list: os.list.handler(({ context: { yard }, input }) => {
    const source = cardSourceOf(yard)
    return chosen(source, input).map(({ task, shown }): TaskListItem => {
      const card = toTaskCard(source, task, shown)
      return input.detail === 'card' ? card : { ...card, ...toTaskDetails(yard, task) }
    })
  }),
  table: os.table.handler(({ context: { yard }, input }) => {
    const source = cardSourceOf(yard)
    const lines = chosen(source, input).map(({ task, shown }) => toTableLine(source, task, shown))
    return lines.join('\n')
  }),
  scheduleList: os.scheduleList.handler(({ context: { yard } }) =>
    [...yard.plan.tasks.values()].flatMap((task) => scheduleRow(yard, task)),
  ),
  scheduleSkip: os.scheduleSkip.handler(({ context, input }) =>
    act(context, input, (task) => {
      const planned = task.state.kind === 'open' ? task.state.notBefore : null
      const from = Math.max(context.yard.now(), planned ?? 0)
      const next = valueOf(nextFireAt(context.yard, task.schedule, from))
      // Without a time it would be due at once, which is no skipping.
      if (task.schedule && task.state.kind === 'open' && next === null) refuse(noFurtherTime(task))
      return { type: 'schedule.skip', id: task.id, nextFireAt: next }
    }),
  ),
  scheduleNow: os.scheduleNow.handler(({ context, input }) =>
    act(context, input, ({ id }) => ({ type: 'schedule.fireNow', id })),
  ),
  import: os.import.handler(async ({ context, input }) => {
    const tasks = toNewTasks(context.yard, input.tasks)
    if (input.dryRun) {
      refuseIssues(context.yard, tasks)
      return { ids: [] }
    }
    const reply = await send(context, { type: 'tasks.import', tasks }, input.commandId)
    return { ids: [...reply.ids] }
  }),
  export: os.export.handler(({ context: { yard }, input }) => {
    const tasks = [...yard.plan.tasks.values()].filter(({ id }) => !isStanding(id))
    if (input.format === 'mermaid' || input.format === 'dot') {
      const drawn = tasks.map((task) => ({
        id: task.id,
        title: task.title,
        state: shownStateOf(yard.plan, task, yard.now()),
        after: [...yard.plan.blockersOf(task.id)],
      }))
      return { text: input.format === 'dot' ? toDot(drawn) : toMermaid(drawn) }
    }
    const asked = tasks.map((task) => newTaskOf(task, [...yard.plan.blockersOf(task.id)]))
    return { text: toGraphText(asked, input.format) }
  }),
}

interface ListFilter {
  readonly status?: string | undefined
  readonly tag?: string | undefined
  readonly limit?: number | undefined
}

function chosen({ plan, now }: CardSource, { status, tag, limit }: ListFilter) {
  const wanted = wantedStates(status)
  const found: { readonly task: Task; readonly shown: ShownState }[] = []
  for (const task of plan.tasks.values()) {
    if (found.length === limit) break
    if (isStanding(task.id)) continue
    if (tag !== undefined && !task.tags.includes(tag)) continue
    const shown = shownStateOf(plan, task, now)
    if (!wanted || wanted.has(task.state.kind) || wanted.has(shown)) found.push({ task, shown })
  }
  return found
}

/** Stored statuses and shown states; null = all. */
function wantedStates(text: string | undefined): ReadonlySet<string> | null {
  if (text === undefined) return null
  const known: readonly string[] = [...new Set([...TASK_STATUSES, ...SHOWN_STATES])]
  const words = text.split(',').map((word) => word.trim())
  for (const word of words)
    if (!known.includes(word))
      refuseAs('bad-request', `status: there is no status ${JSON.stringify(word)}`, {
        hint: hintOf(word, known, 'statuses'),
        facts: { field: 'status' },
      })
  return new Set(words)
}

const noFurtherTime = ({ id, schedule }: Task): Failure =>
  failure(
    'wrong-state',
    `the schedule "${schedule?.spec}" of ${id} has no further time to skip to`,
    {
      hint: `yard edit ${id} --schedule sets another, yard abandon ${id} gives it up`,
      facts: { id },
    },
  )

function scheduleRow(yard: Yard, task: Task) {
  if (!task.schedule || task.state.kind === 'abandoned') return []
  const zone = task.schedule.tz ?? yard.config().settings.schedule.tz
  return [
    {
      id: task.id,
      title: task.title,
      spec: task.schedule.spec,
      tz: zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      next: task.state.kind === 'open' ? isoOrNull(task.state.notBefore) : null,
      state: shownStateOf(yard.plan, task, yard.now()),
      missed: missedTimes(yard, task),
    },
  ]
}
