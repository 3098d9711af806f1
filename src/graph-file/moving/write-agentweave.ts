/** Tasks, members, jobs and open messages of a yard as the files of AgentWeave 0.42. */
import { stringify } from 'yaml'
import { utcIso } from '../../base/instant.ts'
import type { Delivery, Message } from '../../domain/messages/message.ts'
import { ANY_PERSON } from '../../domain/messages/message.ts'
import type { JobSettings, MemberSettings, Profile, Settings } from '../../domain/settings.ts'
import { DEFINITION_FIELDS, type Task } from '../../domain/task.ts'
import {
  createLeft,
  type FolderFile,
  type Left,
  type LeftCounter,
} from '../../domain/moving/transfer.ts'
import { profileOf } from '../../domain/routing/resolve.ts'
import { runnerOf } from './agentweave-team.ts'
import { HUMAN, splitSubject } from './agentweave-messages.ts'
import { AGENTWEAVE_YML, SECTIONS } from './read-agentweave.ts'
import { takeSections } from './source.ts'

/** What a yard has that other programs can have. */
export interface Outgoing {
  readonly tasks: readonly OutgoingTask[]
  readonly settings: Settings
  /** Each with its message. */
  readonly deliveries: readonly { readonly delivery: Delivery; readonly message: Message }[]
  /** Keys that the project's config says. */
  readonly config: readonly { readonly key: string; readonly value: unknown }[]
  readonly name: string
  readonly now: number
}

export interface OutgoingTask {
  readonly task: Task
  readonly after: readonly string[]
  /** Oldest first. */
  readonly log: readonly { readonly at: number; readonly by: string; readonly text: string }[]
  /** Paths of files. */
  readonly artifacts: readonly string[]
}

export interface Written {
  readonly files: readonly FolderFile[]
  readonly left: readonly Left[]
}

export function writeAgentweave(yard: Outgoing): Written {
  const left = createLeft()
  const ids = idsThere(left, yard.tasks)
  const tasks = yard.tasks.map((each) => taskFile(left, ids, each))
  const messages = yard.deliveries.flatMap((each) => messageFiles(left, ids, yard, each))
  const agents = Object.entries(yard.settings.members).map(
    ([name, member]) => [name, agentOf(left, yard.settings, name, member)] as const,
  )
  const jobs = Object.entries(yard.settings.jobs).flatMap(([name, job]) => jobOf(left, name, job))
  return {
    files: [
      { path: AGENTWEAVE_YML, text: declared(yard, agents, jobs) },
      json('session', sessionOf(yard, agents, tasks)),
      ...tasks.map(({ folder, body }) => json(`tasks/${folder}/${body.id}`, body)),
      ...messages.map((body) => json(`messages/pending/${body.id}`, body)),
      ...jobs.map((body) => json(`jobs/${body.id}`, body)),
    ],
    left: left.list(),
  }
}

const json = (path: string, body: object): FolderFile => ({
  path: `.agentweave/${path}.json`,
  text: `${JSON.stringify(body, null, 2)}\n`,
})

// Tasks.

/** There an id has no dots. */
function idsThere(left: LeftCounter, tasks: readonly OutgoingTask[]): ReadonlyMap<string, string> {
  const taken = new Set(
    tasks.map(({ task }) => task.id as string).filter((id) => !id.includes('.')),
  )
  const ids = new Map<string, string>()
  for (const { task } of tasks) {
    const plain = task.id.replaceAll('.', '-')
    let id = plain
    if (plain !== task.id) {
      left.add('tasks.id with dots (named anew)')
      for (let number = 2; taken.has(id); number++) id = `${plain}-${number}`
      taken.add(id)
    }
    ids.set(task.id, id)
  }
  return ids
}

const WRITTEN: readonly string[] = ['title', 'description', 'priority', 'deliverables', 'member']
const PRIORITIES = {
  idle: 'low',
  low: 'low',
  normal: 'medium',
  high: 'high',
  critical: 'critical',
} as const

function taskFile(
  left: LeftCounter,
  ids: ReadonlyMap<string, string>,
  { task, after, log, artifacts }: OutgoingTask,
) {
  leaveFields(left, task, WRITTEN)
  left.add('tasks.after', after.length)
  left.add('tasks.log', log.length)
  left.add('tasks.artifacts', artifacts.length)
  if (task.priority === 'idle') left.add('tasks.priority idle (low there)')
  const status = statusOf(left, task)
  const { description, lists } = takeSections(task.description, SECTIONS)
  const list = (heading: (typeof SECTIONS)[number]) => lists.get(heading) ?? []
  const isOver = status === 'approved' || status === 'rejected'
  return {
    folder: isOver ? 'completed' : 'active',
    body: {
      id: ids.get(task.id) ?? task.id,
      title: task.title,
      description,
      status,
      priority: PRIORITIES[task.priority],
      assignee: task.member,
      assigner: null,
      created_at: utcIso(task.createdAt),
      updated: utcIso(task.completedAt ?? task.startedAt ?? task.createdAt),
      requirements: list('Requirements'),
      acceptance_criteria: list('Acceptance criteria'),
      deliverables: [...list('Deliverables'), ...task.deliverables],
      notes: list('Notes'),
    },
  }
}

/** Fields that say something and are not among `written`. */
export function leaveFields(left: LeftCounter, task: Task, written: readonly string[]): void {
  for (const field of DEFINITION_FIELDS) {
    const value = task[field]
    const isSaid = value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
    if (isSaid && !written.includes(field)) left.add(`tasks.${field}`)
  }
}

function statusOf(left: LeftCounter, { state, member }: Task): string {
  switch (state.kind) {
    case 'done':
      return 'approved'
    case 'abandoned':
      return 'rejected'
    case 'failed':
      left.add('tasks that failed (revision_needed there)')
      return 'revision_needed'
    case 'in-progress':
      return 'in_progress'
    case 'pending-eval':
      return 'under_review'
    default:
      return member === null ? 'pending' : 'assigned'
  }
}

// Messages.

const TYPES = {
  message: 'message',
  question: 'message',
  delegation: 'delegation',
  review: 'review',
} as const

function messageFiles(
  left: LeftCounter,
  ids: ReadonlyMap<string, string>,
  { settings }: Outgoing,
  { delivery, message }: Outgoing['deliveries'][number],
) {
  const { recipient } = delivery
  if (recipient !== ANY_PERSON && !Object.hasOwn(settings.members, recipient)) {
    left.add(`messages to ${delivery.recipientKind}s`)
    return []
  }
  if (message.replyTo !== null) left.add('messages.replyTo')
  if (message.kind === 'question') left.add('messages.kind question (message there)')
  if (message.priority === 'urgent') left.add('messages.priority urgent')
  const isFirst = message.to[0] === recipient
  return [
    {
      id: `msg-${message.id}${isFirst ? '' : `-${recipient}`}`,
      from: message.from === ANY_PERSON ? HUMAN : message.from,
      to: recipient === ANY_PERSON ? HUMAN : recipient,
      ...splitSubject(message.text),
      type: TYPES[message.kind],
      timestamp: utcIso(message.at),
      read: false,
      read_at: null,
      task_id: message.task === null ? null : (ids.get(message.task) ?? null),
    },
  ]
}

// The team.

interface Agent {
  readonly runner: string
  readonly model: string | null
  readonly yolo: boolean
  readonly pilot: boolean
  readonly cli: string | null
  readonly env_vars: Readonly<Record<string, string>>
}

function agentOf(
  left: LeftCounter,
  settings: Settings,
  name: string,
  member: MemberSettings,
): Agent {
  if (member.conversation === 'new') left.add('members.conversation')
  const executor = member.executor ?? settings.coordinator.executor
  const profile = profileOf(settings, executor)
  const runner = profile && runnerOf(profile.type, profile.baseUrl)
  const isNobody = runner === null && !member.isPerson
  if (isNobody) left.add(`members of executor ${executor} (manual there)`)
  const pilot = member.isPiloted
  return runner === null || profile === null || member.isPerson
    ? { runner: 'manual', model: null, yolo: false, pilot, cli: null, env_vars: {} }
    : { ...startedBy(left, settings, { name, runner, profile }), pilot }
}

function startedBy(
  left: LeftCounter,
  settings: Settings,
  { name, runner, profile }: { name: string; runner: string; profile: Profile },
): Omit<Agent, 'pilot'> {
  const [program = null] = profile.command ?? []
  const isNative = runner === 'claude' && program === name
  return {
    runner: isNative ? 'native' : runner,
    model: modelIdOf(settings, profile.model),
    yolo: profile.permissions === 'bypass',
    cli: isNative ? null : program,
    env_vars: environmentOf(left, profile),
  }
}

const modelIdOf = ({ models }: Settings, name: string | null): string | null =>
  name === null ? null : (models[name]?.modelId ?? name)

function environmentOf(
  left: LeftCounter,
  { baseUrl, apiKeyEnv, env }: Profile,
): Record<string, string> {
  // There a value that is its own name is taken from the environment, and no other can be.
  const own = Object.entries(env).flatMap(([variable, value]) => {
    if (typeof value === 'string') return [[variable, value]]
    if (value.from === variable) return [[variable, variable]]
    left.add('executors.env from a variable of another name')
    return []
  })
  return {
    ...(baseUrl === null ? {} : { ANTHROPIC_BASE_URL: baseUrl }),
    ...(apiKeyEnv === null ? {} : { ANTHROPIC_API_KEY_VAR: apiKeyEnv }),
    ...Object.fromEntries(own),
  }
}

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** Five fields; null where the times cannot be said so. */
function cronOf(spec: string): string | null {
  const [, hour, minute] = /^(\d{1,2}):(\d\d)$/.exec(spec.trim()) ?? []
  if (hour !== undefined && minute !== undefined) return `${Number(minute)} ${Number(hour)} * * *`
  const cron = NICKNAMES[spec.trim().toLowerCase()] ?? spec.trim()
  return cron.split(/\s+/).length === 5 ? cron : null
}

function jobOf(left: LeftCounter, name: string, job: JobSettings) {
  const cron = cronOf(job.schedule.spec)
  if (cron === null) {
    left.add('jobs with seconds')
    return []
  }
  if (job.missed !== 'once') left.add('jobs.missed')
  // There all times are in UTC: at others it would fire when nobody wants it.
  const isUtc = job.schedule.tz === 'UTC'
  if (!isUtc) left.add('jobs.tz (off there)')
  return [
    {
      id: `job-${name}`,
      name,
      agent: job.member,
      message: job.message,
      cron,
      session_mode: job.conversation,
      enabled: !job.isPaused && isUtc,
      source: 'local',
    },
  ]
}

function sessionOf(
  { name, now, tasks: all }: Outgoing,
  agents: readonly (readonly [string, Agent])[],
  tasks: readonly ReturnType<typeof taskFile>[],
) {
  const since = utcIso(all[0]?.task.createdAt ?? now)
  const idsIn = (wanted: string) =>
    tasks.filter(({ folder }) => folder === wanted).map(({ body }) => body.id)
  return {
    id: `session-${name}`,
    name,
    created: since,
    updated: utcIso(now),
    mode: 'hierarchical',
    principal: agents[0]?.[0] ?? null,
    agents: Object.fromEntries(
      agents.map(([agent, body], index) => [
        agent,
        { role: index === 0 ? 'principal' : 'delegate', since, ...body },
      ]),
    ),
    active_tasks: idsIn('active'),
    completed_tasks: idsIn('completed'),
  }
}

function declared(
  { name }: Outgoing,
  agents: readonly (readonly [string, Agent])[],
  jobs: ReturnType<typeof jobOf>,
): string {
  const wanted = agents.map(([agent, { runner, model, yolo, pilot, cli, env_vars: env }]) => [
    agent,
    {
      runner,
      ...(model === null ? {} : { model }),
      yolo,
      pilot,
      ...(cli === null ? {} : { cli }),
      ...(env['ANTHROPIC_BASE_URL'] === undefined ? {} : { base_url: env['ANTHROPIC_BASE_URL'] }),
    },
  ])
  const named = jobs.map((job) => [
    job.name,
    { schedule: job.cron, agent: job.agent, prompt: job.message, enabled: job.enabled },
  ])
  return stringify({
    project: { name, mode: 'hierarchical' },
    agents: Object.fromEntries(wanted),
    ...(named.length === 0 ? {} : { jobs: Object.fromEntries(named) }),
  })
}
