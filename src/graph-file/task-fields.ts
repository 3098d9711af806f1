/** The fields of a task in a graph file: their names in both spellings, and how each value is converted for the domain. */
import { GATE_FORM, parseGate } from '../domain/judging/score.ts'
import { z } from 'zod'
import { err, ok, type Result } from '../base/result.ts'
import { parseDuration } from '../domain/format.ts'
import { nearMatch } from '../domain/near-match.ts'
import { type NewTask, newTaskSchema } from '../domain/task.ts'
import { isZone, parseInstant, scheduleForm } from '../config/times.ts'

/** snake_case in TOML; camelCase, as in task JSON, in JSON and JSON lines. */
export type Spelling = 'snake' | 'camel'

interface FieldError {
  /** As the file spells it; null = the task as a whole. */
  readonly field: string | null
  readonly message: string
}

const FIELDS = [
  ...['id', 'title', 'description', 'priority', 'tags', 'skills', 'deliverables', 'exec', 'verify'],
  ...['executor', 'model', 'timeout', 'maxAttempts', 'budget', 'budgetTokens', 'schedule', 'tz'],
  ...['context', 'mode', 'worktree', 'repo', 'gate', 'identity', 'kind', 'member'],
  ...['after', 'before', 'delay', 'notBefore', 'paused'],
]
/** Accepted in JSON only, as task JSON has them: milliseconds in place of a duration string. */
const JSON_FIELDS = ['timeoutMs', 'delayMs']

export const spell = (field: string, spelling: Spelling): string =>
  spelling === 'camel' ? field : field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The task, or all its errors. `null` in JSON means the same as a missing field. */
export function toNewTask(
  raw: unknown,
  spelling: Spelling,
): Result<NewTask, readonly FieldError[]> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return err([{ field: null, message: 'a task is a table of fields' }])
  const given = new Map(Object.entries(raw).filter(([, value]) => value !== null))
  const fields = spelling === 'camel' ? [...FIELDS, ...JSON_FIELDS] : FIELDS
  const known = fields.map((field) => spell(field, spelling))
  const faults: FieldError[] = [...given.keys()]
    .filter((name) => !known.includes(name))
    .map((name) => unknownField(name, known))
  const reader = createReader(given, spelling, faults)
  const input: Record<string, unknown> = {}
  for (const field of fields) {
    const value = reader.value(field)
    if (value !== undefined && field !== 'tz') input[DOMAIN_NAMES[field] ?? field] = value
  }
  checkTogether(given, spelling, faults)
  const parsed = newTaskSchema.safeParse(input)
  if (!parsed.success)
    faults.push(...parsed.error.issues.map((issue) => issueError(issue, input, spelling)))
  const fresh = faults.filter(
    (fault, index) => faults.findIndex((other) => other.field === fault.field) === index,
  )
  return parsed.success && fresh.length === 0 ? ok(parsed.data) : err(fresh)
}

const DOMAIN_NAMES: Readonly<Record<string, string>> = { timeout: 'timeoutMs', delay: 'delayMs' }

function unknownField(name: string, known: readonly string[]): FieldError {
  const near = nearMatch(name, known)
  const hint = near === null ? `fields: ${known.join(', ')}` : `did you mean "${near}"?`
  return { field: name, message: `unknown field ${JSON.stringify(name)}; ${hint}` }
}

function createReader(
  given: ReadonlyMap<string, unknown>,
  spelling: Spelling,
  faults: FieldError[],
) {
  const complain = (field: string, message: string): undefined => {
    const name = spell(field, spelling)
    faults.push({ field: name, message: `${name} ${message}` })
  }
  const read = (field: string, value: unknown): unknown => {
    if (!isWritable(value)) return complain(field, 'holds a NUL or half a surrogate pair')
    switch (field) {
      case 'timeout':
      case 'delay':
        return (
          (typeof value === 'string' ? parseDuration(value) : null) ??
          complain(field, 'must be a duration such as "30m"')
        )
      case 'notBefore':
        return (
          instantOf(value) ??
          complain(field, 'must be a point in time such as "2026-03-01T09:00:00+01:00"')
        )
      case 'schedule':
        return (
          scheduleOf(value, given.get('tz')) ??
          complain(field, 'must be a clock time ("09:00") or a cron expression')
        )
      case 'gate':
        return isGate(value) ? String(value) : complain(field, GATE_FORM)
      case 'tz':
        return typeof value === 'string' && isZone(value)
          ? value
          : complain(field, 'must be a time zone such as "Europe/Berlin"')
      default:
        return value
    }
  }
  return {
    value(field: string): unknown {
      const value = given.get(spell(field, spelling))
      return value === undefined ? undefined : read(field, value)
    },
  }
}

/** A date of TOML is a `Date` object whose `toISOString` keeps the form of the file. */
function instantOf(value: unknown): number | null {
  if (value instanceof Date) return parseInstant(value.toISOString())
  return typeof value === 'string' ? parseInstant(value) : null
}

const scheduleShape = z.strictObject({
  spec: z.string().refine((spec) => scheduleForm(spec) !== null),
  tz: z.string().refine(isZone).nullable(),
})

/** A string with `tz` beside it, or a table with both. */
function scheduleOf(value: unknown, tz: unknown = null): z.infer<typeof scheduleShape> | null {
  const isText = typeof value !== 'object'
  const parsed = scheduleShape.safeParse(isText ? { spec: value, tz } : { tz, ...value })
  return parsed.success ? parsed.data : null
}

function checkTogether(
  given: ReadonlyMap<string, unknown>,
  spelling: Spelling,
  faults: FieldError[],
): void {
  const has = (field: string) => given.has(spell(field, spelling))
  const one = (first: string, second: string) => {
    if (has(first) && has(second))
      faults.push({
        field: spell(second, spelling),
        message: `${spell(first, spelling)} and ${spell(second, spelling)} cannot both be said`,
      })
  }
  one('delay', 'notBefore')
  one('delayMs', 'notBefore')
  one('delay', 'delayMs')
  one('timeout', 'timeoutMs')
  if (has('tz') && !has('schedule'))
    faults.push({ field: 'tz', message: 'tz means nothing without a schedule' })
}

type Issue = NonNullable<ReturnType<typeof newTaskSchema.safeParse>['error']>['issues'][number]

function issueError(
  issue: Issue,
  input: Readonly<Record<string, unknown>>,
  spelling: Spelling,
): FieldError {
  const key = String(issue.path[0] ?? '')
  const field = Object.entries(DOMAIN_NAMES).find(([, name]) => name === key)?.[0] ?? key
  const name = spell(field, spelling)
  if (!Object.hasOwn(input, key)) return { field: null, message: `a task needs a ${name}` }
  const value = input[key]
  const choices = issue.code === 'invalid_value' ? issue.values.map(String) : []
  const near = typeof value === 'string' ? nearMatch(value, choices) : null
  const hint = near === null ? '' : `; did you mean "${near}"?`
  return { field: name, message: `${name}: ${issue.message}${hint}` }
}

/** Strings end up in the database, files and argument lists, where NUL and lone surrogates are not allowed. */
function isWritable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  return Array.isArray(value) ? value.every(isWritable) : true
}

const isGate = (value: unknown): boolean =>
  (typeof value === 'string' || typeof value === 'number') && parseGate(String(value)) !== null
