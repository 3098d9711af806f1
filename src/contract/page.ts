/** What only the page asks: the past of the yard, what is to come, where a person put the nodes. Reads of committed events, and furniture. */
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { configEntrySchema, pendingEntrySchema } from './service.ts'
import { TRY_OUTCOMES } from '../domain/agent.ts'
import { agentTriageSchema } from '../domain/judging/triage.ts'
import { SHOWN_STATES, TASK_STATUSES } from '../domain/graph/shown-state.ts'
import { positionSchema, taskCardSchema } from './view.ts'
import { commandIdSchema, get, idInput, post } from './route.ts'

const time = z.string()

/** One bar of the time strip. */
const activityBarSchema = z.object({
  at: time,
  events: z.number(),
  failures: z.number(),
})

/** How a value is edited. `unit`: what a bare number means; `options`: values with their labels. */
const controlSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['switch', 'number', 'text', 'list', 'executor', 'model']) }),
  z.object({ kind: z.literal('duration'), unit: z.enum(['s', 'm', 'd']) }),
  z.object({ kind: z.literal('choice'), options: z.array(z.tuple([z.string(), z.string()])) }),
])
export type SettingControl = z.infer<typeof controlSchema>

/** A key of the configuration with all that a form needs. */
const settingSchema = configEntrySchema.extend({
  label: z.string(),
  note: z.string(),
  control: controlSchema,
})
export type Setting = z.infer<typeof settingSchema>

/** The yard as it stood after the commit `seq`. */
const graphAtSchema = z.object({
  seq: z.number(),
  at: time,
  tasks: z.array(taskCardSchema),
})
export type GraphAt = z.infer<typeof graphAtSchema>

const historySchema = z.object({
  /** Instants at the end of each bucket, oldest first; every list below has one entry per instant. */
  at: z.array(time),
  /** Agents alive. */
  agents: z.array(z.number()),
  /** The most that were alive at one instant of the span, between two entries of the list, too. */
  mostAgents: z.number(),
  cap: z.number(),
  /** Tasks per stored status (`open`, `in-progress`, …); statuses that never held are left out. */
  states: z.partialRecord(z.enum(TASK_STATUSES), z.array(z.number())),
  /** Ended tries of the span, newest first, 500 at most. */
  tries: z.array(
    z.object({
      agent: z.string(),
      task: z.string(),
      title: z.string(),
      executor: z.string(),
      model: z.string().nullable(),
      outcome: z.enum(TRY_OUTCOMES),
      claimedAt: time,
      endedAt: time,
      /** ms of work. */
      tookMs: z.number(),
      /** What a model said of its end; absent where none was asked. */
      triage: agentTriageSchema.pick({ verdict: true, reason: true }).optional(),
    }),
  ),
  /** Per day of the owner's zone, oldest first. Null = no CLI said. */
  usage: z.array(
    z.object({
      day: z.string(),
      costUsd: z.number().nullable(),
      inputTokens: z.number().nullable(),
      outputTokens: z.number().nullable(),
      tries: z.number(),
      /** Of these, those that did not tell all: the figures are a lower bound where there are any. */
      atLeast: z.number(),
    }),
  ),
})
export type History = z.infer<typeof historySchema>

/** Something that will happen by itself. */
const agendaItemSchema = z.object({
  at: time,
  /** schedule: a clock time or cron fires. delay: `notBefore`. back-off: a retry's wait. wake: a sleeping provider. breaker: one that clears. */
  kind: z.enum(['schedule', 'delay', 'back-off', 'wake', 'breaker']),
  task: z.string().nullable(),
  title: z.string(),
  /** One line: the schedule's words, why it waits. */
  text: z.string(),
})
export type AgendaItem = z.infer<typeof agendaItemSchema>

/** One line of a task's timeline: what happened, by whom, in words. */
const timelineRowSchema = z.object({
  seq: z.number(),
  at: time,
  by: z.string(),
  event: z.string(),
  /** A sentence without a full stop, e.g. `agent-7 failed: exit 1`. */
  text: z.string(),
  agent: z.string().nullable(),
  /** The shown tone: a state's name, or null for none. */
  state: z.enum(SHOWN_STATES).nullable(),
  /** When what it started will end by itself (a park, a back-off). */
  until: time.nullable(),
})
export type TimelineRow = z.infer<typeof timelineRowSchema>

export const importProgressSchema = z.object({
  phase: z.enum(['reading', 'checking', 'adding', 'done']),
  done: z.number(),
  total: z.number(),
  /** Set with `done`. */
  ids: z.array(z.string()).nullable(),
})
export type ImportProgress = z.infer<typeof importProgressSchema>

const spentSchema = z.object({
  capUsd: z.number().nullable(),
  capTokens: z.number().nullable(),
  costUsd: z.number().nullable(),
  tokens: z.number().nullable(),
  /** Both are a lower bound: not every try told all that it used. */
  atLeast: z.literal(true).optional(),
})

const sums = {
  costUsd: z.number().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  /** Agents that ended. */
  tries: z.number(),
}

/** What agents and judgements that have ended used and cost; forgotten ones count. Null = unknown. */
const costsSchema = z.object({
  by: z.enum(['task', 'model', 'executor', 'purpose', 'day']),
  from: time,
  to: time,
  /** Days oldest first, all else the dearest first. */
  rows: z.array(
    z.object({
      /** A task's id, a name, or a day such as 2026-03-01; null = agents without a model. */
      key: z.string().nullable(),
      /** Of a task that is still there. */
      title: z.string().nullable(),
      ...sums,
      cachedTokens: z.number().nullable(),
      /** How much of the cost is by the registry's prices and not a CLI's own word. */
      registryUsd: z.number().nullable(),
      /** Tries that used tokens of unknown cost. */
      unpriced: z.number(),
      /** Tries that did not tell all: the figures are a lower bound where there are any. */
      atLeast: z.number(),
      /** Of a day, where `parts` was asked for: who used it, the dearest first. */
      parts: z
        .array(
          z.object({
            key: z.string().nullable(),
            title: z.string().nullable(),
            costUsd: z.number().nullable(),
            inputTokens: z.number().nullable(),
            outputTokens: z.number().nullable(),
          }),
        )
        .optional(),
    }),
  ),
  /** False when there are more rows than were asked for. */
  isWhole: z.boolean(),
  total: z.object(sums),
  /** The caps of the yard, and what counts towards them by now. */
  budget: z.object({ day: spentSchema, graph: spentSchema, graphSince: time.nullable() }),
})
export type Costs = z.infer<typeof costsSchema>

export const pageContract = {
  cost: get('/cost')
    .input(
      z.strictObject({
        by: costsSchema.shape.by.default('task'),
        /** By day: each day is divided by this, too. */
        parts: costsSchema.shape.by.exclude(['day']).optional(),
        /** A moment or a day; without one, from the first agent on. */
        since: time.optional(),
        limit: z.coerce.number().int().positive().max(100_000).default(1000),
      }),
    )
    .output(costsSchema),
  /** Moves nodes for everybody who looks at this yard; null gives one back to the layout. Not an event of the yard: it cannot change what runs. */
  moveNodes: post('/page/positions')
    .input(z.strictObject({ set: z.record(z.string(), positionSchema.nullable()) }))
    .output(z.object({ moved: z.number() })),
  /** Commits over time. Without a span: from the first commit to now. */
  activity: get('/page/activity')
    .input(
      z.strictObject({
        from: time.optional(),
        to: time.optional(),
        buckets: z.coerce.number().int().min(1).max(1000).default(120),
      }),
    )
    .output(
      z.object({
        from: time,
        to: time,
        /** Time of the yard's first commit. */
        firstAt: time.nullable(),
        bars: z.array(activityBarSchema),
        /** Times of failures in the span, oldest first, the last 1,000. */
        failures: z.array(time),
      }),
    ),
  /** The graph as it stood then. */
  moment: get('/page/moment')
    .input(z.strictObject({ at: time }))
    .output(graphAtSchema),
  history: get('/page/history')
    .input(
      z.strictObject({
        from: time,
        to: time.optional(),
        buckets: z.coerce.number().int().min(1).max(500).default(120),
      }),
    )
    .output(historySchema),
  agenda: get('/page/agenda')
    .input(z.strictObject({ until: time }))
    .output(z.array(agendaItemSchema)),
  /** Newest first. */
  timeline: get('/task/{id}/timeline')
    .input(
      idInput.extend({
        before: z.coerce.number().int().optional(),
        limit: z.coerce.number().int().positive().max(1000).default(200),
      }),
    )
    .output(z.object({ rows: z.array(timelineRowSchema), isEnd: z.boolean() })),
  /** Rows of the journal, newest first, in words. */
  journalTail: get('/page/journal')
    .input(
      z.strictObject({
        before: z.coerce.number().int().optional(),
        limit: z.coerce.number().int().positive().max(1000).default(200),
      }),
    )
    .output(z.object({ rows: z.array(timelineRowSchema), isEnd: z.boolean() })),
  /** The end of the owner's log file. */
  serviceLog: get('/page/log').output(z.object({ path: z.string(), lines: z.array(z.string()) })),
  /** Bytes of output per step, oldest first, for agents alive or lately so. */
  rates: get('/page/rates').output(
    z.object({ stepMs: z.number(), agents: z.record(z.string(), z.array(z.number())) }),
  ),
  /** Where a text occurs in an agent's output (its streams merged), from a byte offset on. Bounded work: `next` says where to go on; null = the end was reached. */
  searchOutput: get('/agent/{id}/search')
    .input(
      idInput.extend({
        text: z.string().min(1).max(200),
        from: z.coerce.number().int().nonnegative().default(0),
        limit: z.coerce.number().int().positive().max(1000).default(200),
      }),
    )
    .output(
      z.object({
        matches: z.array(z.object({ offset: z.number(), line: z.string() })),
        next: z.number().nullable(),
      }),
    ),
  /** Which line of an output a byte stands in, or at which byte a line begins; beyond the end it is the last line. Lines count from 1. */
  outputLine: get('/agent/{id}/line')
    .input(
      idInput.extend({
        offset: z.coerce.number().int().nonnegative().optional(),
        /** Where there is no offset. */
        line: z.coerce.number().int().positive().default(1),
        stream: z.enum(['stdout', 'stderr', 'merged']).default('merged'),
      }),
    )
    .output(z.object({ line: z.number(), offset: z.number() })),
  /**
   * What is in force, and what the files say that is not, as `service.config` and `service.pendingConfig` with what a form needs.
   * `executor`: all fields of this profile, also those that no file names, and nothing else.
   */
  settings: get('/page/settings')
    .input(z.object({ executor: z.string().max(200).optional() }))
    .output(
      z.object({
        /** Among them keys that only the files name yet, with the value that is in force. */
        entries: z.array(settingSchema),
        pending: z.array(pendingEntrySchema),
        /** Why the files cannot be read. */
        problem: z.string().nullable(),
      }),
    ),
  /** Writes keys of a config file and applies the files anew. All or none. A null value takes the key out. */
  configure: post('/config')
    .input(
      z.strictObject({
        scope: z.enum(['project', 'global']),
        edits: z.array(z.strictObject({ key: z.string(), value: z.string().nullable() })).min(1),
      }),
    )
    .output(
      z.object({
        changes: z.array(z.object({ key: z.string(), value: z.unknown(), file: z.string() })),
      }),
    ),
  /** What a yard that was not made here would run, for a person to judge. Never for agents. */
  trust: get('/page/trust').output(
    z.object({
      trusted: z.boolean(),
      /** One line per profile: its type, permissions, program and where it asks. */
      executors: z.array(z.string()),
      /** Those of them that are as they come with the program. */
      builtIn: z.array(z.string()),
      /** What is run in worktrees, taken into them, and becomes of what they hold; where models are asked. */
      settings: z.array(z.string()),
      /** Variables of the owner's environment that they would read. */
      variables: z.array(z.string()),
      /** Of every task: its shell lines, the address that it is posted to, a folder of its own. */
      lines: z.array(
        z.object({
          task: z.string(),
          kind: z.enum(['exec', 'verify', 'executor', 'repo']),
          line: z.string(),
        }),
      ),
      /** Stands for all of this. */
      seen: z.string(),
    }),
  ),
  /** A person trusts the yard, having seen what `seen` stands for; refused when that has changed since. */
  confirmTrust: post('/page/trust')
    .input(z.strictObject({ seen: z.string() }))
    .output(z.object({ trusted: z.boolean() })),
  /** A window of a file that a task keeps as a result. Only such a file is read, and only below the task's folder. */
  artifact: get('/task/{id}/artifact')
    .input(
      idInput.extend({
        path: z.string().max(4096),
        from: z.coerce.number().int().nonnegative().default(0),
        maxBytes: z.coerce.number().int().positive().max(4_000_000).default(4_000_000),
      }),
    )
    .output(
      z.object({
        /** base64: every byte as it is. */
        content: z.string(),
        next: z.number(),
        size: z.number(),
        isEnd: z.boolean(),
      }),
    ),
  /** Adds the tasks of a graph file, all or none. Says how far it is; leaving before `adding` changes nothing. */
  importText: post('/page/import')
    .input(
      z.strictObject({
        text: z.string().max(90_000_000),
        format: z.enum(['auto', 'toml', 'json', 'jsonl']).default('auto'),
        commandId: commandIdSchema,
      }),
    )
    .output(eventIterator(importProgressSchema)),
}
