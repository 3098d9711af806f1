/** What may be said about a task, under the names that graph files use; and the same as a request to the yard. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { parseDuration } from '../domain/format.ts'
import { contextSchema, modeSchema, prioritySchema } from '../domain/task.ts'

export const taskId = z.string().min(1).max(100)
const ids = z.array(taskId).max(1000)
const words = z.array(z.string().min(1).max(1000)).max(100)
const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, 'write a number with ms, s, m, h or d, like 30m')
  .describe('A number with ms, s, m, h or d, such as 30m')
const schedule = z.strictObject({
  spec: z.string().min(1).max(200).describe('A clock time such as 09:00 (daily), or a cron line'),
  tz: z.string().max(100).optional().describe('Such as Europe/Berlin; else the zone of the host'),
})

const common = {
  description: z.string().max(200_000).describe('What is to be done, whole'),
  priority: prioritySchema,
  skills: words,
  deliverables: words.describe('Paths that must exist when it is done'),
  context: contextSchema.describe('How much of the graph its agent sees'),
  mode: modeSchema.describe('light: reads and reports only; bare: works with the graph only'),
  delay: duration.describe('Starts no earlier than so long from now, such as 5m'),
}
/** May be taken back with null. */
const clearable = {
  executor: z.string().min(1).max(2000).describe('A profile of the configuration'),
  model: z.string().min(1).max(200),
  verify: z.string().min(1).max(100_000).describe('A shell line that must succeed'),
  timeout: duration,
  max_attempts: z.number().int().min(1).max(1000),
  not_before: z.string().max(100).describe('A point in time, ISO 8601'),
  schedule: schedule.describe('Repeats it'),
}
/** Only for people. */
const personal = {
  exec: z.string().min(1).max(100_000).describe('A shell line that does the task'),
  repo: z.string().min(1).max(4096).describe('The folder to work in'),
  gate: z.string().max(20).describe('What its result must pass: off, score, person, or 0.7'),
  identity: z.string().min(1).max(500).describe('Name or id of who its agent is asked to be'),
  kind: z.string().min(1).max(100).describe('The kind of work that it is counted as'),
}
const worktree = z.enum(['on', 'off']).describe('Whether it gets a git worktree of its own')

const added = z
  .object({ ...common, ...clearable, tags: words, worktree, before: ids })
  .partial()
  .extend({
    title: z.string().min(1).max(500).describe('What is to be done, in a few words'),
    id: taskId.optional().describe('Else made from the title'),
    after: ids.optional().describe('Ids of tasks that it waits for'),
  })

export const subtaskInput = z.strictObject(added.shape)
export const newTaskInput = z.strictObject({
  ...added.shape,
  exec: personal.exec.optional(),
  repo: personal.repo.optional(),
  gate: personal.gate.optional(),
  identity: personal.identity.optional(),
  kind: personal.kind.optional(),
  paused: z.boolean().optional().describe('As a draft, which waits to be published'),
})

const orNull = <Field extends z.ZodType>(field: Field) => field.nullable().optional()

export const editInput = z.strictObject({
  id: taskId,
  title: z.string().min(1).max(500).optional(),
  ...z.object({ ...common, worktree }).partial().shape,
  executor: orNull(clearable.executor),
  model: orNull(clearable.model),
  verify: orNull(clearable.verify),
  timeout: orNull(clearable.timeout),
  max_attempts: orNull(clearable.max_attempts),
  not_before: orNull(clearable.not_before),
  schedule: orNull(clearable.schedule),
  exec: orNull(personal.exec),
  repo: orNull(personal.repo),
  gate: orNull(personal.gate),
  identity: orNull(personal.identity),
  kind: orNull(personal.kind),
  after: ids.optional().describe('Waits for exactly these'),
  add_after: ids.optional(),
  remove_after: ids.optional(),
  add_before: ids.optional().describe('These shall wait for it'),
  tags: words.optional().describe('Exactly these'),
  add_tags: words.optional(),
  remove_tags: words.optional(),
})

type Edit = z.infer<typeof editInput>
type Said = { readonly [Name in keyof Edit]?: Edit[Name] | undefined } & {
  readonly before?: string[] | undefined
  readonly paused?: boolean | undefined
}

/** Under the names of the contract, times in ms. Fields that were not said stay out. */
export function toRequest(said: Said, cwd: string) {
  const { delay, timeout, max_attempts, not_before, schedule: repeats, repo, ...rest } = said
  const { add_after, remove_after, add_before, add_tags, remove_tags, ...plain } = rest
  return withoutUnsaid({
    ...plain,
    delayMs: delay === undefined ? undefined : msOf(delay),
    timeoutMs: timeout == null ? timeout : msOf(timeout),
    maxAttempts: max_attempts,
    notBefore: not_before,
    schedule: repeats == null ? repeats : { spec: repeats.spec, tz: repeats.tz ?? null },
    repo: repo == null ? repo : resolve(cwd, repo),
    addAfter: add_after,
    removeAfter: remove_after,
    addBefore: add_before,
    addTags: add_tags,
    removeTags: remove_tags,
  })
}

const msOf = (text: string): number => parseDuration(text) ?? 0

type Unsaid<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Without the fields that were not said. */
export const withoutUnsaid = <T extends object>(fields: T): Partial<Unsaid<T>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<
    Unsaid<T>
  >
