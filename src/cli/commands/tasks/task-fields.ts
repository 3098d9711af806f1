/** The options that `add` and `edit` share, and what they say as fields of a task. */
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { err, ok, type Result } from '../../../base/result.ts'
import { parseInstant } from '../../../config/times.ts'
import type { Failure } from '../../../domain/failure.ts'
import type { TaskDefinition } from '../../../domain/task.ts'
import { option, type Cli, type InputOf } from '../../spec/define.ts'
import { CONTEXTS, MODES, PRIORITIES } from '../../spec/choices.ts'
import { budget, definedFields, duration, orEmpty, timeout, whole } from '../../spec/values.ts'

export const taskOptions = {
  description: option('-d, --description <text>', 'what is to be done; - reads it from stdin'),
  exec: option('--exec <cmd>', 'a shell line that does the task, given unchanged to sh -c'),
  executor: option('--executor <name>', 'who does it: a profile of the configuration'),
  model: option('--model <name>', 'the model to use'),
  priority: option.oneOf(
    '--priority <level>',
    'how soon it is picked among those that are ready',
    PRIORITIES,
  ),
  skills: option.list('--skill <s>', 'a skill that its executor needs (again for more)'),
  deliverables: option.list(
    '--deliverable <path>',
    'a file that must exist when it is done (again for more)',
  ),
  verify: option('--verify <cmd>', 'a shell line that must succeed before the task counts as done'),
  timeoutMs: option(
    '--timeout <duration>',
    'ends its agent after so long, such as 30m',
    orEmpty(timeout),
  ),
  maxAttempts: option('--max-attempts <n>', 'how often it is tried', orEmpty(whole(1, 1000))),
  budget: option(
    '--budget <usd>',
    'US dollars that all its tries together may cost',
    orEmpty(budget),
  ),
  budgetTokens: option(
    '--budget-tokens <n>',
    'tokens that they may use',
    orEmpty(whole(1, 1_000_000_000_000)),
  ),
  delayMs: option('--delay <duration>', 'starts no earlier than so long from now', duration),
  notBefore: option(
    '--not-before <time>',
    'starts no earlier than this moment, such as 2026-03-01T09:00',
  ),
  schedule: option(
    '--schedule <spec>',
    'repeats it: a clock time such as 09:00 (daily), or a cron line',
  ),
  tz: option('--tz <zone>', 'the time zone of --schedule, such as Europe/Berlin'),
  context: option.oneOf('--context <amount>', 'how much of the graph its agent is given', CONTEXTS),
  mode: option.oneOf('--mode <mode>', 'how much is asked of its agent', MODES),
  worktree: option.oneOf('--worktree <which>', 'whether it gets a git worktree of its own', [
    'on',
    'off',
  ]),
  repo: option('--repo <path>', 'the folder to work in instead of the one that holds .yard'),
}

export const EXCLUSIVE_TIMES = ['delayMs', 'notBefore'] as const

type Given = InputOf<typeof taskOptions>

type Fields = Partial<Omit<TaskDefinition, 'title' | 'tags'>> & {
  delayMs?: number
  notBefore?: number | null
}

/** An empty text resets the field. */
const orNull = <T>(value: T | ''): T | null => (value === '' ? null : value)

export async function taskFields(cli: Cli, given: Given): Promise<Result<Fields, Failure>> {
  const times = timesFrom(given)
  if (!times.ok) return times
  const fields: Fields = { ...times.value }
  const { description, repo, skills, deliverables } = given
  if (description !== undefined)
    fields.description =
      description === '-' ? (await readAll(cli.machine.stdin)).trimEnd() : description
  for (const name of ['exec', 'verify', 'executor', 'model'] as const) {
    const text = given[name]
    if (text !== undefined) fields[name] = orNull(text)
  }
  for (const name of ['timeoutMs', 'maxAttempts', 'budget', 'budgetTokens'] as const) {
    const value = given[name]
    if (value !== undefined) fields[name] = orNull(value)
  }
  if (repo !== undefined) fields.repo = repo === '' ? null : resolve(cli.machine.cwd, repo)
  if (skills) fields.skills = [...skills]
  if (deliverables) fields.deliverables = [...deliverables]
  const { priority, context, mode, worktree } = given
  return ok({ ...fields, ...definedFields({ priority, context, mode, worktree }) })
}

function timesFrom({ delayMs, notBefore, schedule: spec, tz }: Given): Result<Fields, Failure> {
  const fields: Fields = definedFields({ delayMs })
  if (notBefore !== undefined) {
    fields.notBefore = notBefore === '' ? null : parseInstant(notBefore)
    if (fields.notBefore === null && notBefore !== '')
      return wrong(`--not-before: "${notBefore}" is no moment`, 'write it like 2026-03-01T09:00')
  }
  if (spec === undefined && tz !== undefined) return wrong('--tz goes with --schedule', 'name both')
  if (spec !== undefined) fields.schedule = spec === '' ? null : { spec, tz: tz ?? null }
  return ok(fields)
}

const wrong = (message: string, hint: string): Result<never, Failure> =>
  err({ kind: 'bad-request', message, hint })
