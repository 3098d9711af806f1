/** A `.agentweave` folder, as version 0.42 of AgentWeave writes it, in the words of a yard. */
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { errorText, oneLine } from '../../base/text.ts'
import { givenTaskIdSchema } from '../../domain/schemas.ts'
import { newTaskSchema } from '../../domain/task.ts'
import { type FolderFile, type MovedTask, movedTaskSchema } from '../../domain/moving/transfer.ts'
import {
  declaredAgentSchema,
  declaredJobSchema,
  jobFileSchema,
  jobLines,
  memberLines,
  nameFault,
  sessionAgentSchema,
  type TeamAgent,
  teamAgent,
  type TeamJob,
} from './agentweave-team.ts'
import { messageSchema, toMessages } from './agentweave-messages.ts'
import {
  createFindings,
  type Findings,
  fitting,
  isPathText,
  type Move,
  type Placed,
  readJson,
  some,
  withSections,
} from './source.ts'

export const AGENTWEAVE_YML = 'agentweave.yml'

/** Paths in the folder that are read; `agentweave.yml` beside it is one more. */
export const isOfAgentweave = (path: string): boolean =>
  path === 'session.json' ||
  /^(messages\/pending|tasks\/(active|completed)|jobs)\/[^/]+\.json$/.test(path)

export const SECTIONS = [
  ...['Requirements', 'Acceptance criteria', 'Deliverables', 'Notes'],
] as const

interface MoveOptions {
  /** Jobs go by the clock at once, and messages wake their members. */
  readonly isStarted: boolean
}

export function readAgentweave(files: readonly FolderFile[], options: MoveOptions): Move {
  const findings = createFindings()
  const team = readTeam(findings, files)
  const members = new Set(team.agents.map(({ name }) => name))
  const tasks = readTasks(findings, files, members)
  const ids = new Set(tasks.map(({ value }) => value.task.id))
  const messages = under(files, 'messages/pending/').flatMap((file) => {
    const read = readJson(findings, source(file), messageSchema)
    return read ? toMessages(findings, read, { members, ids, ...options }) : []
  })
  const jobs = jobLines(findings, team.jobs, { members, ...options })
  const places = new Map(tasks.map((task) => [task.value.task.id as string, task]))
  return {
    tasks: tasks.map(({ value }) => value),
    messages: messages.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
    config: [...team.agents.flatMap(memberLines), ...jobs],
    left: findings.left,
    faults: findings.faults,
    held: new Set(),
    placeOf(id) {
      const task = places.get(id)
      return task ? { file: task.file, line: task.lineOf(['id']) } : null
    },
  }
}

const under = (files: readonly FolderFile[], prefix: string): readonly FolderFile[] =>
  files.filter(({ path }) => path.startsWith(prefix))
const source = ({ path, text }: FolderFile) => ({ file: path, text })

// The team.

const sessionSchema = z.looseObject({ agents: z.record(z.string(), z.unknown()).default({}) })
const projectSchema = z.looseObject({
  agents: z.record(z.string(), z.unknown()).default({}),
  jobs: z.record(z.string(), z.unknown()).default({}),
})

function readTeam(findings: Findings, files: readonly FolderFile[]) {
  const session = files.find(({ path }) => path === 'session.json')
  const yml = files.find(({ path }) => path === AGENTWEAVE_YML)
  if (!session && !yml)
    findings.fault('session.json', 1, `there is neither this file nor ${AGENTWEAVE_YML} beside`)
  const run = session ? readJson(findings, source(session), sessionSchema) : null
  const declared = yml ? readYaml(findings, yml) : null
  leaveRest(findings, run, SESSION_KEYS)
  leaveRest(findings, declared, PROJECT_KEYS)
  const names = new Set([
    ...Object.keys(run?.value.agents ?? {}),
    ...Object.keys(declared?.value.agents ?? {}),
  ])
  const agents = [...names].flatMap((name): TeamAgent[] => {
    const place = run && Object.hasOwn(run.value.agents, name) ? run : declared
    const fault = nameFault(name)
    if (fault !== null && place) {
      findings.fault(place.file, place.lineOf(['agents', name]), fault)
      return []
    }
    const own = entryOf(findings, run, ['agents', name], sessionAgentSchema)
    const wanted = entryOf(findings, declared, ['agents', name], declaredAgentSchema)
    const agent = teamAgent(findings, name, own?.value, wanted?.value)
    if (agent.runner === 'claude_proxy' && agent.baseUrl === null && place)
      findings.fault(
        place.file,
        place.lineOf(['agents', name]),
        `agents.${name}: claude_proxy needs an address: ANTHROPIC_BASE_URL, or base_url in ${AGENTWEAVE_YML}`,
      )
    return [agent]
  })
  return { agents, jobs: readJobs(findings, files, declared) }
}

const SESSION_KEYS = ['id', 'agents', 'created', 'updated', 'active_tasks', 'completed_tasks']
const PROJECT_KEYS = ['agents', 'jobs']

function leaveRest(
  findings: Findings,
  read: Placed<object> | null,
  taken: readonly string[],
): void {
  for (const [key, value] of Object.entries(read?.value ?? {}))
    if (!taken.includes(key)) findings.left.add(key, Array.isArray(value) ? value.length : 1)
}

/** One entry of a table of a file; null where it is not there or does not fit. */
function entryOf<T>(
  findings: Findings,
  read: Placed<Record<string, unknown>> | null,
  [table, name]: readonly [string, string],
  schema: z.ZodType<T>,
): Placed<T> | null {
  const entries: unknown = read?.value[table]
  if (!read || typeof entries !== 'object' || entries === null || !Object.hasOwn(entries, name))
    return null
  const value = (entries as Record<string, unknown>)[name] ?? {}
  return fitting(
    findings,
    { file: read.file, value, lineOf: (path) => read.lineOf([table, name, ...path]) },
    schema,
  )
}

function readJobs(
  findings: Findings,
  files: readonly FolderFile[],
  declared: Placed<z.infer<typeof projectSchema>> | null,
): readonly Placed<TeamJob>[] {
  const own = under(files, 'jobs/').flatMap((file): Placed<TeamJob>[] => {
    const job = readJson(findings, source(file), jobFileSchema)
    return job ? [job] : []
  })
  const names = new Set<string>()
  for (const { file, value, lineOf } of own) {
    if (names.has(value.name))
      findings.fault(
        file,
        lineOf(['name']),
        `there is another job called ${JSON.stringify(value.name)}`,
      )
    names.add(value.name)
  }
  const more = Object.keys(declared?.value.jobs ?? {}).flatMap((name): Placed<TeamJob>[] => {
    const job = names.has(name)
      ? null
      : entryOf(findings, declared, ['jobs', name], declaredJobSchema)
    return job ? [{ ...job, value: { ...job.value, name, session_mode: 'new' } }] : []
  })
  return [...own, ...more]
}

function readYaml(
  findings: Findings,
  { path, text }: FolderFile,
): Placed<z.infer<typeof projectSchema>> | null {
  const lines = new LineCounter()
  try {
    const parsed = parseDocument(text, { lineCounter: lines, stringKeys: true })
    const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line)
    const [error] = parsed.errors
    if (error) {
      findings.fault(path, lineAt(error.pos[0]), `not valid YAML: ${oneLine(error.message, 300)}`)
      return null
    }
    const lineOf: Placed<unknown>['lineOf'] = (keys) => {
      for (let length = keys.length; length > 0; length--) {
        const node: unknown = parsed.getIn(keys.slice(0, length), true)
        const range =
          typeof node === 'object' && node !== null && 'range' in node ? node.range : null
        if (Array.isArray(range)) return lineAt(Number(range[0]))
      }
      return 1
    }
    const value: unknown = parsed.toJS({ maxAliasCount: 100 }) ?? {}
    return fitting(findings, { file: path, value, lineOf }, projectSchema)
  } catch (error) {
    // Aliases that would grow without end, and texts nested deeper than the parser goes.
    findings.fault(path, 1, `not valid YAML: ${oneLine(errorText(error), 300)}`)
    return null
  }
}

// Tasks.

const STATUSES = [
  ...(['pending', 'assigned', 'in_progress', 'completed', 'under_review'] as const),
  ...(['revision_needed', 'approved', 'rejected'] as const),
]
const PRIORITIES = { low: 'low', medium: 'normal', high: 'high', critical: 'critical' } as const
/** What a status that has no equal here was, as a note to whoever goes on. */
const STATUS_NOTE = 'Status in AgentWeave: '
const NOTED: readonly string[] = ['in_progress', 'under_review', 'revision_needed']

const taskSchema = z.looseObject({
  id: givenTaskIdSchema,
  title: newTaskSchema.shape.title,
  description: some.text,
  status: z.enum(STATUSES).default('pending'),
  priority: z.enum(['low', 'medium', 'high', 'critical']).default('medium'),
  assignee: some.text,
  requirements: some.texts,
  acceptance_criteria: some.texts,
  deliverables: some.texts,
  notes: some.texts,
})
const TASK_KEYS = [...Object.keys(taskSchema.shape), 'created_at', 'updated']

function readTasks(
  findings: Findings,
  files: readonly FolderFile[],
  members: ReadonlySet<string>,
): readonly Placed<MovedTask>[] {
  const tasks: Placed<MovedTask>[] = []
  const places = new Map<string, string>()
  for (const file of under(files, 'tasks/')) {
    const read = readJson(findings, source(file), taskSchema)
    if (!read) continue
    const moved = toTask(findings, read, members)
    if (!moved) continue
    const first = places.get(moved.value.task.id)
    if (first !== undefined)
      findings.fault(
        file.path,
        read.lineOf(['id']),
        `the id ${moved.value.task.id} is that of ${first}, too`,
      )
    places.set(moved.value.task.id, file.path)
    tasks.push(moved)
  }
  return tasks
}

function toTask(
  findings: Findings,
  read: Placed<z.infer<typeof taskSchema>>,
  members: ReadonlySet<string>,
): Placed<MovedTask> | null {
  const { left } = findings
  const said = read.value
  for (const key of Object.keys(said)) if (!TASK_KEYS.includes(key)) left.add(`tasks.${key}`)
  const { assignee, status, priority } = said
  const isMember = assignee !== undefined && members.has(assignee)
  if (assignee !== undefined && !isMember)
    left.add(`tasks.assignee ${oneLine(assignee, 60)}, who is not in the session`)
  const end = endOf(status)
  const notes = NOTED.includes(status) ? [...said.notes, `${STATUS_NOTE}${status}`] : said.notes
  const description = withSections(said.description ?? '', [
    ['Requirements', said.requirements],
    ['Acceptance criteria', said.acceptance_criteria],
    ['Deliverables', said.deliverables.filter((each) => !isPathText(each))],
    ['Notes', notes],
  ])
  const task = {
    id: said.id,
    title: said.title,
    ...(description === '' ? {} : { description }),
    priority: PRIORITIES[priority],
    deliverables: said.deliverables.filter(isPathText),
    ...(isMember ? { member: assignee } : {}),
    ...(end === null ? { paused: true } : {}),
  }
  const fit = fitting(findings, { ...read, value: task }, movedTaskSchema.shape.task)
  return fit && { ...read, value: { task: fit.value, end, log: [] } }
}

function endOf(status: (typeof STATUSES)[number]): MovedTask['end'] {
  if (status === 'completed' || status === 'approved') return { kind: 'done', artifacts: [] }
  return status === 'rejected' ? { kind: 'abandoned' } : null
}
