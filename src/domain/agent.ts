/** An agent: one try at a task, made by a local process or a person. A retry is a new agent. */
import { AGENT_HOLDERS } from './routing/holder.ts'
import { agentIdSchema, taskIdSchema, workFailureSchema } from './schemas.ts'
import { z } from 'zod'
import { choiceSchema } from './routing/choice.ts'
import { identityNameSchema } from './judging/identity.ts'
import { executorTypeSchema } from './settings.ts'
import { agentTriageSchema } from './judging/triage.ts'
import { conversationSchema } from './task.ts'

const OUTCOMES = ['done', 'failed', 'killed', 'lost', 'refused', 'superseded'] as const
export const outcomeSchema = z.enum(OUTCOMES)
export type Outcome = z.infer<typeof outcomeSchema>

/** As an agent's outcome; `asked` where it ended by a question to a person, `held-up` where a conflict kept it from beginning. */
export const TRY_OUTCOMES = [...OUTCOMES, 'asked', 'held-up'] as const
export type TryOutcome = (typeof TRY_OUTCOMES)[number]

/** Why an agent is being stopped, which decides what becomes of its task. */
export const STOP_REASONS = [
  'killed', // by a person: the task reopens paused
  'redispatch', // by a person: the task reopens and may start again at once
  'timeout',
  'silent',
  'triaged', // silent, and a model read what it left: the verdict decides
  'reported', // it has reported its end and does not end: the report counts
  'budget', // its task has used up what it may spend
  'taken-back', // a person took a piloted task back: it is open again at once
  'superseded', // the task was settled by somebody else meanwhile
  'abandoned',
] as const
export const stopReasonSchema = z.enum(STOP_REASONS)
export type StopReason = z.infer<typeof stopReasonSchema>

/**
 * claimed: the claim is committed, nothing runs yet; a crash here means that recovery decides by its folder.
 * starting: its process exists, nothing was heard of it. working: it was heard (a shell agent is working at once).
 * stopping: asked to stop; its tree is being ended. ended: nothing of it runs any more.
 */
const agentStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('claimed') }),
  z.strictObject({ kind: z.literal('starting') }),
  z.strictObject({ kind: z.literal('working') }),
  z.strictObject({
    kind: z.literal('stopping'),
    reason: stopReasonSchema,
    since: z.number().int(),
    force: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('ended'),
    outcome: outcomeSchema,
    failure: workFailureSchema.nullable(),
  }),
])
export type AgentState = z.infer<typeof agentStateSchema>
export const AGENT_STATUSES = agentStateSchema.options.map(({ shape }) => shape.kind.value)

/** Tokens are counts, cost is US dollars; null means that the CLI did not say. */
export const usageSchema = z.strictObject({
  inputTokens: z.number().nonnegative().nullable(),
  outputTokens: z.number().nonnegative().nullable(),
  cachedTokens: z.number().nonnegative().nullable(),
  reasoningTokens: z.number().nonnegative().nullable(),
  costUsd: z.number().nonnegative().nullable(),
  /** A turn was cut off, or its request was sent again, before its tokens were told: there were at least so many. */
  atLeast: z.literal(true).optional(),
})
export type Usage = z.infer<typeof usageSchema>

/** Tokens of one model. Input holds what was read from a cache and what was written to one. */
const modelUsageSchema = z.strictObject({
  /** As the provider names the model that answered. */
  model: z.string(),
  inputTokens: z.number().nonnegative(),
  outputTokens: z.number().nonnegative(),
  cachedTokens: z.number().nonnegative(),
  writtenTokens: z.number().nonnegative(),
})
export type ModelUsage = z.infer<typeof modelUsageSchema>

/** Usage as it is read from a CLI, with what only matters until it is priced and recorded. */
export const runtimeUsageSchema = usageSchema.extend({
  /** All of it by the models that answered, where the CLI tells them. */
  byModel: z.array(modelUsageSchema).optional(),
  /** What the model call that begins now will about use; absent = none begins. */
  next: modelUsageSchema.optional(),
  /** It is of the whole conversation, earlier agents of it included. */
  ofConversation: z.literal(true).optional(),
})
export type RuntimeUsage = z.infer<typeof runtimeUsageSchema>

export const recordedUsage = ({
  byModel: _byModel,
  next: _next,
  ofConversation: _ofConversation,
  ...usage
}: RuntimeUsage): Usage => usage

/** Who says what an agent cost: its CLI, or the registry by the tokens that the CLI told. */
export const costSourceSchema = z.enum(['cli', 'registry'])
export type CostSource = z.infer<typeof costSourceSchema>

/** What an agent left in its worktree, told by git. */
export const changesSchema = z.strictObject({
  commit: z.string().nullable(),
  filesChanged: z.number().int(),
  insertions: z.number().int(),
  deletions: z.number().int(),
  commits: z.number().int(),
  notes: z.array(z.string()),
})
export type Changes = z.infer<typeof changesSchema>

/** Where it works. `branch` is set when that is a worktree of its own. */
export const workplaceSchema = z.strictObject({
  cwd: z.string(),
  branch: z.string().nullable(),
  baseCommit: z.string().nullable(),
  /** The branch that its work is for: what the main checkout had when it was placed; absent in what was written before it was kept. */
  target: z.string().nullable().optional(),
})
export type Workplace = z.infer<typeof workplaceSchema>

/** What was found at its end, for those who judge its work later. */
const keptEvidenceSchema = z.strictObject({
  how: z.enum(['exited', 'reported', 'lost', 'never-ran', 'not-launched']),
  exit: z.strictObject({ code: z.number().nullable(), signal: z.string().nullable() }).nullable(),
  work: z.enum(['found', 'none', 'unknown']),
  unfinished: z.string().nullable(),
  missing: z.array(z.string()),
  verify: z.strictObject({ code: z.number(), tail: z.string() }).nullable(),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      ok: z.boolean(),
      gates: z.boolean(),
      tail: z.string(),
      /** It was stopped, or nothing was run: `ok` says nothing of the work. Absent = it ran to its end. */
      isCut: z.literal(true).optional(),
    }),
  ),
})
export type KeptEvidence = z.infer<typeof keptEvidenceSchema>

export const agentSchema = z.strictObject({
  id: agentIdSchema,
  taskId: taskIdSchema,
  generation: z.number().int(),
  state: agentStateSchema,
  /** The profile's name and type, and why it was chosen. */
  executor: z.string(),
  executorType: executorTypeSchema,
  /** The name a person uses and the id that reaches the CLI; null = the CLI's own default. */
  model: z.string().nullable(),
  modelId: z.string().nullable(),
  provenance: z.strictObject({
    executor: z.string(),
    model: z.string(),
    /** Where its requests go, and who says so; absent for one that sends no requests. */
    endpoint: z.string().optional(),
  }),
  /** The provider whose health decides; null for a shell or a person. */
  provider: z.string().nullable(),
  tags: z.array(z.string()),
  /** Ends the agent when reached, ms after `startedAt`; null = none (a person). */
  timeoutMs: z.number().int().nullable(),
  /**
   * Claimed for: a process of this machine, a person, or a pilot: an agent CLI that a person drives in a terminal of this machine.
   * The yard places a pilot and settles it as it does a process, and never starts, watches or counts it.
   */
  by: z.enum(AGENT_HOLDERS),
  /** Of a task that somebody else claimed: how long it is theirs without a heartbeat, ms. */
  leaseMs: z.number().int().positive().nullable().default(null),
  /** Under which name; null for any other, and where none was said. */
  claimedBy: z.string().nullable().default(null),
  /** Set where the yard chose its executor and model by what it has learned. */
  choice: choiceSchema.nullable().default(null),
  pid: z.number().int().nullable(),
  pidStartTime: z.string().nullable(),
  workplace: workplaceSchema.nullable(),
  conversation: conversationSchema.nullable(),
  /** True when it goes on with an earlier agent's conversation. */
  resumed: z.boolean(),
  usage: usageSchema.nullable(),
  /** Who says what it cost; null while it is unknown, and in rows that are older than this field. */
  costSource: costSourceSchema.nullable().default(null),
  changes: changesSchema.nullable(),
  /** Who it was asked to be; null = nobody in particular. */
  identity: identityNameSchema.nullable().default(null),
  /** The member whose turn it is; null = none. */
  member: z.string().nullable().default(null),
  /** Who has a conversation of its own with the member that this turn goes on with (`job:NAME`); absent = it is the member's, or the task's. */
  conversationOf: z.string().optional(),
  /** Most hops of the messages that it has taken, and of the one that asked for its task; absent = there was none. */
  hops: z.number().int().nonnegative().optional(),
  /** Null while it lives, and in rows that are older than this field. */
  evidence: keptEvidenceSchema.nullable().default(null),
  /** What a model said of its end, or of its silence; null where none was asked, or has answered yet. */
  triage: agentTriageSchema.nullable().default(null),
  /** `yard done` or `yard fail`, said by the agent itself while it runs; settled when it ends. */
  report: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('done') }),
      z.strictObject({
        kind: z.literal('fail'),
        failure: workFailureSchema,
        /** Of a question: the answer was there before the agent had ended. */
        isAnswered: z.literal(true).optional(),
      }),
    ])
    .nullable(),
  exitCode: z.number().int().nullable(),
  claimedAt: z.number().int(),
  startedAt: z.number().int().nullable(),
  endedAt: z.number().int().nullable(),
})
export type Agent = z.infer<typeof agentSchema>

/** ms that it worked, had it ended at `at`; 0 for one that never began. */
export const workedBy = ({ startedAt }: Pick<Agent, 'startedAt'>, at: number): number =>
  startedAt === null ? 0 : Math.max(0, at - startedAt)

export const isLiving = (agent: Pick<Agent, 'state'>): boolean => agent.state.kind !== 'ended'

/** It is stopped for what it has left, which is collected and verified before its end is told. */
export const keepsResult = ({ state, triage }: Pick<Agent, 'state' | 'triage'>): boolean =>
  state.kind === 'stopping' &&
  (state.reason === 'reported' || (state.reason === 'triaged' && triage?.verdict === 'done'))

/** A watch has ended it before any model has said what becomes of it. `force`: what it has left is not waited for any more. */
export const isEndedByWatch = ({ state, triage }: Pick<Agent, 'state' | 'triage'>): boolean =>
  state.kind === 'stopping' &&
  !state.force &&
  triage === null &&
  (state.reason === 'timeout' || state.reason === 'silent')
