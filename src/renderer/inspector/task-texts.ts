/** The fields of a task that are written as text: how each is read out of it, and what is sent back. */
import { err, ok } from '../../base/result.ts'
import { formatDuration, parseDuration } from '../../domain/format.ts'
import { gateText, parseGate } from '../../domain/judging/score.ts'
import { GATE_ISSUE } from '../actions/add/new-task.ts'
import type { TaskFields } from '../actions/task/edit.ts'
import type { TextOfTask } from './editable-text.tsx'
import { readableKey } from '../actions/keys.ts'

/** Empty means "not said". */
const orNull = (text: string): string | null => (text.trim() === '' ? null : text)

/** A field that may be left empty. `parse`: of what was written; null when that cannot be meant, which `issue` says. */
const optional =
  <K extends keyof TaskFields>(
    field: K,
    parse: (text: string) => TaskFields[K] | null,
    issue: string,
  ): TextOfTask['write'] =>
  (text) => {
    const value = text.trim() === '' ? null : parse(text.trim())
    return value === null && text.trim() !== '' ? err(issue) : ok({ [field]: value })
  }

const within = (value: number, least: number, most: number): number | null =>
  value >= least && value <= most ? value : null
const whole = (text: string, least: number, most: number): number | null =>
  Number.isInteger(Number(text)) ? within(Number(text), least, most) : null
const listOf = (text: string, between: RegExp): string[] => [
  ...new Set(
    text
      .split(between)
      .map((word) => word.trim())
      .filter(Boolean),
  ),
]

export const DESCRIPTION: TextOfTask = {
  name: 'Description',
  isLong: true,
  note: `Markdown. ${readableKey('mod+enter')} saves.`,
  read: (task) => task.description,
  write: (description) => ok({ description }),
}
export const DELIVERABLES: TextOfTask = {
  name: 'Deliverables',
  isLong: true,
  isCode: true,
  note: 'One path a line, from the task’s folder. Each must exist when it is done.',
  read: (task) => task.deliverables.join('\n'),
  write: (text) => ok({ deliverables: listOf(text, /\n/) }),
}
export const EXEC: TextOfTask = {
  name: 'Command',
  isLong: true,
  isCode: true,
  note: 'Given whole to sh -c. Empty: its executor does the work.',
  read: (task) => task.exec ?? '',
  write: (text) => ok({ exec: orNull(text) }),
}
export const VERIFY: TextOfTask = {
  name: 'Check',
  isCode: true,
  note: 'Run after its agent. Anything but exit 0 means that it is not done.',
  read: (task) => task.verify ?? '',
  write: (text) => ok({ verify: orNull(text) }),
}
export const TAGS: TextOfTask = {
  name: 'Tags',
  note: 'Separated by commas or spaces.',
  read: (task) => task.tags.join(', '),
  write: (text) => ok({ tags: listOf(text, /[\s,]+/) }),
}
export const SKILLS: TextOfTask = {
  name: 'Skills',
  note: 'Separated by commas.',
  read: (task) => task.skills.join(', '),
  write: (text) => ok({ skills: listOf(text, /,/) }),
}
export const TIME_LIMIT: TextOfTask = {
  name: 'Time limit',
  note: 'Such as 45m or 2h. Empty: its executor’s.',
  read: (task) => (task.timeoutMs === null ? '' : formatDuration(task.timeoutMs)),
  write: optional(
    'timeoutMs',
    (text) => parseDuration(text, 'm') || null,
    'That is no duration. Write 90s, 45m, 2h or 1d.',
  ),
}
export const MAX_TRIES: TextOfTask = {
  name: 'Tries at most',
  note: 'Empty: the default.',
  read: (task) => String(task.ownMaxAttempts ?? ''),
  write: optional('maxAttempts', (text) => whole(text, 1, 1000), 'A whole number from 1 to 1000.'),
}
export const BUDGET: TextOfTask = {
  name: 'Budget',
  note: 'US dollars over all its tries. At that its agent is asked to stop, and the task waits until you raise it. Empty: none of its own.',
  read: (task) => String(task.budget ?? ''),
  write: optional(
    'budget',
    (text) => within(Number(text.replace(/^\$/, '')), Number.MIN_VALUE, 10_000_000),
    'An amount of US dollars, such as 2.50.',
  ),
}
export const TOKEN_BUDGET: TextOfTask = {
  name: 'Token budget',
  note: 'Input and output together, over all its tries. Empty: none of its own.',
  read: (task) => String(task.budgetTokens ?? ''),
  write: optional(
    'budgetTokens',
    (text) => whole(text.replace(/[\s,_]/g, ''), 1, Infinity),
    'A whole number, such as 200000.',
  ),
}
export const GATE: TextOfTask = {
  name: 'Gate',
  offers: 'gate',
  note: 'off, score, person, or the least score that passes, such as 0.7. Empty: as its tags or the settings say.',
  read: (task) => task.own.gate ?? '',
  write: optional(
    'gate',
    (text) => {
      const gate = parseGate(text)
      return gate && gateText(gate)
    },
    GATE_ISSUE,
  ),
}
export const IDENTITY: TextOfTask = {
  name: 'Identity',
  offers: 'identity',
  note: 'The name of an identity, or at least 4 characters of its id. Empty: nobody in particular.',
  read: (task) => task.own.identity ?? '',
  write: (text) => ok({ identity: orNull(text) }),
}
export const KIND: TextOfTask = {
  name: 'Kind',
  offers: 'kind',
  note: 'What it is counted as, such as docs. Empty: by its tags.',
  read: (task) => task.own.kind ?? '',
  write: (text) => ok({ kind: orNull(text) }),
}
/** `09:00`, or a cron expression, and perhaps a zone after `in`. */
export const SCHEDULE: TextOfTask = {
  name: 'Schedule',
  note: 'A time such as 09:00, or cron such as 0 9 * * 1; a zone after “in”: 09:00 in Asia/Tokyo. Empty: it does not repeat.',
  read: ({ schedule }) =>
    schedule === null ? '' : [schedule.spec, schedule.tz].filter(Boolean).join(' in '),
  write(text) {
    const [spec = '', tz = null] = text.trim().split(/\s+in\s+/)
    return ok({ schedule: spec === '' ? null : { spec, tz } })
  },
}
/** The field of a browser's own date picker, in this machine's zone. */
export const NOT_BEFORE: TextOfTask = {
  name: 'Not before',
  note: 'A day and time such as 2026-12-03 09:00. Empty: as soon as it can.',
  read: (task) => (task.notBefore === null ? '' : localText(new Date(task.notBefore))),
  write: optional(
    'notBefore',
    (text) => {
      const at = new Date(text.replace(' ', 'T'))
      return Number.isNaN(at.getTime()) ? null : at.toISOString()
    },
    'That is no day and time. Write 2026-12-03 09:00.',
  ),
}

const two = (value: number): string => String(value).padStart(2, '0')
const localText = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
