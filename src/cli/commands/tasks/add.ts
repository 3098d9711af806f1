/** `yard add` and `yard edit`. */
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { err, ok, type Result } from '../../../base/result.ts'
import { parseInstant } from '../../../config/times.ts'
import type { TaskView } from '../../../contract/view.ts'
import type { Failure } from '../../../domain/failure.ts'
import type { TaskDefinition } from '../../../domain/task.ts'
import { withYard } from '../../connect/connect.ts'
import {
  argument,
  defineCommand,
  option,
  printed,
  type Cli,
  type InputOf,
} from '../../spec/define.ts'
import {
  budget,
  CONTEXTS,
  definedFields,
  duration,
  gate,
  idList,
  MODES,
  orEmpty,
  PRIORITIES,
  taskId,
  timeout,
  whole,
} from '../../spec/values.ts'

/** What the shared options say, as fields of a task. */
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
    'starts no earlier than this time, such as 2026-03-01T09:00',
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
  gate: option(
    '--gate <gate>',
    'what its result must pass: off, score, person, or the least score such as 0.7',
    orEmpty(gate),
  ),
  identity: option(
    '--identity <id|name>',
    'who its agent is asked to be, see `yard identity list`',
  ),
  kind: option('--kind <kind>', 'the kind of work that it is counted as, such as docs'),
  member: option('--member <name>', 'the member whose turn it is, see `yard member list`'),
}

export const EXCLUSIVE_TIMES = ['delayMs', 'notBefore'] as const

const before = option.list('--before <ids>', 'tasks that shall wait for this one', idList)

export const add = defineCommand({
  arguments: { title: argument('<title>', 'what is to be done, in a few words') },
  options: {
    id: option('--id <id>', 'its id (else made from the title)', taskId),
    ...taskOptions,
    after: option.list('--after <ids>', 'tasks that it waits for', idList),
    before,
    tags: option.list('--tag <tag>', 'a tag (again for more)'),
    paused: option('--paused', 'as a draft, which waits for `yard publish`'),
  },
  exclusive: [EXCLUSIVE_TIMES],
  examples: [
    'yard add "Fetch the sources" --id fetch --exec "git clone https://example.org/x"',
    'yard add "Build it" --after fetch --executor claude --deliverable dist/app.js',
    'yard add "Nightly check" --exec ./check.sh --schedule 02:30 --tz Europe/Berlin',
  ],
  async handler(cli, { title, id, after, before: dependents, tags, paused, ...given }) {
    const empty = (['gate', 'identity', 'kind', 'member'] as const).find(
      (name) => given[name] === '',
    )
    if (empty)
      return err({
        kind: 'bad-request',
        message: `--${empty} is empty`,
        hint: `a new task has none anyway: leave --${empty} out, or say which`,
      })
    const fields = await taskFields(cli, given)
    if (!fields.ok) return fields
    return withYard(cli, async ({ client }) => {
      const task = await client.task.add({
        ...fields.value,
        title,
        ...definedFields({ id }),
        ...(after ? { after: [...after] } : {}),
        ...(dependents ? { before: [...dependents] } : {}),
        ...(tags ? { tags: [...tags] } : {}),
        ...(paused ? { paused } : {}),
        commandId: cli.commandId,
      })
      return printed(cli, task, () => task.id)
    })
  },
})

export const edit = defineCommand({
  arguments: { id: argument('<id>', 'the task', taskId) },
  options: {
    title: option('--title <text>', 'its title'),
    ...taskOptions,
    after: option.list('--after <ids>', 'waits for exactly these; "" for none', idList),
    addAfter: option.list('--add-after <ids>', 'waits for these too', idList),
    removeAfter: option.list('--remove-after <ids>', 'waits for these no more', idList),
    addBefore: before,
    tags: option.list('--tag <tag>', 'has exactly these tags (again for more)'),
    addTags: option.list('--add-tag <tag>', 'one tag more (again for more)'),
    removeTags: option.list('--remove-tag <tag>', 'one tag less (again for more)'),
  },
  exclusive: [EXCLUSIVE_TIMES],
  notes: [
    'An empty text takes a setting back: `--model ""` leaves the model to the configuration. So with exec, verify, executor, repo, timeout, max-attempts, not-before, schedule, gate, identity and kind.',
  ],
  examples: ['yard edit build --priority high --add-after lint', 'yard edit build --model ""'],
  async handler(cli, { id, title, ...given }) {
    const { after, addAfter, removeAfter, addBefore, tags, addTags, removeTags, ...rest } = given
    const fields = await taskFields(cli, rest)
    if (!fields.ok) return fields
    const lists = { after, addAfter, removeAfter, addBefore, tags, addTags, removeTags }
    const change = { ...fields.value, ...definedFields({ title }), ...withoutEmptyTexts(lists) }
    if (Object.keys(change).length === 0)
      return err({
        kind: 'bad-request',
        message: 'nothing to change was named',
        hint: 'see `yard help edit`',
      })
    return withYard(cli, async ({ client }) => {
      const task = await client.task.edit({ ...change, id, commandId: cli.commandId })
      return printed(cli, task, () => changedLine(task, change))
    })
  },
})

/** `--tag ""` removes all tags. */
function withoutEmptyTexts<K extends string>(
  lists: Record<K, readonly string[] | undefined>,
): Partial<Record<K, string[]>> {
  const filled: Partial<Record<K, string[]>> = {}
  for (const key in lists) {
    const values = lists[key]
    if (values) filled[key] = values.filter((value) => value !== '')
  }
  return filled
}

/** Fields that a running try took over when it started. */
const FIXED_AT_START: ReadonlySet<string> = new Set([
  ...[
    'exec',
    'description',
    'executor',
    'model',
    'timeoutMs',
    'context',
    'mode',
    'worktree',
    'identity',
  ],
])

function changedLine({ id, state }: TaskView, change: object): string {
  const line = `${id} is changed (${state})`
  const isLate =
    state === 'in-progress' && Object.keys(change).some((key) => FIXED_AT_START.has(key))
  return isLate ? `${line}; the try under way goes on as it began` : line
}

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
  warnOfPast(cli, given, times.value)
  const fields: Fields = { ...times.value }
  const { description, repo, skills, deliverables } = given
  if (description !== undefined)
    fields.description =
      description === '-' ? (await readAll(cli.machine.stdin)).trimEnd() : description
  for (const name of [
    'exec',
    'verify',
    'executor',
    'model',
    'gate',
    'identity',
    'kind',
    'member',
  ] as const) {
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

function warnOfPast({ print }: Cli, given: Given, { notBefore }: Fields): void {
  if ((notBefore ?? Infinity) < Date.now())
    print.progress(
      `yard: warning: --not-before ${given.notBefore} is in the past and holds nothing back`,
    )
}

function timesFrom({ delayMs, notBefore, schedule: spec, tz }: Given): Result<Fields, Failure> {
  const fields: Fields = definedFields({ delayMs })
  if (notBefore !== undefined) {
    fields.notBefore = notBefore === '' ? null : parseInstant(notBefore)
    if (fields.notBefore === null && notBefore !== '')
      return wrong(
        `--not-before: "${notBefore}" is no point in time`,
        'write it like 2026-03-01T09:00',
      )
  }
  if (spec === undefined && tz !== undefined) return wrong('--tz goes with --schedule', 'name both')
  if (spec !== undefined) fields.schedule = spec === '' ? null : { spec, tz: tz ?? null }
  return ok(fields)
}

const wrong = (message: string, hint: string): Result<never, Failure> =>
  err({ kind: 'bad-request', message, hint })
