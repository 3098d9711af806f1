/** A `.workgraph` (or `.wg`) folder: `graph.jsonl` row by row, and `config.toml`, in the words of a yard. */
import { z } from 'zod'
import { oneLine } from '../../base/text.ts'
import { scheduleForm } from '../../config/times.ts'
import { parseDuration } from '../../domain/format.ts'
import { givenTaskIdSchema } from '../../domain/schemas.ts'
import { contextSchema, modeSchema, newTaskSchema, type NewTask } from '../../domain/task.ts'
import {
  type FolderFile,
  MAX_LOG_LINE,
  type MovedTask,
  movedTaskSchema,
} from '../../domain/moving/transfer.ts'
import {
  createFindings,
  type Findings,
  fitting,
  isPathText,
  logLineOf,
  type Move,
  type Placed,
  readJson,
  some,
  utcInstant,
} from './source.ts'
import { readWorkgraphConfig, splitModel } from './workgraph-config.ts'
import { modelLines } from './agentweave-team.ts'

const GRAPH = 'graph.jsonl'
const ARCHIVE = 'archive.jsonl'

export const isOfWorkgraph = (path: string): boolean =>
  path === GRAPH || path === ARCHIVE || path === 'config.toml'

export function readWorkgraph(files: readonly FolderFile[]): Move {
  const findings = createFindings()
  const textOf = (path: string): string | undefined =>
    files.find((file) => file.path === path)?.text
  const graph = textOf(GRAPH)
  if (graph === undefined) findings.fault(GRAPH, 1, 'there is no such file')
  const { rows, broken } = rowsOf(findings, graph ?? '')
  const archived = archivedIds(textOf(ARCHIVE) ?? '')
  const after = dependenciesOf(findings, rows, { archived, broken })
  const models = new Map<string, { key: string; value: string }>()
  const tasks = [...rows.values()].flatMap((row): MovedTask[] => {
    const task = toTask(findings, row, after.get(row.value.id) ?? [])
    for (const line of task?.models ?? []) models.set(line.key, line)
    return task ? [task.moved] : []
  })
  const config = readWorkgraphConfig(findings, textOf('config.toml') ?? '')
  const said = new Set(config.map(({ key }) => key))
  return {
    tasks,
    messages: [],
    config: [...config, ...[...models.values()].filter(({ key }) => !said.has(key))],
    left: findings.left,
    faults: findings.faults,
    held: new Set([...rows].flatMap(([id, { value }]) => (value.paused === true ? [id] : []))),
    placeOf(id) {
      const row = rows.get(id)
      return row ? { file: row.file, line: row.lineOf([]) } : null
    },
  }
}

const STATUSES = [
  ...(['open', 'in-progress', 'waiting', 'blocked', 'incomplete', 'pending-eval'] as const),
  ...(['failed-pending-eval', 'pending-validation', 'pending-review'] as const),
  ...(['done', 'failed', 'abandoned'] as const),
]

const isTiming = (text: string | undefined): boolean =>
  text === undefined || scheduleForm(text) !== null

const nodeSchema = z.looseObject({ kind: z.string().default('task'), id: some.text })

const rowSchema = z.looseObject({
  id: givenTaskIdSchema,
  title: newTaskSchema.shape.title,
  description: some.text,
  status: z.enum(STATUSES).default('open'),
  priority: z.union([z.number(), z.string()]).optional(),
  after: some.texts,
  blocked_by: some.texts,
  before: some.texts,
  blocks: some.texts,
  tags: some.texts,
  skills: some.texts,
  deliverables: some.texts,
  artifacts: some.texts,
  exec: some.text,
  exec_mode: some.text,
  executor: some.text,
  context_scope: some.text,
  timeout: some.text.refine(
    (text) => !text || parseDuration(text) !== null,
    'must be a duration such as "30m"',
  ),
  not_before: some.text.refine(
    (text) => text === undefined || utcInstant(text) !== null,
    'must be a point in time',
  ),
  cron_schedule: some.text.refine(isTiming, 'must be a cron expression'),
  cron_enabled: some.flag,
  schedule: some.text.refine(isTiming, 'must be a clock time or a cron expression'),
  max_retries: z.number().int().min(0).max(999).optional(),
  model: some.text,
  verify: some.text,
  paused: some.flag,
  failure_reason: some.text,
  cycle_config: z.unknown().optional(),
  created_at: some.text,
  log: z
    .array(
      z.looseObject({
        timestamp: some.text,
        actor: some.text,
        user: some.text,
        message: z.string(),
      }),
    )
    .default([]),
})
type Row = z.infer<typeof rowSchema>
const ROW_KEYS = [...Object.keys(rowSchema.shape), 'kind', 'last_interaction_at']
/** Counts and links that the program keeps for itself, where they say nothing. */
const isNothing = (value: unknown): boolean =>
  value === 0 || value === false || value === '' || (Array.isArray(value) && value.length === 0)

interface Rows {
  readonly rows: ReadonlyMap<string, Placed<Row>>
  /** Ids of rows that do not fit. */
  readonly broken: ReadonlySet<string>
}

/** By id. As in the program itself a later row takes the place of an earlier one. */
function rowsOf(findings: Findings, text: string): Rows {
  const broken = new Set<string>()
  const rows = new Map<string, Placed<Row>>()
  const { left } = findings
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    const at = { file: GRAPH, text: line, firstLine: index + 1 }
    const node = readJson(findings, at, nodeSchema)
    if (!node) continue
    const { kind, id = '' } = node.value
    if (kind !== 'task') {
      left.add(`nodes of kind ${oneLine(kind, 60)}`)
      continue
    }
    if (id.startsWith('.')) {
      left.add('system tasks')
      continue
    }
    const row = fitting(findings, node, rowSchema)
    if (!row) {
      broken.add(id)
      continue
    }
    if (rows.delete(row.value.id)) left.add('rows that a later one of the same id replaces')
    rows.set(row.value.id, row)
  }
  return { rows, broken }
}

/** Finished tasks that the program has put away: what waits for them waits for nothing. */
function archivedIds(text: string): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const line of text.split('\n')) {
    const [, id] = /"id"\s*:\s*"([^"\\]{1,200})"/.exec(line) ?? []
    if (id !== undefined) ids.add(id)
  }
  return ids
}

// Dependencies.

function dependenciesOf(
  findings: Findings,
  rows: ReadonlyMap<string, Placed<Row>>,
  elsewhere: Elsewhere,
): ReadonlyMap<string, readonly string[]> {
  const after = new Map<string, Set<string>>([...rows.keys()].map((id) => [id, new Set()]))
  for (const [id, row] of rows) {
    for (const blocker of [...row.value.after, ...row.value.blocked_by])
      if (rows.has(blocker)) after.get(id)?.add(blocker)
      else leaveBlocker(findings, row, blocker, elsewhere)
    for (const dependent of [...row.value.before, ...row.value.blocks])
      after.get(dependent)?.add(id)
  }
  const headers = [...rows.values()].filter(({ value }) => value.cycle_config !== undefined)
  breakCycles(
    findings,
    after,
    headers.map(({ value }) => value.id),
  )
  return new Map([...after].map(([id, blockers]) => [id, [...blockers]]))
}

interface Elsewhere {
  readonly archived: ReadonlySet<string>
  readonly broken: ReadonlySet<string>
}

/** It names no row that is read. */
function leaveBlocker(
  { left, fault }: Findings,
  { file, value, lineOf }: Placed<Row>,
  blocker: string,
  { archived, broken }: Elsewhere,
): void {
  if (archived.has(blocker)) left.add('after: tasks that are archived')
  else if (blocker.startsWith('.')) left.add('after: system tasks')
  else if (blocker.includes(':')) left.add('after: tasks of other repositories')
  else if (!broken.has(blocker)) {
    const message = `task ${value.id} names ${oneLine(blocker, 100)}, which is not there`
    fault(file, lineOf(['after']), message)
  }
}

/** Takes away the edges by which a configured cycle comes back to its head, and those of a task to itself. */
function breakCycles(
  { left }: Findings,
  after: ReadonlyMap<string, Set<string>>,
  headers: readonly string[],
): void {
  const closing = 'edges that close a cycle'
  for (const [id, blockers] of after) if (blockers.delete(id)) left.add(closing)
  const direct = new Map<string, string[]>([...after.keys()].map((id) => [id, []]))
  for (const [dependent, blockers] of after)
    for (const blocker of blockers) direct.get(blocker)?.push(dependent)
  for (const id of headers) {
    const later = reachedFrom(direct, id)
    const own = after.get(id)
    for (const blocker of own ?? [])
      if (later.has(blocker) && own?.delete(blocker)) left.add(closing)
  }
}

function reachedFrom(direct: ReadonlyMap<string, readonly string[]>, id: string): Set<string> {
  const found = new Set<string>()
  for (const queue = [id]; queue.length > 0;)
    for (const next of direct.get(queue.pop() ?? '') ?? [])
      if (!found.has(next)) {
        found.add(next)
        queue.push(next)
      }
  return found
}

// One row.

interface ReadTask {
  readonly moved: MovedTask
  /** Entries of the registry that its model needs. */
  readonly models: readonly { key: string; value: string }[]
}

function toTask(findings: Findings, row: Placed<Row>, after: readonly string[]): ReadTask | null {
  const { left } = findings
  const said = row.value
  for (const [key, value] of Object.entries(said))
    if (!ROW_KEYS.includes(key) && !isNothing(value)) left.add(key)
  if (said.cycle_config !== undefined) left.add('cycle_config')
  const end = endOf(findings, said)
  const route = routeOf(findings, said)
  const timing = timingOf(findings, said)
  const task = {
    id: said.id,
    title: said.title,
    ...(said.description === undefined ? {} : { description: said.description }),
    priority: priorityOf(findings, said.priority),
    after,
    tags: said.tags,
    skills: said.skills,
    deliverables: said.deliverables.filter(isPathText),
    ...(said.exec === undefined ? {} : { exec: said.exec }),
    ...(said.verify === undefined ? {} : { verify: said.verify }),
    ...(said.max_retries === undefined ? {} : { maxAttempts: said.max_retries + 1 }),
    ...route.task,
    ...choicesOf(findings, said),
    ...timing,
    ...(end === null ? { paused: true } : {}),
  }
  left.add(
    'deliverables that are no paths',
    said.deliverables.filter((each) => !isPathText(each)).length,
  )
  const fit = fitting(findings, { ...row, value: task }, movedTaskSchema.shape.task)
  return (
    fit && { moved: { task: fit.value, end, log: logOf(findings, said) }, models: route.models }
  )
}

/** The names that the program itself gives, from the highest. */
export const PRIORITY_NUMBERS = { critical: 100, high: 50, normal: 10, low: 5, idle: 0 } as const
type PriorityName = keyof typeof PRIORITY_NUMBERS
// Its own keys, and no others.
const PRIORITY_NAMES = Object.keys(PRIORITY_NUMBERS) as readonly PriorityName[]

function priorityOf(findings: Findings, said: number | string | undefined): PriorityName {
  if (said === undefined) return 'normal'
  if (typeof said === 'string') return PRIORITY_NAMES.find((name) => name === said) ?? 'normal'
  const name = PRIORITY_NAMES.find((each) => said >= PRIORITY_NUMBERS[each]) ?? 'idle'
  if (PRIORITY_NUMBERS[name] !== said) findings.left.add('priority between two names')
  return said > 0 && name === 'idle' ? 'low' : name
}

function endOf(findings: Findings, row: Row): MovedTask['end'] {
  const { status, artifacts } = row
  // What repeats is open again with its next time.
  const isRepeating = row.cron_schedule !== undefined && row.cron_enabled !== false
  const isDone = ['done', 'pending-validation', 'pending-review'].includes(status) && !isRepeating
  if (!isDone) findings.left.add('artifacts', artifacts.length)
  if (isDone) return { kind: 'done', artifacts: artifacts.filter((path) => path !== '') }
  if (status === 'abandoned') return { kind: 'abandoned' }
  if (status !== 'failed') return null
  return {
    kind: 'failed',
    reason: oneLine(row.failure_reason ?? '', 4000) || 'failed in workgraph',
  }
}

/** `claude:opus` names an executor and its model; others are served by a client that is not here. */
function routeOf(
  findings: Findings,
  { executor, model }: Row,
): { task: Pick<NewTask, 'executor' | 'model'>; models: ReadTask['models'] } {
  const own = executor === undefined ? {} : { executor }
  if (model === undefined) return { task: own, models: [] }
  const { prefix, name } = splitModel(model)
  if (name === '' || (prefix !== null && prefix !== 'claude' && prefix !== 'codex')) {
    findings.left.add(`model ${oneLine(model, 100)}`)
    return { task: own, models: [] }
  }
  const [, ...models] = modelLines(name, prefix ?? 'claude', ['model'])
  return { task: { ...(prefix === null ? {} : { executor: prefix }), ...own, model: name }, models }
}

function choicesOf(findings: Findings, { context_scope, exec_mode, exec }: Row) {
  const context = contextSchema.safeParse(context_scope)
  const mode = modeSchema.safeParse(exec_mode)
  if (context_scope !== undefined && !context.success) findings.left.add('context_scope')
  // A shell line needs no word for it.
  if (exec_mode !== undefined && !mode.success && exec === undefined) findings.left.add('exec_mode')
  return {
    ...(context.success ? { context: context.data } : {}),
    ...(mode.success && exec === undefined && mode.data !== 'full' ? { mode: mode.data } : {}),
  }
}

function timingOf({ left }: Findings, { timeout, not_before, cron_enabled, ...row }: Row) {
  const { cron_schedule: cron, schedule: daily } = row
  const spec = cron ?? daily
  const isOn = cron_enabled !== false
  if (spec !== undefined && !isOn) left.add('cron_schedule that is off')
  const timeoutMs = parseDuration(timeout ?? '') ?? 0
  const limit = timeoutMs === 0 ? {} : { timeoutMs }
  const notBefore = utcInstant(not_before)
  if (spec === undefined || !isOn) return { ...limit, ...(notBefore === null ? {} : { notBefore }) }
  if (notBefore !== null) left.add('not_before beside cron_schedule')
  return { ...limit, schedule: { spec, tz: cron === undefined ? null : 'UTC' } }
}

const MOST_LOGGED = 200

/** The newest lines, and what a status was that has no equal here. */
function logOf(findings: Findings, { status, log, created_at }: Row): string[] {
  const lines = log.flatMap(({ timestamp, actor, user, message }) => {
    if (message.trim() === '') return []
    if (timestamp === undefined) return [message.slice(0, MAX_LOG_LINE).toWellFormed()]
    return [logLineOf({ timestamp, actor: actor ?? user ?? 'workgraph', message })]
  })
  const isKept = [
    'open',
    'done',
    'failed',
    'abandoned',
    'pending-review',
    'pending-validation',
  ].includes(status)
  if (!isKept) findings.left.add(`status ${status}`)
  const timestamp = utcInstant(created_at) === null ? undefined : created_at
  const note = { actor: 'workgraph', message: `status was ${status}` }
  if (!isKept && timestamp !== undefined) lines.push(logLineOf({ timestamp, ...note }))
  findings.left.add('lines of logs, the oldest', Math.max(0, lines.length - MOST_LOGGED))
  return lines.slice(-MOST_LOGGED)
}
