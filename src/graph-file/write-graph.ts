/** Writes a graph so that `parseGraphFile` reads the same tasks back. Fields without a value are left out. */
import { utcIso } from '../base/instant.ts'
import { clipCount } from '../domain/bounds.ts'
import { formatDuration, MAX_DURATION_MS } from '../domain/format.ts'
import { definitionOf, type NewTask, type Task } from '../domain/task.ts'
import type { TaskId } from '../domain/ids.ts'
import { quote, toLiteral } from '../config/edit-text.ts'
import type { GraphFormat } from './read-graph.ts'
import { spell, type Spelling } from './task-fields.ts'

export function toGraphText(tasks: readonly NewTask[], format: GraphFormat): string {
  switch (format) {
    case 'toml':
      return tasks.map(tomlTask).join('\n')
    case 'json':
      return `${JSON.stringify({ task: tasks.map((task) => entries(task, 'camel')).map(Object.fromEntries) }, null, 2)}\n`
    case 'jsonl':
      return tasks
        .map((task) => `${JSON.stringify(Object.fromEntries(entries(task, 'camel')))}\n`)
        .join('')
  }
}

/** The definition of a task without its progress. `notBefore` is kept only while nothing but its definition can have set it. */
export function newTaskOf(task: Task, after: readonly TaskId[]): NewTask {
  const { id, state, schedule, held } = task
  const isUntouched = state.kind === 'open' && task.generation === 0 && schedule === null
  const notBefore = isUntouched ? state.notBefore : null
  return {
    ...definitionOf(task),
    id,
    after: [...after],
    ...(notBefore === null ? {} : { notBefore }),
    paused: held,
  }
}

/** Fields in the order of the file, without defaults. */
function entries(task: NewTask, spelling: Spelling): [string, unknown][] {
  const fields: [string, unknown][] = [
    ['id', task.id],
    ['title', task.title],
    ['description', task.description],
    ['exec', task.exec],
    ['after', task.after],
    ['before', task.before],
    ['executor', task.executor],
    ['model', task.model],
    ['priority', task.priority === 'normal' ? null : task.priority],
    ['tags', task.tags],
    ['skills', task.skills],
    ['deliverables', task.deliverables],
    ['verify', task.verify],
    ['timeout', task.timeoutMs == null ? null : durationText(task.timeoutMs)],
    ['maxAttempts', task.maxAttempts],
    ['budget', task.budget],
    ['budgetTokens', clipCount(task.budgetTokens ?? null)],
    ['delay', task.delayMs === undefined ? null : durationText(task.delayMs)],
    ['notBefore', task.notBefore === undefined ? null : utcIso(task.notBefore)],
    ['schedule', task.schedule?.spec],
    ['tz', task.schedule?.tz],
    ['context', task.context],
    ['mode', task.mode],
    ['worktree', task.worktree],
    ['repo', task.repo],
    ['gate', task.gate],
    ['identity', task.identity],
    ['kind', task.kind],
    ['member', task.member],
    ['paused', task.paused === true ? true : null],
  ]
  return fields
    .filter(([, value]) => isSaid(value))
    .map(([field, value]) => [spell(field, spelling), value])
}

/** A stored duration may exceed what a file can express. */
const durationText = (ms: number): string => formatDuration(Math.min(ms, MAX_DURATION_MS))

const isSaid = (value: unknown): boolean =>
  value !== null &&
  value !== undefined &&
  value !== '' &&
  !(Array.isArray(value) && value.length === 0)

function tomlTask(task: NewTask): string {
  const lines = entries(task, 'snake').map(([name, value]) => `${name} = ${tomlValue(value)}`)
  return `[[task]]\n${lines.join('\n')}\n`
}

/** Text of several lines becomes a multi-line string. */
function tomlValue(value: unknown): string {
  if (typeof value !== 'string' || !value.includes('\n')) return toLiteral(value)
  const lines = value.split('\n').map((line) => quote(line).slice(1, -1))
  return `"""\n${lines.join('\n')}"""`
}
