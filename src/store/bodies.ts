/**
 * How tasks and agents are written as JSON: what is empty is left out and filled in again when it is read. Most of an entity's forty
 * fields are empty, and how many pages of the database a commit has to write is decided by the length of its rows.
 */
import type { Agent } from '../domain/agent.ts'
import type { PlainTask } from '../domain/graph/task-table.ts'
import type { EntityChange } from '../domain/plan.ts'
import type { TaskId } from '../domain/ids.ts'
import type { Task } from '../domain/task.ts'

/** Version of the JSON bodies; a reader that meets another one must convert it. 1 = nothing is left out. */
export const BODY_VERSION = 2

const NO_WORDS: string[] = []

/** Each field in the order in which it is written, so that what is read has the shape of what was added. */
const EMPTY_TASK = {
  description: '',
  priority: 'normal',
  tags: NO_WORDS,
  skills: NO_WORDS,
  deliverables: NO_WORDS,
  exec: null,
  verify: null,
  executor: null,
  model: null,
  timeoutMs: null,
  maxAttempts: null,
  budget: null,
  budgetTokens: null,
  schedule: null,
  context: null,
  mode: null,
  worktree: null,
  repo: null,
  gate: null,
  identity: null,
  kind: null,
  member: null,
  held: false,
  generation: 0,
  attempts: 0,
  backOffs: 0,
  gateTries: 0,
  lastFailure: null,
  lastAgentId: null,
  conversation: null,
  worktreeName: null,
  resultCommit: null,
  landing: null,
  evaluation: null,
  merging: null,
  scheduledFor: null,
  firstSuccessAt: null,
  addedBy: null,
  startedAt: null,
  completedAt: null,
} satisfies Partial<Task>

const EMPTY_AGENT = {
  model: null,
  modelId: null,
  provider: null,
  tags: NO_WORDS,
  timeoutMs: null,
  leaseMs: null,
  choice: null,
  pid: null,
  pidStartTime: null,
  workplace: null,
  conversation: null,
  resumed: false,
  usage: null,
  costSource: null,
  changes: null,
  identity: null,
  member: null,
  evidence: null,
  triage: null,
  report: null,
  exitCode: null,
  startedAt: null,
  endedAt: null,
} satisfies Partial<Agent>

/** What an entity of that kind has where nothing is said. */
export const emptyOf = (entity: string): Readonly<Record<string, unknown>> =>
  entity === 'task' ? EMPTY_TASK : entity === 'agent' ? EMPTY_AGENT : NOTHING
const NOTHING = {}

type Packed = Extract<EntityChange, { entity: 'task' | 'agent' }>

export function packed(entity: Packed['entity'], value: NonNullable<Packed['after']>): string {
  const empty = emptyOf(entity)
  const kept: Record<string, unknown> = {}
  const fields = value as Readonly<Record<string, unknown>>
  for (const key in fields) if (!isEmpty(fields[key], empty[key])) kept[key] = fields[key]
  return JSON.stringify(kept)
}

const isEmpty = (value: unknown, empty: unknown): boolean =>
  value === empty || (empty === NO_WORDS && Array.isArray(value) && value.length === 0)

export const fullTask = (body: object): Task => ({ ...EMPTY_TASK, ...body }) as Task
export const fullAgent = (body: object): Agent => ({ ...EMPTY_AGENT, ...body }) as Agent

// A stored task that is plain is known by its text alone, which is surely JSON then. What is not surely both is parsed at once.

const STRING = String.raw`"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\x00-\x1f]*)*"`
const NUMBER = '(?:0|[1-9][0-9]*)'
const PLAIN_FIELDS = [
  `"(?:title|description|priority|exec|verify|executor|model|context|mode|kind|lastAgentId)":${STRING}`,
  `"(?:generation|attempts|gateTries|timeoutMs|maxAttempts|createdAt|startedAt|completedAt|workedMs)":${NUMBER}`,
  `"(?:tags|skills|deliverables)":\\[${STRING}(?:,${STRING})*\\]`,
  '"draft":(?:true|false)',
]
const PLAIN_STATES = [
  '{"kind":"open","notBefore":null,"park":null}',
  `{"kind":"(done|abandoned)","at":${NUMBER},"by":${STRING}}`,
]
const PLAIN = new RegExp(
  `^{"id":"([A-Za-z0-9_.-]+)"(?:,(?:${PLAIN_FIELDS.join('|')}))*,"order":(${NUMBER}),"state":(?:${PLAIN_STATES.join('|')})(?:,(?:${PLAIN_FIELDS.join('|')}))*}$`,
)
/** A longer text is worth no search: tasks with very much to say are few. */
const MOST_PLAIN = 2000

/** Null where it is not surely plain. */
export function plainTask(text: string): PlainTask | null {
  const found = text.length <= MOST_PLAIN ? PLAIN.exec(text) : null
  if (!found) return null
  const [, id, order, isMet] = found
  return { id: id as TaskId, order: Number(order), isMet: isMet !== undefined, text }
}
