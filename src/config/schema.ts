/** What a config file may hold: every key with its bounds, its default and its meaning. The JSON Schema and the first file are made from it. */
import { z } from 'zod'
import type { Role } from '../domain/roles.ts'
import {
  EXECUTOR_TYPES,
  LAND_POLICIES,
  UNCOMMITTED_POLICIES,
  missedPolicySchema,
  permissionsSchema,
} from '../domain/settings.ts'
import { parseInstant } from './instant.ts'
import { MACHINE_TABLE, machineFileSchema } from './machine-table.ts'
import { scheduleForm } from './schedule-form.ts'
import { choice, duration, flag, name, whole, word, zone } from './value-schemas.ts'

const coordinator = z.strictObject({
  max_agents: whole(0, 1000).default(4).describe('At most so many agents at once; 0 starts none.'),
  poll_interval: duration('s', 1000, 86_400_000)
    .default(60)
    .describe('Seconds between looks at everything. Only a backstop: news wakes it at once.'),
  executor: word(100).optional().describe('Executor of tasks that name none (default: "claude").'),
  model: word(200)
    .optional()
    .describe('Model of tasks that name none, where the executor knows it (default: "opus").'),
})

const agent = z.strictObject({
  executor: word(100).optional().describe('Stands behind coordinator.executor.'),
  model: word(200).optional().describe('Stands behind coordinator.model.'),
  heartbeat_timeout: duration('m', 10_000, 7 * 86_400_000)
    .default(5)
    .describe('Minutes without any sign of life before an agent CLI needs attention.'),
  end_silent: flag()
    .default(false)
    .describe('Ends a silent agent after three times heartbeat_timeout, and tries again.'),
  done_grace: duration('m', 0, 7 * 86_400_000)
    .default(2)
    .describe('Minutes that an agent may go on after it has reported done or failed.'),
  stop_grace: duration('s', 0, 3_600_000)
    .default(10)
    .describe('Seconds between the polite signal and the end of an agent’s processes.'),
  max_subtasks: whole(0, 10_000)
    .default(10)
    .describe('So many tasks may the agents of one task add.'),
  keep_output: duration('d', 3_600_000, 36_500 * 86_400_000)
    .default(30)
    .describe(
      'Days after the end of a task until its agents’ folders keep the end of the output only.',
    ),
})

const schedule = z.strictObject({
  missed: z
    .enum(missedPolicySchema.options, choice(missedPolicySchema.options))
    .default('once')
    .describe('What becomes of times that passed while nothing ran: once, skip or all.'),
  tz: zone
    .optional()
    .describe('Time zone of schedules that name none (default: that of this machine).'),
})

const store = z.strictObject({
  synchronous: z
    .enum(['normal', 'full'], choice(['normal', 'full']))
    .default('normal')
    .describe('"full" also survives a power cut without losing the last moments; slower.'),
  backups: whole(0, 1000)
    .default(5)
    .describe('Rolling backups kept in your data folder; 0 = none.'),
  backup_interval: duration('m', 60_000, 365 * 86_400_000)
    .default(60)
    .describe('Minutes between backups, while something changes.'),
})

/** As git takes it for a branch; no option, no range, no pattern. */
const branchName = word(200).regex(
  /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock$|[/.]$))[^\s~^:?*[\\]+$/,
  'must be the name of a branch, such as "main"',
)

const worktree = z.strictObject({
  copy: z
    .array(
      word(1000).regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$)).+$/, 'must lie below the folder'),
      'must be a list such as [".env"]',
    )
    .max(100)
    .default([])
    .describe('Ignored files that each new worktree gets a copy of, as globs: [".env"].'),
  setup: word(10_000)
    .optional()
    .describe('A shell line that is run in each new worktree before its agent starts.'),
  setup_timeout: duration('m', 1000, 86_400_000)
    .default(15)
    .describe('Minutes that setup may take.'),
  uncommitted: z
    .enum(UNCOMMITTED_POLICIES, choice(UNCOMMITTED_POLICIES))
    .default('commit')
    .describe(
      'What an agent leaves uncommitted: commit makes it part of the result, keep leaves it.',
    ),
  land: z
    .enum(LAND_POLICIES, choice(LAND_POLICIES))
    .default('keep')
    .describe(
      'Results land: keep: when a person says so. auto: by themselves. pr: as a branch and a text.',
    ),
  target: branchName
    .optional()
    .describe('The branch that results land on (default: the one that the main checkout has).'),
  push: flag().default(false).describe('pr: true pushes the branch to the remote.'),
  remote: branchName.default('origin').describe('Where prepared branches are pushed.'),
  merger: word(100)
    .default('agent')
    .describe('Who settles conflicts: agent, person, or the name of an executor.'),
})

const caps = z.strictObject({
  models: z
    .record(name, whole(0, 1000))
    .default({})
    .describe('At most so many agents at once per model.'),
  tags: z
    .record(
      word(100).refine((tag) => tag !== '__proto__', 'cannot be a tag here'),
      whole(0, 1000),
    )
    .default({})
    .describe('At most so many agents at once per tag.'),
})

const variable = /^[A-Za-z_][A-Za-z0-9_]{0,199}$/
const variableName = z
  .string()
  .refine((text) => variable.test(text) && text !== '__proto__', 'must be the name of a variable')
const parts = z
  .array(
    z.string('must be a text').max(10_000, 'is longer than 10000 characters'),
    'must be a list such as ["prog", "{prompt_file}"]',
  )
  .min(1, 'must name a program')
  .max(1000)
  .refine(([program]) => program !== '', 'must name a program first')

/** A secret in an address would end in argument lists and logs. */
function isPlainUrl(text: string): boolean {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false
  return url.username === '' && url.password === '' && url.search === '' && url.hash === ''
}

/** A query may be part of an address that tasks are posted to; a user and a password never are. */
function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false
  return url.username === '' && url.password === '' && url.hash === ''
}
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}$/, 'must be the name of a header')
const headerValue = z
  .string()
  .max(8192)
  .regex(/^[\t\x20-\x7e]*$/, 'must be one line of plain text')

/** Claude Code at another address: a `claude` that must name one. */
export const CLAUDE_PROXY = 'claude_proxy'
const TYPE_WORDS = [...EXECUTOR_TYPES, CLAUDE_PROXY] as const

export const executorFileSchema = z.strictObject({
  type: z
    .enum(TYPE_WORDS, choice(TYPE_WORDS))
    .optional()
    .describe('How its agents are run; may be left out in a table that bears the name of a type.'),
  model: word(200).optional().describe('Model of its agents unless the task names one.'),
  env: z
    .record(
      variableName,
      z.union(
        [z.string().max(32_768), z.strictObject({ from: variableName })],
        'must be a text or { from = "VARIABLE" }',
      ),
    )
    .optional()
    .describe('Extra environment; { from = "VARIABLE" } takes the value from the owner’s own.'),
  max_agents: whole(0, 1000).optional().describe('At most so many of its agents at once.'),
  timeout: duration('m', 1000, 30 * 86_400_000)
    .optional()
    .describe('Minutes after which an agent is ended (default: 240).'),
  permissions: z
    .enum(permissionsSchema.options, choice(permissionsSchema.options))
    .optional()
    .describe(
      'bypass: may do all that you may (default). workspace: its folder. ask: only what needs no question.',
    ),
  keep_background: flag().optional().describe('true leaves alone what an agent left running.'),
  subtasks: z
    .enum(['own', 'any'], choice(['own', 'any']))
    .optional()
    .describe('"any" lets its agents add tasks with every field but exec and repo.'),
  coding: flag()
    .optional()
    .describe('Its agents edit files, so each works in a worktree of its own.'),
  command: z
    .union(
      [word(4096).transform((text) => [text]), parts],
      'must be a list such as ["prog", "{prompt_file}"]',
    )
    .optional()
    .describe('The program and its arguments, or another binary for an agent CLI.'),
  stdin: z
    .enum(['prompt', 'none'], choice(['prompt', 'none']))
    .optional()
    .describe('What the program reads (default: "prompt").'),
  base_url: word(2000)
    .refine(isPlainUrl, 'must be an http or https address without a user, a password or a query')
    .optional()
    .describe('Where its CLI sends its model requests instead of its usual provider.'),
  api_key_env: variableName
    .optional()
    .describe('Name of the variable that holds the key; it is read at each launch.'),
  url: word(2000)
    .refine(isHttpUrl, 'must be an http or https address without a user or a password')
    .optional()
    .describe('http: where its tasks are posted.'),
  endpoint: word(2000)
    .refine(isHttpUrl, 'must be an http or https address without a user or a password')
    .optional()
    .describe('Another word for url.'),
  method: z
    .enum(['POST', 'PUT', 'PATCH'], choice(['POST', 'PUT', 'PATCH']))
    .optional()
    .describe('http: POST (default), PUT or PATCH.'),
  headers: z
    .record(
      headerName,
      z.union(
        [headerValue, z.strictObject({ from: variableName })],
        'must be a text or { from = "VARIABLE" }',
      ),
    )
    .optional()
    .describe(
      'http: sent with each request; { from = "VARIABLE" } keeps secrets out of this file.',
    ),
  give_up: duration('m', 1000, 30 * 86_400_000)
    .optional()
    .describe(
      'http: minutes for which a service that does not take a task is asked again (default: 10).',
    ),
  max_steps: whole(1, 100_000)
    .optional()
    .describe('native: model calls of one agent (default: 200).'),
  max_tokens: whole(1, 1_000_000_000)
    .optional()
    .describe('native: tokens of one agent, input and output together.'),
  max_cost: z
    .number('must be a number of US dollars')
    .positive('must be more than 0')
    .max(100_000)
    .optional()
    .describe('native: US dollars of one agent, where the price of its model is known.'),
  fallback: word(100)
    .optional()
    .describe('The executor that takes its tasks while its provider sleeps (default: they wait).'),
  then: word(100)
    .optional()
    .describe('The executor that does the work once its time has come (default: "default").'),
  schedule: word(200)
    .refine(
      (text) => scheduleForm(text) !== null,
      'must be a clock time ("09:00") or a cron expression',
    )
    .optional()
    .describe('When its tasks fire unless they say so themselves.'),
})
export type ExecutorFile = z.infer<typeof executorFileSchema>

function dollars(min: 'none' | 'some') {
  const expected = `must be a number of US dollars${min === 'some' ? ', more than 0' : ''}`
  const number = z.number(expected).max(10_000_000, 'is more than ten million')
  return (min === 'some' ? number.positive(expected) : number.min(0, expected)).optional()
}
const price = () => dollars('none')

export const modelFileSchema = z.strictObject({
  provider: word(100).optional().describe('Who serves it: anthropic, openai, openrouter …'),
  model_id: word(200).optional().describe('What reaches the command line of the agent.'),
  endpoint: word(2000)
    .optional()
    .describe('Address of the provider, where it is not the usual one.'),
  api_key_env: variableName.optional().describe('Names the variable with the key for endpoint.'),
  tier: word(100).optional().describe('A word of yours for what it is good for.'),
  context_window: whole(1, 1_000_000_000).optional().describe('Tokens that one request may hold.'),
  cost_in: price().describe('US dollars per million tokens of input.'),
  cost_out: price().describe('US dollars per million tokens of output.'),
  cost_cached: price().describe('US dollars per million tokens of input that the provider kept.'),
  price_date: word(40).optional().describe('When its price was noted, such as "2026-04".'),
})
export type ModelFile = z.infer<typeof modelFileSchema>

const role = () => word(200).optional()
/** A table of its own beside the models, so no model can bear its name. */
export const ROLES_TABLE = 'roles'
const roles = z.strictObject({
  default: role().describe('Stands behind coordinator.model and agent.model.'),
  evaluator: role().describe('Judges what agents did.'),
  triage: role().describe('Looks after agents that are silent or have failed.'),
  assigner: role().describe('Chooses who does a task.'),
  merger: role().describe('Joins what two agents did to the same lines.'),
  summariser: role().describe('Puts long stories into few words.'),
} satisfies Record<Role, z.ZodType>)

const models = z
  .object({ [ROLES_TABLE]: roles.optional() })
  .catchall(modelFileSchema)
  .superRefine((table, context) => {
    for (const key of Object.keys(table)) {
      const read = name.safeParse(key)
      if (!read.success)
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `: ${read.error.issues[0]?.message ?? 'is no name'}`,
        })
    }
  })

const tokens = () => whole(1, 1_000_000_000_000).optional()
const budget = z.strictObject({
  day_usd: dollars('some').describe(
    'US dollars a day, after which no new agent starts until midnight.',
  ),
  day_tokens: tokens().describe('Tokens a day, input and output together.'),
  graph_usd: dollars('some').describe('US dollars in all, after which no new agent starts.'),
  graph_tokens: tokens().describe('Tokens in all, input and output together.'),
  graph_since: word(40)
    .refine((text) => parseInstant(text) !== null, 'must be a moment such as "2026-03-01T09:00"')
    .optional()
    .describe('Where the count of graph_usd and graph_tokens begins (default: at the beginning).'),
})

export const configFileSchema = z.strictObject({
  coordinator: coordinator.prefault({}).describe('The loop that keeps the graph moving.'),
  agent: agent.prefault({}).describe('What holds for every agent.'),
  schedule: schedule.prefault({}).describe('Tasks that repeat.'),
  store: store.prefault({}).describe('How the yard is kept.'),
  worktree: worktree.prefault({}).describe('Worktrees of tasks, and how their results land.'),
  caps: caps.prefault({}).describe('Limits beside max_agents.'),
  executors: z
    .record(name, executorFileSchema)
    .default({})
    .describe('Named ways to run an agent. Every type is also an executor of that name.'),
  models: models.prefault({}).describe('The model registry.'),
  budget: budget.prefault({}).describe('What may be spent.'),
  [MACHINE_TABLE]: machineFileSchema
    .prefault({})
    .describe('This machine, over all your yards. Only in your own file, never in a project.'),
})
export type ConfigFile = z.infer<typeof configFileSchema>
