/** Tasks and settings of a yard as the files of workgraph. */
import { utcIso } from '../../base/instant.ts'
import { setInText, toLiteral } from '../../config/edit-text.ts'
import { parseKey } from '../../config/keys.ts'
import { formatDuration } from '../../domain/format.ts'
import type { Task } from '../../domain/task.ts'
import { createLeft, type LeftCounter } from '../../domain/moving/transfer.ts'
import { PRIORITY_NUMBERS } from './read-workgraph.ts'
import { logEntryOf } from './source.ts'
import { keyThere, MODEL_FIELDS } from './workgraph-config.ts'
import { leaveFields, type Outgoing, type OutgoingTask, type Written } from './write-agentweave.ts'

const FOLDER = '.workgraph'

export function writeWorkgraph(yard: Outgoing): Written {
  const left = createLeft()
  const later = new Map<string, string[]>()
  for (const { task, after } of yard.tasks)
    for (const blocker of after) later.set(blocker, [...(later.get(blocker) ?? []), task.id])
  const rows = yard.tasks.map((each) => rowOf(left, each, later.get(each.task.id) ?? []))
  left.add('members', Object.keys(yard.settings.members).length)
  left.add('jobs', Object.keys(yard.settings.jobs).length)
  left.add('messages', yard.deliveries.length)
  const graph = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const config = configText(left, yard)
  return {
    files: [
      { path: `${FOLDER}/graph.jsonl`, text: graph },
      ...(config === '' ? [] : [{ path: `${FOLDER}/config.toml`, text: config }]),
    ],
    left: left.list(),
  }
}

const WRITTEN: readonly string[] = [
  ...['title', 'description', 'priority', 'tags', 'skills', 'deliverables', 'exec', 'verify'],
  ...['executor', 'model', 'timeoutMs', 'maxAttempts', 'schedule', 'context', 'mode'],
]

function rowOf(left: LeftCounter, { task, after, log, artifacts }: OutgoingTask, before: string[]) {
  leaveFields(left, task, WRITTEN)
  const { state, schedule, priority } = task
  const notBefore = state.kind === 'open' && schedule === null ? state.notBefore : null
  return said({
    kind: 'task',
    id: task.id,
    title: task.title,
    description: task.description,
    status: statusOf(left, task),
    priority: PRIORITY_NUMBERS[priority],
    after,
    before,
    tags: task.tags,
    skills: task.skills,
    deliverables: task.deliverables,
    artifacts,
    exec: task.exec,
    exec_mode: task.exec === null ? task.mode : 'shell',
    context_scope: task.context,
    verify: task.verify,
    timeout: task.timeoutMs === null ? null : formatDuration(task.timeoutMs),
    max_retries: task.maxAttempts === null ? null : task.maxAttempts - 1,
    ...modelOf(task),
    ...scheduleOf(left, task),
    not_before: notBefore === null ? null : utcIso(notBefore),
    paused: task.held ? true : null,
    failure_reason: state.kind === 'failed' ? state.failure.reason : null,
    created_at: utcIso(task.createdAt),
    started_at: task.startedAt === null ? null : utcIso(task.startedAt),
    completed_at: task.completedAt === null ? null : utcIso(task.completedAt),
    log: log.map(
      ({ at, by, text }) => logEntryOf(text) ?? { timestamp: utcIso(at), actor: by, message: text },
    ),
  })
}

/** Without what says nothing. */
const said = (row: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(row).filter(
      ([, value]) =>
        value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  )

function statusOf(left: LeftCounter, { state }: Task): string {
  if (state.kind !== 'waiting') return state.kind
  // There it would wait for a condition, which nobody can give.
  left.add('tasks that wait for somebody (open there)')
  return 'open'
}

/** Of `claude` and `codex` the model says who runs it. */
function modelOf({ executor, model }: Task): object {
  const isNamed = executor === 'claude' || executor === 'codex'
  if (isNamed && model !== null) return { model: `${executor}:${model}` }
  return { executor, model }
}

function scheduleOf(left: LeftCounter, { schedule }: Task): object {
  if (schedule === null) return {}
  const isCron = schedule.spec.trim().split(/\s+/).length >= 5
  if (isCron && schedule.tz === 'UTC') return { cron_schedule: schedule.spec, cron_enabled: true }
  if (schedule.tz !== null) left.add('tasks.tz')
  return { schedule: schedule.spec }
}

function configText(left: LeftCounter, { config }: Outgoing): string {
  let text = ''
  const models = new Set<string>()
  for (const { key, value } of config) {
    const path = parseKey(key) ?? [key]
    const [table = '', name = ''] = path
    const isModel = table === 'models' && name !== 'roles'
    const there = isModel ? null : keyThere(path)
    if (isModel) models.add(name)
    else if (there) text = setInText(text, there, value)
    // Members and jobs are told as such.
    else if (table !== 'members' && table !== 'jobs') left.add(`config ${key}`)
  }
  const registry = [...models].map((name) => {
    const fields = config.flatMap(({ key, value }): string[] => {
      const [table, model, field = ''] = parseKey(key) ?? []
      if (table !== 'models' || model !== name) return []
      const [own] = Object.entries(MODEL_FIELDS).find(([, ours]) => ours === field) ?? []
      if (own === undefined) left.add(`config ${key}`)
      return own === undefined ? [] : [`${own} = ${toLiteral(value)}`]
    })
    return `[[model_registry]]\nid = ${toLiteral(name)}\n${fields.join('\n')}\n`
  })
  return [...(text === '' ? [] : [text]), ...registry].join('\n')
}
