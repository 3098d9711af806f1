/** Procedures about the yard as a whole: the live view, the journal, the coordinator, its configuration. */
import { failureClassSchema, workFailureSchema } from '../domain/schemas.ts'
import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { usageSchema } from '../domain/agent.ts'
import { CONFIG_SOURCES } from '../domain/origin.ts'
import { executorTypeSchema, permissionsSchema, ROLES } from '../domain/settings.ts'
import { SHOWN_STATES } from '../domain/graph/shown-state.ts'
import { forecastInput, forecastSchema } from './forecast.ts'
import { kindRoutingSchema, routingInput } from './routing.ts'
import { journalRowSchema, patchSchema, snapshotSchema, summarySchema } from './view.ts'
import { get, post } from './route.ts'

export const statusSchema = z.object({
  running: z.boolean(),
  pid: z.number().nullable(),
  uptimeSec: z.number().nullable(),
  url: z.string().nullable(),
  paused: z.boolean(),
  readOnly: z.string().nullable(),
  agents: z.object({ alive: z.number(), max: z.number() }),
  /** Why this machine lets no agent start here now, in words; null = it does. */
  machineHold: z.string().nullable(),
  /** Count per shown state, 0 included. */
  tasks: z.record(z.enum(SHOWN_STATES), z.number()),
  settings: z.record(z.string(), z.unknown()),
  /** The files say something else than what is in force: the keys, or why the files cannot be read; null = they agree. */
  configPending: z.object({ keys: z.array(z.string()), problem: z.string().nullable() }).nullable(),
  lastTick: z.string().nullable(),
  /** Since the loop last ran. */
  loopAgeMs: z.number().nullable(),
  recentErrors: z.array(z.object({ at: z.string(), text: z.string() })),
  breakers: summarySchema.shape.breakers,
  attention: summarySchema.shape.attention,
  version: z.string(),
  /** The folders of all yards that this process holds, this one among them; empty where no host runs. */
  yards: z.array(z.string()),
  /** The endpoint for other machines; null = none is wanted. `url` and `pin` are null while it is closed, `problem` says why. */
  fleet: z
    .object({
      listen: z.string(),
      url: z.string().nullable(),
      pin: z.string().nullable(),
      problem: z.string().nullable(),
    })
    .nullable(),
})
export type Status = z.infer<typeof statusSchema>

const configEntrySchema = z.object({
  key: z.string(),
  value: z.unknown(),
  source: z.enum(CONFIG_SOURCES),
  /** The file that says so, and the line where it is found; null for the others. */
  file: z.string().nullable(),
  line: z.number().nullable(),
})
/** What the files say now, where that is not what is in force. */
const pendingEntrySchema = configEntrySchema.extend({
  inForce: configEntrySchema.pick({ value: true, source: true }),
})
const executorViewSchema = z.object({
  name: z.string(),
  type: executorTypeSchema,
  model: z.string().nullable(),
  permissions: permissionsSchema,
  maxAgents: z.number().nullable(),
  alive: z.number(),
  /** `ready`, or what is missing. */
  canRun: z.boolean(),
  problem: z.string().nullable(),
  binary: z.string().nullable(),
  version: z.string().nullable(),
  /** The name of the variable or file where a sign-in was seen; null = none was seen. */
  credentials: z.string().nullable(),
  /** Whose sleep holds back its tasks that name no model; null = none. */
  account: z.string().nullable(),
  /** The executor that takes its tasks while that sleeps. */
  fallback: z.string().nullable(),
  /** Names of the registry that it can run; null = it takes no model. */
  models: z.array(z.string()).nullable(),
  /** Of its last agent, where that failed by a fault of the executor. */
  lastFailure: z
    .object({ agent: z.string(), at: z.string(), class: failureClassSchema, reason: z.string() })
    .nullable(),
})
const trialSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** Its answer, one line; null when it gave none. */
  text: z.string().nullable(),
  /** The registry's name of the model that was asked; null = the executor's own default. */
  model: z.string().nullable(),
  ms: z.number(),
  usage: usageSchema.nullable(),
  failure: workFailureSchema.nullable(),
})
const modelViewSchema = z.object({
  name: z.string(),
  provider: z.string(),
  modelId: z.string(),
  endpoint: z.string().nullable(),
  /** Names the variable with the key for the endpoint. */
  apiKeyEnv: z.string().nullable(),
  tier: z.string().nullable(),
  /** Tokens that one request may hold; null = not known. */
  contextWindow: z.number().nullable(),
  /** US dollars per million tokens; null = not known. */
  costIn: z.number().nullable(),
  costOut: z.number().nullable(),
  costCached: z.number().nullable(),
  /** When its price was noted, such as `2026-04`. */
  priceDate: z.string().nullable(),
  /** Roles of the yard that name it. */
  roles: z.array(z.enum(ROLES)),
  isDefault: z.boolean(),
  source: z.enum(CONFIG_SOURCES),
})

/** Flags that hold until the owner ends or the next reload without them. */
const flagsSchema = z.strictObject({
  maxAgents: z.number().int().nonnegative().optional(),
  model: z.string().optional(),
  executor: z.string().optional(),
  pollIntervalMs: z.number().int().positive().optional(),
  retryAfterMs: z.number().int().positive().optional(),
})

/** fail: something does not work. warn: something will not, or may not. */
export const DOCTOR_LEVELS = ['ok', 'warn', 'fail'] as const

const doctorItemSchema = z.object({
  /** `owner.heartbeat`, `executor.claude`, `job.nightly`: what was looked at. */
  id: z.string(),
  level: z.enum(DOCTOR_LEVELS),
  text: z.string(),
  /** What mends it; null where nothing has to be. */
  fix: z.string().nullable(),
})
export type DoctorItem = z.infer<typeof doctorItemSchema>

const pageSessionSchema = z.object({
  id: z.string(),
  openedAt: z.string(),
  expiresAt: z.string(),
  /** What the browser calls itself. */
  browser: z.string().nullable(),
})

export const serviceContract = {
  /** First exchange: names versions so that a mismatch is said in words. */
  hello: get('/hello').output(
    z.object({
      contract: z.string(),
      version: z.string(),
      pid: z.number(),
      /** The yard's folder; null where no yard is open yet (the start screen). */
      root: z.string().nullable(),
    }),
  ),
  status: get('/status').output(statusSchema),
  /** A fresh address of the page with a one-use code, good for ten minutes; null where no page is served. */
  page: post('/service/page').output(z.object({ pageUrl: z.string().nullable() })),
  /** Browsers that may use the page, the newest first. */
  pageSessions: get('/service/page/sessions').output(z.array(pageSessionSchema)),
  /** Ends these, or without `ids` all; gives those that were open. */
  revokePageSessions: post('/service/page/sessions/revoke')
    .input(z.strictObject({ ids: z.array(z.string().max(100)).max(200).optional() }))
    .output(z.array(pageSessionSchema)),
  pause: post('/service/pause').output(z.object({ paused: z.boolean() })),
  resume: post('/service/resume').output(z.object({ paused: z.boolean() })),
  reload: post('/service/reload')
    .input(flagsSchema)
    .output(z.object({ settings: z.record(z.string(), z.unknown()) })),
  /** Stops the owner after the reply; agents go on unless `killAgents`. */
  stop: post('/service/stop')
    .input(z.strictObject({ killAgents: z.boolean().optional() }))
    .output(
      z.object({
        agentsLeft: z.number(),
        /** With `killAgents`: processes of agents, ended ones included, that could not be ended. */
        processesLeft: z.array(z.object({ pid: z.number(), command: z.string().nullable() })),
      }),
    ),
  snapshot: get('/view').output(snapshotSchema),
  /** Patches from now on; begins with an empty patch that names the current `seq`. */
  follow: get('/view/follow').output(eventIterator(patchSchema)),
  journal: get('/journal')
    .input(
      z.strictObject({
        since: z.coerce.number().int().nonnegative().default(0),
        limit: z.coerce.number().int().positive().max(10_000).default(1000),
      }),
    )
    .output(z.array(journalRowSchema)),
  /** When what is left will be finished and what it will cost. The same until something is committed, but for agents that grow older. */
  forecast: get('/forecast').input(forecastInput).output(forecastSchema),
  routing: get('/routing').input(routingInput).output(z.array(kindRoutingSchema)),
  executors: get('/executors').output(z.array(executorViewSchema)),
  /** One trivial real turn; answers when it is over, which may take minutes. It costs what a turn costs. */
  testExecutor: post('/executors/test')
    .input(z.strictObject({ name: z.string().min(1).max(200) }))
    .output(trialSchema),
  /** A person says that a provider works again: what sleeps by it or waits for a sign-in is tried now. It spends no try. */
  wake: post('/service/wake')
    .input(z.strictObject({ provider: z.string().min(1).max(300) }))
    .output(z.object({ tasks: z.number() })),
  models: get('/models').output(z.array(modelViewSchema)),
  roles: get('/roles').output(
    z.array(
      z.object({
        role: z.enum(ROLES),
        /** A name of the registry or a tier; null = as for any task. */
        model: z.string().nullable(),
        source: z.enum(CONFIG_SOURCES),
      }),
    ),
  ),
  /** What is in force. */
  config: get('/config').output(z.array(configEntrySchema)),
  /** What a reload would change, with the environment and the flags of the owner; `problem`: why the files cannot be read. */
  pendingConfig: get('/config/pending').output(
    z.object({ entries: z.array(pendingEntrySchema), problem: z.string().nullable() }),
  ),
  /** What is wrong with this yard. `network`: remotes are asked, too. */
  doctor: get('/doctor')
    .input(z.strictObject({ network: z.union([z.boolean(), z.stringbool()]).default(false) }))
    .output(z.array(doctorItemSchema)),
  backup: post('/backup').output(z.object({ path: z.string() })),
}
export type Flags = z.infer<typeof flagsSchema>
export { configEntrySchema, executorViewSchema, pendingEntrySchema, modelViewSchema, flagsSchema }
