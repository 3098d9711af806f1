/** A task: a node of the graph, something to get done. */
import { PRIORITIES } from './graph/priority.ts'
import { agentIdSchema, givenTaskIdSchema, taskIdSchema, workFailureSchema } from './schemas.ts'
import { z } from 'zod'
import {
  isStorableText,
  MAX_COUNT,
  TOO_FAR,
  TOO_LONG,
  TOO_MANY,
  UNSTORABLE_TEXT,
} from './bounds.ts'
import { MAX_DURATION_MS } from './format.ts'
import { attemptLimit, DEFAULT_MAX_ATTEMPTS } from './failure.ts'
import { judgementIdSchema, lookSchema, taskEvaluationSchema } from './judging/evaluation.ts'
import { GATE_FORM, parseGate } from './judging/score.ts'
import { landingSchema, mergingSchema } from './landing.ts'
import { MEMBER_PATTERN, messageIdSchema } from './messages/message.ts'
import { MAX_INSTANT_MS } from '../base/instant.ts'

export const prioritySchema = z.enum(PRIORITIES)

const text = (max: number, tooLong?: string) =>
  z.string().max(max, tooLong).refine(isStorableText, UNSTORABLE_TEXT)
const word = (max: number) => text(max).min(1)

export const scheduleSchema = z.strictObject({
  /** A clock time `09:00` (daily) or a cron expression. */
  spec: word(200),
  /** IANA zone; null means the zone of the owner's machine. */
  tz: text(100).nullable(),
})
export type Schedule = z.infer<typeof scheduleSchema>

export const conversationSchema = z.strictObject({
  /** The executor profile that the conversation belongs to. */
  executor: z.string(),
  id: z.string().max(200),
})
export type Conversation = z.infer<typeof conversationSchema>

/** What a task with the status `waiting` waits for. `message`: the standing task of a member, which is idle. */
export const WAITED_FOR = [
  ...(['sign-in', 'answer', 'budget', 'evaluation', 'approval'] as const),
  'message',
] as const
export type WaitedFor = (typeof WAITED_FOR)[number]

/**
 * open: no agent works on it; `notBefore` is the earliest start (a delay, a schedule or a retry's back-off), `park` says that its provider sleeps.
 *   Left by a claim, or by a person's done, fail, abandon.
 * in-progress: one living agent holds it. Left when that agent ends.
 * waiting: cannot go on until somebody acts (`for`). Left by retry, done, abandon.
 * pending-eval: an agent has ended well and its result is being judged, by a judgement that lives. Left by its end, or by a person (done, fail, reopen, abandon, and what is said of the result).
 * done and abandoned satisfy dependents; failed never does. All three are left by retry or reopen only.
 */
const taskStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('open'),
    notBefore: z.number().int().nullable(),
    park: z
      .strictObject({
        until: z.number().int(),
        reason: z.string(),
        /** Who sleeps; absent in what was written before it was kept. */
        provider: z.string().nullable().optional(),
      })
      .nullable(),
    /** A model is asked what became of its last agent. Whatever a person does to its start takes this away. */
    triage: z
      .strictObject({
        judgementId: judgementIdSchema,
        /** Its start without that, ms. */
        goesOnAt: z.number().int().nullable(),
        /** When its time comes first. start: it does not wait for the answer. wait: it does. fail: so it does, and without a verdict it fails. */
        otherwise: z.enum(['start', 'wait', 'fail']),
      })
      .optional(),
  }),
  z.strictObject({
    kind: z.literal('in-progress'),
    agentId: agentIdSchema,
    generation: z.number().int(),
  }),
  z.strictObject({
    kind: z.literal('waiting'),
    for: z.enum(WAITED_FOR),
    /** One line for people: what is missing. */
    text: z.string(),
    since: z.number().int(),
    /** Whose account it is; absent in what was written before it was kept. */
    provider: z.string().nullable().optional(),
  }),
  z.strictObject({
    kind: z.literal('pending-eval'),
    agentId: agentIdSchema,
    generation: z.number().int(),
    since: z.number().int(),
    /** Answers so far, where one was too near to the threshold to decide. */
    looks: z.array(lookSchema),
  }),
  z.strictObject({ kind: z.literal('done'), at: z.number().int(), by: z.string() }),
  z.strictObject({ kind: z.literal('failed'), at: z.number().int(), failure: workFailureSchema }),
  z.strictObject({ kind: z.literal('abandoned'), at: z.number().int(), by: z.string() }),
])
export type TaskState = z.infer<typeof taskStateSchema>
export type TaskStatus = TaskState['kind']

export const contextSchema = z.enum(['clean', 'task', 'graph', 'full'])
export const modeSchema = z.enum(['full', 'light', 'bare'])
export const worktreeChoiceSchema = z.enum(['on', 'off'])

/** What a person writes down about a task. Durations in ms. `null` means "not said", and the profile or the settings decide. */
export const taskDefinitionSchema = z.strictObject({
  title: text(500, 'has at most 500 characters').min(1, 'must not be empty'),
  description: text(200_000, 'has at most 200,000 characters'),
  priority: prioritySchema,
  tags: z.array(word(100)).max(100),
  skills: z.array(word(100)).max(100),
  /** Paths, relative to the task's folder, that must exist when it is done. */
  deliverables: z.array(word(1000)).max(100),
  /** Given whole to `sh -c`; implies the executor `shell` unless one is named. */
  exec: word(100_000).nullable(),
  /** A shell line run in the task's folder after its agent succeeded; non-zero means the work is not done. */
  verify: word(100_000).nullable(),
  executor: word(2000).nullable(),
  model: word(200).nullable(),
  timeoutMs: z.number().int().positive().max(MAX_DURATION_MS, TOO_LONG).nullable(),
  maxAttempts: z.number().int().min(1).max(1000).nullable(),
  /** US dollars over all its tries, or over one run of a repeating task; null = no cap. */
  budget: z.number().positive().max(10_000_000).nullable(),
  /** Tokens, input and output together. */
  budgetTokens: z.number().int().positive().max(MAX_COUNT, TOO_MANY).nullable(),
  schedule: scheduleSchema.nullable(),
  context: contextSchema.nullable(),
  mode: modeSchema.nullable(),
  worktree: worktreeChoiceSchema.nullable(),
  /** Absolute folder to work in instead of the one that holds `.yard`. */
  repo: text(4096).nullable(),
  /** What its result must pass, as the text of a gate; null = as its tags or the yard say. */
  gate: text(20)
    .refine((gate) => parseGate(gate) !== null, GATE_FORM)
    .nullable(),
  /** Who its agent is asked to be: the name of an identity or a prefix of its id. */
  identity: word(500).nullable(),
  /** Kind of work, under which it is counted; null = by its tags, or what it is. */
  kind: word(100).nullable(),
  /** The member whose turn it is; null = nobody in particular. */
  member: z.string().regex(MEMBER_PATTERN, 'must be the name of a member').nullable(),
})
export type TaskDefinition = z.infer<typeof taskDefinitionSchema>
export const DEFINITION_FIELDS = taskDefinitionSchema.keyof().options

/** What of a task a person wrote down. */
export const definitionOf = (task: TaskDefinition): TaskDefinition =>
  // All its fields, and no others.
  Object.fromEntries(
    DEFINITION_FIELDS.map((field) => [field, task[field] ?? null]),
  ) as unknown as TaskDefinition

export const taskSchema = taskDefinitionSchema.extend({
  // Of yards that are older than the bounds of new tasks, than budgets, and than gates.
  timeoutMs: z.number().int().positive().nullable(),
  budget: taskDefinitionSchema.shape.budget.default(null),
  budgetTokens: z.number().int().positive().nullable().default(null),
  gate: taskDefinitionSchema.shape.gate.default(null),
  identity: taskDefinitionSchema.shape.identity.default(null),
  kind: taskDefinitionSchema.shape.kind.default(null),
  member: taskDefinitionSchema.shape.member.default(null),
  id: taskIdSchema,
  /** Order of creation; breaks ties so that every run is the same. */
  order: z.number().int(),
  state: taskStateSchema,
  /** Held back by a person (a draft, or paused). Holding a running task lets its agent finish. */
  held: z.boolean(),
  /** Once somebody was chosen for it by the yard; it is not done again. */
  assigned: z.literal(true).optional(),
  /** The question who does it, asked before its first agent; absent where none was. */
  assigning: judgementIdSchema.optional(),
  /** It was added as a draft and has never been let go; not said in rows of earlier programs. */
  draft: z.boolean().optional(),
  /** Raised by every claim; a report that carries an older one changes nothing. */
  generation: z.number().int(),
  /** Attempts spent since it was last opened by a person. */
  attempts: z.number().int(),
  /** Provider back-offs in a row since the last progress; sets how long the next one lasts. */
  backOffs: z.number().int(),
  /** Times in a row that its gate sent a result back; apart from `attempts`. */
  gateTries: z.number().int().default(0),
  lastFailure: workFailureSchema.nullable(),
  /** Generation whose end was waited out by a model's verdict, without spending an attempt. */
  waitedOut: z.number().int().optional(),
  lastAgentId: agentIdSchema.nullable(),
  /** The conversation that the next agent goes on with. */
  conversation: conversationSchema.nullable(),
  /** Of a standing task: those that jobs have with its member beside its own, by `job:NAME`. Absent = there are none. */
  conversationsOf: z.record(z.string(), conversationSchema).optional(),
  /** Name of its worktree and branch, stored once; null until it has one. */
  worktreeName: z.string().nullable(),
  /** The commit that holds its result, for the base of its dependents. */
  resultCommit: z.string().nullable(),
  /**
   * Of a repeating task whose present run has left a result that has not passed its gate: the commit of the latest run that counts, for the
   * base of its dependents. Absent or null = `resultCommit` counts.
   */
  lastGood: z.strictObject({ commit: z.string().nullable() }).nullable().optional(),
  /** How far its result is on the way to its target branch; null until somebody asks for that. */
  landing: landingSchema.nullable().default(null),
  /** What was judged of its latest result; null until something was. */
  evaluation: taskEvaluationSchema.nullable().default(null),
  /**
   * Answers of a close call that was settled before all had come; they count together with what is still under way, once that has ended.
   * Absent where there are none.
   */
  openLooks: z.array(z.strictObject({ agentId: agentIdSchema, look: lookSchema })).optional(),
  /** Of the latest result that a person rejected: whose it was, and the person's note. The very same work does not pass by an earlier score. */
  rejected: z.strictObject({ agentId: agentIdSchema, note: z.string() }).optional(),
  /** Set on a merge task: what it brings together, and for whom. */
  merging: mergingSchema.nullable().default(null),
  /** For a repeating task: the time its current or next run is meant for. */
  scheduledFor: z.number().int().nullable(),
  /** First success of a repeating task; satisfies its dependents from then on. */
  firstSuccessAt: z.number().int().nullable(),
  /** The task that an agent was working on when it added this one; null for a person's. */
  addedBy: taskIdSchema.nullable(),
  /** The failure of which somebody was asked what becomes of it; absent = none. */
  escalated: z.string().optional(),
  /** The message that asked a member for it, whose sender is told of its end. `isTold`: that has been done. Absent = nobody is. */
  delegation: z
    .strictObject({
      messageId: messageIdSchema,
      from: z.string(),
      isTold: z.boolean(),
      /** Of that message: its agents, and the news of its end, are as far down the chain. Absent = none. */
      hops: z.number().int().nonnegative().optional(),
    })
    .optional(),
  createdAt: z.number().int(),
  startedAt: z.number().int().nullable(),
  completedAt: z.number().int().nullable(),
  /** ms that agents worked on it, all tries together, of a repeating task those of its latest run; not said in rows of earlier programs. */
  workedMs: z.number().int().nonnegative().optional(),
})
export type Task = z.infer<typeof taskSchema>

/** Does it let its dependents go on? `failed` never does. */
export const isSatisfied = (task: Pick<Task, 'state' | 'schedule' | 'firstSuccessAt'>): boolean =>
  task.state.kind === 'done' ||
  task.state.kind === 'abandoned' ||
  (task.schedule !== null && task.firstSuccessAt !== null)

/** How long it took, ms; null before its end, or where no agent worked on it. Of an earlier program only its first start and its end are known. */
export function workedMsOf({
  workedMs,
  startedAt,
  completedAt,
}: Pick<Task, 'workedMs' | 'startedAt' | 'completedAt'>): number | null {
  if (startedAt === null || completedAt === null) return null
  return workedMs ?? Math.max(0, completedAt - startedAt)
}

/**
 * Tries begun that count against `maxAttempts`, the present one included, since it was last opened by a person; of a repeating task those
 * of its present run. A try that was killed, parked, given back or that asked counts only once another goes on with it.
 */
export function attemptsOf({ state, attempts, lastAgentId }: Task): number {
  switch (state.kind) {
    case 'in-progress':
    case 'pending-eval':
      return attempts + 1
    case 'done':
      return state.by === lastAgentId ? attempts + 1 : attempts
    default:
      return attempts
  }
}

/** How many those may be: of a failed task what its failure is worth, null where that is final whatever the count. */
export const attemptsAllowed = ({ state, maxAttempts }: Task): number | null =>
  state.kind === 'failed'
    ? attemptLimit(state.failure.class, maxAttempts)
    : (maxAttempts ?? DEFAULT_MAX_ATTEMPTS)

/** Held since it was added: it waits for its first publication. */
export const isDraft = (task: Pick<Task, 'held' | 'generation' | 'draft'>): boolean =>
  task.held && task.generation === 0 && (task.draft ?? true)

export const isFinished = (task: Pick<Task, 'state'>): boolean =>
  task.state.kind === 'done' || task.state.kind === 'failed' || task.state.kind === 'abandoned'

/** What its dependents build on; null = nothing. */
export const countedCommit = ({
  lastGood,
  resultCommit,
}: Pick<Task, 'lastGood' | 'resultCommit'>): string | null =>
  lastGood ? lastGood.commit : resultCommit

/** Done, or a repeating task whose last run was good. */
export const hasResult = ({ state, firstSuccessAt, lastFailure }: Task): boolean =>
  state.kind === 'done' ||
  (state.kind === 'open' && firstSuccessAt !== null && lastFailure === null)

/** It is over with a commit of its own whose landing was not requested yet. A merge is none: it lands with the task it is for. */
export const hasNewResult = (task: Task): boolean =>
  hasResult(task) &&
  (task.state.kind === 'done' || task.schedule !== null) &&
  task.merging === null &&
  task.resultCommit !== null &&
  task.landing === null

// A task as somebody asks for it: only the title must be said. The same shape from the command line, a graph file and REST.

const delayMs = z.number().int().nonnegative().max(MAX_DURATION_MS, TOO_LONG)
const notBefore = z.number().int().min(-MAX_INSTANT_MS, TOO_FAR).max(MAX_INSTANT_MS, TOO_FAR)

/** Stored ones of blanks are still read. */
const title = taskDefinitionSchema.shape.title.regex(/\S/u, 'must not be empty')
const wish = taskDefinitionSchema.partial().extend({ title })

export const newTaskSchema = wish.extend({
  /** Made from the title when not given. */
  id: givenTaskIdSchema.optional(),
  after: z.array(givenTaskIdSchema).max(10_000).optional(),
  /** Tasks that shall wait for this one. */
  before: z.array(givenTaskIdSchema).max(10_000).optional(),
  /** Start no earlier than so many ms from now; not together with `notBefore`. */
  delayMs: delayMs.optional(),
  /** Start no earlier than this instant, ms. */
  notBefore: notBefore.optional(),
  /** A draft: held until it is published. */
  paused: z.boolean().optional(),
})
export type NewTask = z.infer<typeof newTaskSchema>

/** Fields that are given are changed; `null` goes back to "not said". */
export const taskEditSchema = taskDefinitionSchema.partial().extend({
  title: title.optional(),
  /** Replaces all dependencies. */
  after: z.array(givenTaskIdSchema).max(10_000).optional(),
  addAfter: z.array(givenTaskIdSchema).max(10_000).optional(),
  removeAfter: z.array(givenTaskIdSchema).max(10_000).optional(),
  addBefore: z.array(givenTaskIdSchema).max(10_000).optional(),
  addTags: taskDefinitionSchema.shape.tags.optional(),
  removeTags: z.array(z.string().max(100)).max(100).optional(),
  delayMs: delayMs.optional(),
  notBefore: notBefore.nullable().optional(),
})
export type TaskEdit = z.infer<typeof taskEditSchema>
