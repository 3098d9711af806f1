/** What the tables `executors.NAME` and `models.NAME` of a config file may hold. */
import { z } from 'zod'
import {
  EXECUTOR_KINDS,
  EXECUTOR_TYPES,
  PERMISSION_LABELS,
  permissionsSchema,
  type ExecutorType,
} from '../domain/settings.ts'
import { scheduleForm } from './times.ts'
import { about, dollars, duration, flag, oneOf, whole, nonEmptyText } from './value-schemas.ts'

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

// One for each of them.
const typeLabels = Object.fromEntries(
  EXECUTOR_TYPES.map((type) => [type, EXECUTOR_KINDS[type].label]),
) as Record<ExecutorType, string>

export const executorFileSchema = z.strictObject({
  type: oneOf([...EXECUTOR_TYPES, CLAUDE_PROXY], {
    ...typeLabels,
    [CLAUDE_PROXY]: 'Claude Code at another address',
  })
    .optional()
    .meta(
      about(
        'Type',
        'How its agents are run; may be left out in a table that bears the name of a type.',
      ),
    ),
  model: nonEmptyText(200)
    .optional()
    .meta(about('Model', 'Model of its agents unless the task names one.', 'model')),
  env: z
    .record(
      variableName,
      z.union(
        [z.string().max(32_768), z.strictObject({ from: variableName })],
        'must be a text or { from = "VARIABLE" }',
      ),
    )
    .optional()
    .meta(
      about(
        'Variable',
        'Extra environment; { from = "VARIABLE" } takes the value from the owner’s own.',
      ),
    ),
  max_agents: whole(0, 1000)
    .optional()
    .meta(about('At most', 'At most so many of its agents at once.')),
  timeout: duration('m', 1000, 30 * 86_400_000)
    .optional()
    .meta(about('Time limit', 'Minutes after which an agent is ended (default: 240).')),
  permissions: oneOf(permissionsSchema.options, PERMISSION_LABELS)
    .optional()
    .meta(
      about(
        'Permissions',
        'bypass: may do all that you may (default). workspace: its folder. ask: only what needs no question.',
      ),
    ),
  keep_background: flag()
    .optional()
    .meta(about('Keep background processes', 'true leaves alone what an agent left running.')),
  subtasks: oneOf(['own', 'any'], { own: 'Like its own', any: 'Of any kind' })
    .optional()
    .meta(
      about(
        'Tasks it may add',
        '"any" lets its agents add tasks with every field but exec and repo.',
      ),
    ),
  coding: flag()
    .optional()
    .meta(about('Edits files', 'Its agents edit files, so each works in a worktree of its own.')),
  command: z
    .union(
      [nonEmptyText(4096).transform((text) => [text]), parts],
      'must be a list such as ["prog", "{prompt_file}"]',
    )
    .optional()
    .meta(
      about(
        'Program',
        'The program and its arguments, or another binary for an agent CLI.',
        'list',
      ),
    ),
  stdin: oneOf(['prompt', 'none'], { prompt: 'The prompt', none: 'Nothing' })
    .optional()
    .meta(about('Program reads', 'What the program reads (default: "prompt").')),
  base_url: nonEmptyText(2000)
    .refine(isPlainUrl, 'must be an http or https address without a user, a password or a query')
    .optional()
    .meta(
      about('Address', 'Where its CLI sends its model requests instead of its usual provider.'),
    ),
  api_key_env: variableName
    .optional()
    .meta(
      about(
        'Variable of its key',
        'Name of the variable that holds the key; it is read at each launch.',
      ),
    ),
  url: nonEmptyText(2000)
    .refine(isHttpUrl, 'must be an http or https address without a user or a password')
    .optional()
    .meta(about('Address', 'http: where its tasks are posted.')),
  endpoint: nonEmptyText(2000)
    .refine(isHttpUrl, 'must be an http or https address without a user or a password')
    .optional()
    .meta(about('Address', 'Another word for url.')),
  method: oneOf(['POST', 'PUT', 'PATCH'], { POST: 'POST', PUT: 'PUT', PATCH: 'PATCH' })
    .optional()
    .meta(about('Method', 'http: POST (default), PUT or PATCH.')),
  headers: z
    .record(
      headerName,
      z.union(
        [headerValue, z.strictObject({ from: variableName })],
        'must be a text or { from = "VARIABLE" }',
      ),
    )
    .optional()
    .meta(
      about(
        'Header',
        'http: sent with each request; { from = "VARIABLE" } keeps secrets out of this file.',
      ),
    ),
  give_up: duration('m', 1000, 30 * 86_400_000)
    .optional()
    .meta(
      about(
        'Give up after',
        'http: minutes for which a service that does not take a task is asked again (default: 10).',
      ),
    ),
  max_steps: whole(1, 100_000)
    .optional()
    .meta(about('Most steps', 'native: model calls of one agent (default: 200).')),
  max_tokens: whole(1, 1_000_000_000)
    .optional()
    .meta(about('Most tokens', 'native: tokens of one agent, input and output together.')),
  max_cost: z
    .number('must be a number of US dollars')
    .positive('must be more than 0')
    .max(100_000)
    .optional()
    .meta(
      about(
        'Most US dollars',
        'native: US dollars of one agent, where the price of its model is known.',
      ),
    ),
  fallback: nonEmptyText(100)
    .optional()
    .meta(
      about(
        'Stands in for it',
        'The executor that takes its tasks while its provider sleeps (default: they wait).',
        'executor',
      ),
    ),
  then: nonEmptyText(100)
    .optional()
    .meta(
      about(
        'Hands on to',
        'The executor that does the work once its time has come (default: "default").',
        'executor',
      ),
    ),
  schedule: nonEmptyText(200)
    .refine(
      (text) => scheduleForm(text) !== null,
      'must be a clock time ("09:00") or a cron expression',
    )
    .optional()
    .meta(about('Starts', 'When its tasks fire unless they say so themselves.')),
})
export type ExecutorFile = z.infer<typeof executorFileSchema>

const price = () => dollars('none')

export const modelFileSchema = z.strictObject({
  provider: nonEmptyText(100)
    .optional()
    .meta(about('Provider', 'Who serves it: anthropic, openai, openrouter …')),
  model_id: nonEmptyText(200)
    .optional()
    .meta(about('Model id', 'What reaches the command line of the agent.')),
  endpoint: nonEmptyText(2000)
    .optional()
    .meta(about('Endpoint', 'Address of the provider, where it is not the usual one.')),
  api_key_env: variableName
    .optional()
    .meta(about('Variable of its key', 'Names the variable with the key for endpoint.')),
  tier: nonEmptyText(100)
    .optional()
    .meta(about('Tier', 'A word of yours for what it is good for.')),
  context_window: whole(1, 1_000_000_000)
    .optional()
    .meta(about('Context', 'Tokens that one request may hold.')),
  cost_in: price().meta(about('Price of input', 'US dollars per million tokens of input.')),
  cost_out: price().meta(about('Price of output', 'US dollars per million tokens of output.')),
  cost_cached: price().meta(
    about(
      'Price of cached input',
      'US dollars per million tokens of input that the provider kept.',
    ),
  ),
  price_date: nonEmptyText(40)
    .optional()
    .meta(about('Price noted', 'When its price was noted, such as "2026-04".')),
})
export type ModelFile = z.infer<typeof modelFileSchema>
