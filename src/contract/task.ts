/** Procedures about tasks. Every command may carry a `commandId`; the same id twice has one effect and one reply. */
import { reportableClassSchema } from '../domain/schemas.ts'
import { oc } from '@orpc/contract'
import { z } from 'zod'
import { isStorableText, UNSTORABLE_TEXT } from '../domain/bounds.ts'
import { artifactsInputSchema } from '../domain/executor.ts'
import { DEPENDENTS_FATES } from '../domain/command.ts'
import { newTaskSchema, taskDefinitionSchema, taskEditSchema } from '../domain/task.ts'
import { SHOWN_STATES } from '../domain/graph/shown-state.ts'
import { profileSchema } from '../domain/settings.ts'
import { taskListItemSchema, taskViewSchema } from './view.ts'
import { WHY_VOICES, whySchema } from './why.ts'
import { judgementViewSchema } from './judging.ts'
import { commandIdSchema, get, idInput, post } from './route.ts'

const commandOn = idInput.extend({ commandId: commandIdSchema })
/** Something done to a task; the task as it is then comes back. */
const taskCommand = <Input extends z.ZodRawShape>(verb: string, input: Input) =>
  post(`/task/{id}/${verb}`).input(commandOn.extend(input)).output(taskViewSchema)
const text = (max: number) =>
  z.string().trim().min(1).max(max).refine(isStorableText, UNSTORABLE_TEXT)

/** Instants on the wire are ISO 8601; the handlers turn them into ms. */
const wireTimes = { notBefore: z.union([z.string(), z.number()]).nullable().optional() }
/** A threshold may be a number, as in graph files. */
const gate = z
  .preprocess(
    (value: string | number | null) => (typeof value === 'number' ? String(value) : value),
    taskDefinitionSchema.shape.gate,
  )
  .optional()
const wireNewTask = newTaskSchema
  .omit({ notBefore: true, id: true, after: true, before: true })
  .extend({
    ...wireTimes,
    gate,
    id: z.string().optional(),
    after: z.array(z.string()).optional(),
    before: z.array(z.string()).optional(),
    commandId: commandIdSchema,
  })
const wireEdit = taskEditSchema
  .omit({ notBefore: true, after: true, addAfter: true, removeAfter: true, addBefore: true })
  .extend({
    ...wireTimes,
    gate,
    id: z.string(),
    after: z.array(z.string()).optional(),
    addAfter: z.array(z.string()).optional(),
    removeAfter: z.array(z.string()).optional(),
    addBefore: z.array(z.string()).optional(),
    commandId: commandIdSchema,
  })

const abandonOptions = {
  withDependents: z.boolean().optional(),
  /** What waits for it waits for what it waited for instead. */
  join: z.boolean().optional(),
}

/** What a terminal starts; no value of a secret but the token of its agent. */
const pilotStartSchema = z.object({
  agent: z.string(),
  task: z.string(),
  generation: z.number(),
  /** Its model by the registry's name; null where its executor chooses. */
  model: z.string().nullable(),
  /** Good for this task while the agent lives. */
  token: z.string(),
  /** Marks what it starts. */
  key: z.string(),
  cwd: z.string(),
  branch: z.string().nullable(),
  /** Absolute folder of the agent. */
  folder: z.string(),
  /** The program by name or path, and its arguments. */
  argv: z.array(z.string()),
  /** Variables that yield to the terminal's own, and those that do not. */
  defaults: z.record(z.string(), z.string()),
  set: z.record(z.string(), z.string()),
  /** The part of the profile that makes its environment: keys by the names of their variables. */
  executor: profileSchema.pick({
    name: true,
    type: true,
    env: true,
    baseUrl: true,
    apiKeyEnv: true,
  }),
  promptFile: z.string(),
  /** It goes on in an earlier conversation. */
  resumes: z.boolean(),
})
export type PilotStart = z.infer<typeof pilotStartSchema>

/** One change of one task; `do` is the verb. */
const changeSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('add'), task: wireNewTask.omit({ commandId: true }) }),
  z.strictObject({
    do: z.literal('edit'),
    id: z.string(),
    edit: wireEdit.omit({ id: true, commandId: true }),
  }),
  ...(['release', 'reopen', 'remove', 'take', 'letGo'] as const).map((verb) =>
    z.strictObject({ do: z.literal(verb), id: z.string() }),
  ),
  z.strictObject({ do: z.literal('hold'), id: z.string(), asDraft: z.boolean().optional() }),
  z.strictObject({ do: z.literal('publish'), id: z.string(), only: z.boolean().optional() }),
  z.strictObject({ do: z.literal('retry'), id: z.string(), fresh: z.boolean().optional() }),
  z.strictObject({ do: z.literal('complete'), id: z.string(), force: z.boolean().optional() }),
  z.strictObject({ do: z.literal('abandon'), id: z.string(), ...abandonOptions }),
])
export type TaskChange = z.infer<typeof changeSchema>

const listFilter = z.strictObject({
  /** Stored statuses and shown states, comma-separated on the wire. */
  status: z.string().optional(),
  tag: z.string().optional(),
  limit: z.coerce.number().int().positive().optional(),
})

export const taskContract = {
  add: post('/task', 201).input(wireNewTask).output(taskViewSchema),
  get: get('/task/{id}').input(idInput).output(taskViewSchema),
  list: get('/tasks')
    .input(
      listFilter.extend({
        /** `card` leaves out what only `task.get` must tell, for tables. */
        detail: z.enum(['full', 'card']).default('full'),
      }),
    )
    .output(z.array(taskListItemSchema)),
  /**
   * A line a task, with tabs between: id, shown state, that state with its fact, agent (empty where there is none), title. One
   * text, because thousands of records take longer on their way than all else that a command does.
   */
  table: get('/tasks/table').input(listFilter).output(z.string()),
  edit: oc.route({ method: 'PATCH', path: '/task/{id}' }).input(wireEdit).output(taskViewSchema),
  why: get('/task/{id}/why')
    .input(idInput.extend({ voice: z.enum(WHY_VOICES).default('command-line') }))
    .output(whySchema),
  /** `asDraft` takes its publishing back, while no agent has worked on it. */
  hold: taskCommand('pause', { asDraft: z.boolean().optional() }),
  release: taskCommand('resume', {}),
  /** Releases every paused task that is no draft: the way back from `agent.killAll`. */
  releaseAll: post('/tasks/resume')
    .input(z.strictObject({}))
    .output(z.object({ released: z.array(z.string()) })),
  publish: post('/task/{id}/publish')
    .input(commandOn.extend({ only: z.boolean().optional() }))
    .output(z.object({ published: z.array(z.string()) })),
  complete: taskCommand('complete', {
    generation: z.number().int().optional(),
    agent: z.string().optional(),
    artifacts: artifactsInputSchema.optional(),
    force: z.boolean().optional(),
  }),
  fail: taskCommand('fail', {
    generation: z.number().int().optional(),
    agent: z.string().optional(),
    reason: z.string().min(1).max(4000),
    class: reportableClassSchema.optional(),
  }),
  /** An agent asks a person about its own task, and then ends; the task waits for the answer. */
  /** `to`: a member that is asked; its reply is the answer. */
  ask: taskCommand('ask', { text: text(4000), to: z.string().min(1).max(200).optional() }),
  /** A person's answer, which the next agent is told. */
  answer: taskCommand('answer', { text: text(20_000) }),
  /** Has its latest ended try, or that of `agent`, judged; the judgement that is open for it where there is one. */
  evaluate: post('/task/{id}/evaluate', 202)
    .input(
      commandOn.extend({
        agent: z.string().optional(),
        executor: z.string().min(1).max(200).optional(),
        model: z.string().min(1).max(200).optional(),
      }),
    )
    .output(judgementViewSchema),
  /** Done, whatever a judge says. */
  approve: taskCommand('approve', { note: text(20_000).optional() }),
  /** Tried again with the note, without spending an attempt. */
  reject: taskCommand('reject', { note: text(20_000) }),
  retry: taskCommand('retry', { fresh: z.boolean().optional() }),
  reopen: taskCommand('reopen', {}),
  abandon: post('/task/{id}/abandon')
    .input(commandOn.extend(abandonOptions))
    .output(z.object({ abandoned: z.array(z.string()), becameReady: z.number() })),
  remove: oc
    .route({ method: 'DELETE', path: '/task/{id}' })
    .input(commandOn)
    .output(z.object({ removed: z.string() })),
  /** Only tasks that no agent has worked on; all or none. */
  removeAll: post('/tasks/remove')
    .input(
      z.strictObject({
        ids: z.array(z.string()).min(1).max(100_000),
        dependents: z.enum(DEPENDENTS_FATES),
        commandId: commandIdSchema,
      }),
    )
    .output(z.object({ removed: z.array(z.string()) })),
  /** One commit, in this order; the first refusal takes all back. */
  change: post('/tasks/change')
    .input(
      z.strictObject({
        changes: z.array(changeSchema).min(1).max(100_000),
        commandId: commandIdSchema,
      }),
    )
    /** What each change touched, in their order; nothing where it was so already. */
    .output(z.object({ ids: z.array(z.array(z.string())) })),
  log: taskCommand('log', { text: z.string().min(1).max(20_000) }),
  artifact: taskCommand('artifact', {
    paths: z.array(z.string().min(1).max(4096)).min(1).max(1000),
  }),
  /** A person claims a `manual` task; `complete`, `fail` or `letGo` end it. */
  take: taskCommand('take', {}),
  /**
   * Another orchestrator takes an `external` or `manual` task, for as long as it sends heartbeats: without one for `lease` (a
   * duration; default 30 s) the task is open again, and what its holder says of it later is refused (409).
   */
  claim: post('/task/{id}/claim', 201)
    .input(
      commandOn.extend({
        as: z.string().min(1).max(200),
        lease: z.union([z.string(), z.number()]).optional(),
      }),
    )
    .output(
      z.object({
        agent: z.string(),
        task: z.string(),
        generation: z.number(),
        /** Good for this task while the claim holds. */
        token: z.string(),
        leaseUntil: z.string(),
      }),
    ),
  /** As `complete` and `fail`, by the word of the body: where the `callback` of an http executor points. */
  settle: post('/task/{id}')
    .input(
      commandOn.extend({
        status: z.enum(['done', 'failed']),
        generation: z.number().int().optional(),
        artifacts: artifactsInputSchema.optional(),
        reason: z.string().min(1).max(4000).optional(),
        class: reportableClassSchema.optional(),
      }),
    )
    .output(taskViewSchema),
  /**
   * A person drives an agent CLI of this task in a terminal of this machine: claims it, makes its place ready, and says how the
   * CLI is started there. The caller must start it at once, as `yard pilot` does.
   */
  pilot: post('/task/{id}/pilot', 201)
    .input(commandOn.extend({ executor: z.string().min(1).max(200).optional() }))
    .output(pilotStartSchema),
  letGo: taskCommand('let-go', {}),
  scheduleList: get('/schedule').output(
    z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        spec: z.string(),
        tz: z.string(),
        next: z.string().nullable(),
        state: z.enum(SHOWN_STATES),
        /** Times of the run that is due or under way which passed without a start; 100 stands for that many or more. */
        missed: z.number(),
      }),
    ),
  ),
  scheduleSkip: taskCommand('schedule/skip', {}),
  scheduleNow: taskCommand('schedule/now', {}),
  import: post('/import', 201)
    .input(
      z.strictObject({
        tasks: z.array(wireNewTask).max(1_000_000),
        /** Says what would be refused; adds nothing. */
        dryRun: z.boolean().optional(),
        commandId: commandIdSchema,
      }),
    )
    .output(z.object({ ids: z.array(z.string()) })),
  export: get('/export')
    .input(
      z.strictObject({
        format: z.enum(['toml', 'json', 'jsonl', 'mermaid', 'dot']).default('toml'),
      }),
    )
    .output(z.object({ text: z.string() })),
}
