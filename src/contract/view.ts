/** What is shown: views made from committed events. Times are ISO 8601 with offset, as in the task JSON that scripts read. */
import { originSchema, reasonSchema, workFailureSchema } from '../domain/schemas.ts'
import { z } from 'zod'
import {
  AGENT_STATUSES,
  changesSchema,
  costSourceSchema,
  outcomeSchema,
  stopReasonSchema,
  usageSchema,
} from '../domain/agent.ts'
import { AGENT_HOLDERS } from '../domain/routing/holder.ts'
import { LANDING_STATES } from '../domain/landing.ts'
import { BREAKER_KINDS } from '../domain/reason.ts'
import { JUDGE_ISSUES } from '../domain/judging/judgement.ts'
import { agentTriageSchema } from '../domain/judging/triage.ts'
import { choiceSchema } from '../domain/routing/choice.ts'
import { executorTypeSchema } from '../domain/settings.ts'
import {
  contextSchema,
  conversationSchema,
  modeSchema,
  prioritySchema,
  scheduleSchema,
  WAITED_FOR,
  worktreeChoiceSchema,
} from '../domain/task.ts'
import { SHOWN_STATES, TASK_STATUSES } from '../domain/graph/shown-state.ts'
import { judgedAsShape, judgedShape } from './judging.ts'
import { attentionMessageSchema } from './message.ts'
import { identityNameSchema } from '../domain/judging/identity.ts'

const time = z.string()
const state = z.enum(SHOWN_STATES)

const artifactViewSchema = z.union([
  z.object({ kind: z.literal('file'), path: z.string() }),
  z.object({ kind: z.literal('text'), name: z.string(), text: z.string() }),
  z.object({ kind: z.literal('json'), value: z.unknown() }),
])

const logLineSchema = z.object({
  at: time,
  by: z.string(),
  text: z.string(),
  /** Of a comment on the changes: the line that it is about. */
  place: z.object({ path: z.string(), line: z.number(), side: z.enum(['old', 'new']) }).optional(),
})

/** One node of the live graph: enough to draw it and say why it stands where it stands. */
export const taskCardSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** Stored status. */
  status: z.enum(TASK_STATUSES),
  /** What a person sees. */
  state,
  /** One short line: why it is so and what comes next, e.g. `3 to go`, `Starts 22:00`. Its text for people: `reason` says the same to programs. */
  fact: z.string().nullable(),
  /** The same for programs: what kind of reason it is, the task, breaker or agent that it names, and when it ends by itself. */
  reason: reasonSchema.omit({ text: true }).extend({ until: time.nullable() }).nullable(),
  /** Held, and never published. */
  isDraft: z.boolean(),
  /** Keys of the breakers that hold it back now; absent while none does. */
  heldBy: z.array(z.string()).optional(),
  /** Why it can never start as things are, in a line: its executor or model is unknown or does not fit; null = it can. */
  stuck: z.string().nullable(),
  priority: prioritySchema,
  after: z.array(z.string()),
  tags: z.array(z.string()),
  executor: z.string().nullable(),
  model: z.string().nullable(),
  /** Whose task it is, and what runs its work where the task names no executor; absent where it is nobody's. */
  member: z.object({ name: z.string(), executor: z.string().nullable() }).optional(),
  /** The living agent, else the last one. */
  agent: z.string().nullable(),
  attempts: z.number(),
  /** As the task says, else the default. */
  maxAttempts: z.number().nullable(),
  /** How many attempts it has: of a failed task what its failure is worth, null where that is final whatever the count. */
  attemptsAllowed: z.number().nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  completedAt: time.nullable(),
  /** ms that it took: the work of all its tries, without what lay between them; of a repeating task its latest run. Absent before its end, and where it is unknown. */
  workedMs: z.number().optional(),
  /** Earliest start, while that is to come. */
  notBefore: time.nullable(),
  /** While its provider sleeps or waits for a sign-in: whose, and until when (null = until a person acts). Absent otherwise. */
  park: z.object({ provider: z.string().nullable(), until: time.nullable() }).optional(),
  /** It repeats by the clock. */
  repeats: z.boolean(),
  /** How far its result is on the way to its target branch; absent until somebody asks for that. */
  landing: z.enum(LANDING_STATES).optional(),
  /** Of a merge task: the task whose conflict it settles. Absent for any other. */
  mergeFor: z.string().optional(),
  /** What it waits for while its status is `waiting`; null otherwise, or absent. */
  waitsFor: z.enum(WAITED_FOR).nullable().optional(),
  /** What its result must pass to be done; absent where nothing judges it. */
  gate: judgedAsShape.gate.optional(),
  /** Why its last result did not pass, while it is done anew. */
  sentBack: z.string().optional(),
  /** Effective, of its latest judged result; absent before that, null where that is unscored. */
  score: z.number().nullable().optional(),
  /** Of all its tries, US dollars; null = no CLI said. */
  costUsd: z.number().nullable(),
  /** That is a lower bound: not every try told all that it used. Absent otherwise. */
  costAtLeast: z.literal(true).optional(),
})
export type TaskCard = z.infer<typeof taskCardSchema>

const chosenSchema = choiceSchema.pick({ arm: true, chance: true, explored: true, reason: true })

/** One place where an executor or a model may be named. */
const routeStopSchema = z.object({
  stop: z.enum(['task', 'member', 'executor', 'coordinator', 'default']),
  value: z.string().nullable(),
  isPicked: z.boolean(),
  /** Who says it; null where nothing is said, absent where it is unknown. */
  origin: originSchema.nullable().optional(),
})
export type RouteStop = z.infer<typeof routeStopSchema>

export const taskViewSchema = taskCardSchema.omit({ fact: true, reason: true }).extend({
  description: z.string(),
  before: z.array(z.string()),
  skills: z.array(z.string()),
  deliverables: z.array(z.string()),
  exec: z.string().nullable(),
  verify: z.string().nullable(),
  timeoutMs: z.number().nullable(),
  /** As the task itself says; null = the default, which `maxAttempts` tells. */
  ownMaxAttempts: z.number().nullable(),
  /** What it may spend over all its tries, US dollars and tokens; null = no cap of its own. */
  budget: z.number().nullable(),
  budgetTokens: z.number().nullable(),
  /** Tokens that count towards that. */
  tokens: z.number().nullable(),
  context: contextSchema.nullable(),
  mode: modeSchema.nullable(),
  worktree: worktreeChoiceSchema.nullable(),
  repo: z.string().nullable(),
  ...judgedAsShape,
  held: z.boolean(),
  generation: z.number(),
  failure: workFailureSchema.nullable(),
  parkedUntil: time.nullable(),
  schedule: scheduleSchema.nullable(),
  /** Its next three times, while it repeats. */
  nextTimes: z.array(time),
  ...judgedShape,
  /** What happened, oldest first, the last 200. */
  timeline: z.array(z.object({ at: time, by: z.string(), text: z.string() })),
  usage: usageSchema.nullable(),
  conversation: conversationSchema.nullable(),
  /** Set once it has a worktree. */
  branch: z.string().nullable(),
  worktreePath: z.string().nullable(),
  resultCommit: z.string().nullable(),
  addedBy: z.string().nullable(),
  artifacts: z.array(artifactViewSchema),
  log: z.array(logLineSchema),
  /** Who picks the executor and the model of its next try: every stop in order, the first that names one is picked. */
  routes: z.object({
    executor: z.array(routeStopSchema),
    model: z.array(routeStopSchema),
    /** Of the executor of its next try; null where there is none of that name. */
    executorType: executorTypeSchema.nullable(),
    /** Where the requests of its next try go: `url` null = its provider's own. Null as a whole for an executor that sends no requests. */
    endpoint: z.object({ url: z.string().nullable(), origin: originSchema }).nullable(),
  }),
  /** Who its latest try was given to by what the yard has learned, and why; null where the settings said, and while it is open. */
  choice: chosenSchema.nullable(),
})
export type TaskView = z.infer<typeof taskViewSchema>

/** A card, and with `detail = full` all the rest of the task beside it. */
export const taskListItemSchema = z.intersection(taskCardSchema, taskViewSchema.partial())
export type TaskListItem = z.infer<typeof taskListItemSchema>

export const agentViewSchema = z.object({
  id: z.string(),
  task: z.string(),
  executor: z.string(),
  executorType: executorTypeSchema,
  by: z.enum(AGENT_HOLDERS),
  /** What it has said of its task and is not settled yet: `done` or `fail`. */
  said: z.enum(['done', 'fail']).nullable(),
  model: z.string().nullable(),
  modelId: z.string().nullable(),
  /** Who it was asked to be; null = nobody in particular. */
  identity: identityNameSchema.nullable(),
  status: z.enum(AGENT_STATUSES),
  /** Why it is being stopped, while it is. */
  stopReason: stopReasonSchema.nullable(),
  /** When it was asked to stop, while it is being stopped. */
  stoppingSince: time.nullable(),
  outcome: outcomeSchema.nullable(),
  failure: workFailureSchema.nullable(),
  pid: z.number().nullable(),
  claimedAt: time,
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  lastHeardAt: time.nullable(),
  /** One line: what it does now; null where it is unknown. */
  doing: z.string().nullable(),
  outputBytes: z.number().nullable(),
  /** A process below it used CPU lately. Null where it is unknown. */
  isBusy: z.boolean().nullable(),
  /** Of its whole process tree: per cent of one core, bytes, processes. Null where it is unknown. */
  cpuPercent: z.number().nullable(),
  memoryBytes: z.number().nullable(),
  processes: z.number().nullable(),
  /** When it ends by its time limit; null = none. */
  timeoutMs: z.number().nullable(),
  generation: z.number(),
  exitCode: z.number().nullable(),
  /** Of one that lives: what its CLI has told so far. */
  usage: usageSchema.nullable(),
  /** Who says what it cost: its CLI, or the registry by its tokens; null = unknown. */
  costSource: costSourceSchema.nullable(),
  conversation: conversationSchema.nullable(),
  resumed: z.boolean(),
  /** The name under which another orchestrator claimed its task. */
  claimedBy: z.string().nullable(),
  /** Where the yard chose its executor and model by past scores; null where it did not. */
  choice: chosenSchema.nullable(),
  /** What a model said of its end, or of its silence; null where none was asked, or has answered yet. */
  triage: agentTriageSchema
    .pick({ verdict: true, reason: true, by: true })
    .extend({ at: time })
    .nullable(),
  provenance: z.object({
    executor: z.string(),
    model: z.string(),
    /** Where its requests go, and who says so; absent for one that sends no requests. */
    endpoint: z.string().optional(),
  }),
  cwd: z.string().nullable(),
  branch: z.string().nullable(),
  baseCommit: z.string().nullable(),
  changes: changesSchema.nullable(),
  /** Absolute folder with its prompt, output and exit code. */
  folder: z.string(),
})
export type AgentView = z.infer<typeof agentViewSchema>

/** A reason that agents are held back, shown with its wake time. */
const breakerViewSchema = z.object({
  key: z.string(),
  kind: z.enum(BREAKER_KINDS),
  /** The task, profile or provider it holds; the agent that is silent, or whose service does not take its task; `day` or `graph` for a budget that is used up. */
  subject: z.string(),
  reason: z.string(),
  since: time,
  until: time.nullable(),
})
export type BreakerView = z.infer<typeof breakerViewSchema>

/** Of a task: what it waits for. Of a message: it waits for a person, or is dead. Of the yard: nothing can be saved, it is not confirmed, a judge is not measured or flagged, other machines cannot reach it, or what one has sent was refused. Of a breaker: its kind. */
const ATTENTION_KINDS = [
  ...(['sign-in', 'answer', 'evaluation', 'approval', 'gate', 'spent', 'failed'] as const),
  ...(['landing', 'executor', 'manual', 'judge', 'read-only', 'untrusted'] as const),
  ...(['endpoint', 'mail', 'message', 'dead-letter'] as const),
  ...BREAKER_KINDS,
] as const
export type AttentionKind = (typeof ATTENTION_KINDS)[number]

/** What waits for a person. */
const attentionSchema = z.object({
  task: z.string().nullable(),
  agent: z.string().nullable(),
  kind: z.enum(ATTENTION_KINDS),
  /** With the name of what it is about. */
  text: z.string(),
  /** Without that. */
  reason: z.string(),
  /** The last lines that its program wrote before it failed; absent where there are none. */
  lastLines: z.string().optional(),
  /** Who it is about, where it is who judges results, and a check of them; absent for the rest. */
  judge: z
    .object({
      /** As `evaluator.check` takes it. */
      name: z.string(),
      issue: z.enum(JUDGE_ISSUES),
      calls: z.number(),
      /** US dollars, about; null = no price is known. */
      costUsd: z.number().nullable(),
    })
    .optional(),
  /** Which message, where it is one; absent for the rest. */
  message: attentionMessageSchema.optional(),
  since: time,
})
export type Attention = z.infer<typeof attentionSchema>

export const summarySchema = z.object({
  name: z.string(),
  folder: z.string(),
  host: z.enum(['service', 'app', 'run', 'command']),
  version: z.string(),
  paused: z.boolean(),
  /** Set while commits fail: why nothing can change, and since when. */
  readOnly: z.string().nullable(),
  trusted: z.boolean(),
  agents: z.object({ alive: z.number(), max: z.number() }),
  /** Since when, and by whom, while it is paused. */
  pausedAt: time.nullable(),
  pausedBy: z.string().nullable(),
  machine: z.object({
    cores: z.number(),
    /** Per cent of all cores; null until it was measured twice. */
    cpuPercent: z.number().nullable(),
    memoryBytes: z.number(),
    memoryUsedBytes: z.number(),
    /** Why it lets no agent of this yard start, in words: its cap over all yards, or its free memory. Null = it does. */
    hold: z.string().nullable(),
  }),
  /** Of agents that ended today in the owner's zone. Null = no CLI said. */
  today: z.object({
    costUsd: z.number().nullable(),
    tokens: z.number().nullable(),
    /** Both are a lower bound: not every try told all that it used. */
    atLeast: z.literal(true).optional(),
  }),
  /** What may be spent in a day; null = no cap. */
  dayCap: z.object({ usd: z.number().nullable(), tokens: z.number().nullable() }),
  /** Count per shown state; states with none are left out. */
  tasks: z.partialRecord(state, z.number()),
  breakers: z.array(breakerViewSchema),
  attention: z.array(attentionSchema),
  /** Members that take a turn sooner or later without anything else happening. */
  membersDue: z.number(),
  /** Deliveries: open ones, and dead ones that nobody has dropped or sent anew. */
  mail: z.object({ open: z.number(), dead: z.number() }),
})
export type Summary = z.infer<typeof summarySchema>

/** Top left corner of a node. */
export const positionSchema = z.object({
  x: z.number().min(-10_000_000).max(10_000_000),
  y: z.number().min(-10_000_000).max(10_000_000),
})
export type Position = z.infer<typeof positionSchema>

/** The whole live graph at one moment. */
export const snapshotSchema = z.object({
  seq: z.number(),
  tasks: z.array(taskCardSchema),
  /** Living agents only; ended ones are asked for. */
  agents: z.array(agentViewSchema),
  summary: summarySchema,
  /** Where a person put nodes, in canvas units; the rest stand where the layout says. */
  positions: z.record(z.string(), positionSchema),
})
export type Snapshot = z.infer<typeof snapshotSchema>

/** What a client asks for when it needs it, and not in the view. */
const TOPICS = ['messages', 'members', 'jobs', 'tokens', 'peers'] as const
export type Topic = (typeof TOPICS)[number]

/** News since `from`. `from` not equal to the receiver's last `seq` is a gap: fetch a snapshot anew. Equal `from` and `seq` = live facts only. */
export const patchSchema = z.object({
  from: z.number(),
  seq: z.number(),
  tasks: z.array(taskCardSchema),
  removed: z.array(z.string()),
  /** Changed agents; one that is `ended` leaves the live set. */
  agents: z.array(agentViewSchema),
  summary: summarySchema.nullable(),
  /** Nodes that were moved; null gives one back to the layout. */
  positions: z.record(z.string(), positionSchema.nullable()).nullable(),
  /** What was asked for of these is old. */
  topics: z.array(z.enum(TOPICS)),
})
export type Patch = z.infer<typeof patchSchema>

/** One line of the journal: what became of one entity. */
export const journalRowSchema = z.object({
  seq: z.number(),
  at: time,
  event: z.string(),
  by: z.string(),
  entity: z.string(),
  id: z.string(),
  set: z.record(z.string(), z.unknown()),
  unset: z.array(z.string()),
  /** True when the entity is no more. */
  gone: z.boolean(),
  /** What the row changed is damaged in the database; it is told as nothing. */
  isUnreadable: z.literal(true).optional(),
})
export type JournalRow = z.infer<typeof journalRowSchema>
