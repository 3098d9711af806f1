/** Cuts an answer to what a model can take in: long texts first, then long lists. What is left out is said where it stood. */
import type { TaskView } from '../contract/view.ts'

/** Of one answer, as JSON in UTF-8. */
export const MAX_ANSWER_BYTES = 50_000

interface Fitted {
  /** JSON, except where even that could not be kept. */
  readonly text: string
  readonly isCut: boolean
}

const TEXT_LENGTHS = [8000, 2000, 500, 120]
const LIST_LENGTHS = [200, 50, 12, 3]

export function truncate(value: unknown, maxBytes = MAX_ANSWER_BYTES): Fitted {
  const whole = jsonOf(value)
  if (bytesOf(whole) <= maxBytes) return { text: whole, isCut: false }
  const shortest = TEXT_LENGTHS.at(-1) ?? 0
  const steps = [
    ...TEXT_LENGTHS.map((texts) => ({ texts, items: Infinity })),
    ...LIST_LENGTHS.map((items) => ({ texts: shortest, items })),
  ]
  for (const step of steps) {
    const text = jsonOf(shorten(value, step))
    if (bytesOf(text) <= maxBytes) return { text, isCut: true }
  }
  // A character of UTF-16 is at most three bytes.
  return { text: whole.slice(0, Math.floor(maxBytes / 3)).toWellFormed(), isCut: true }
}

/** As many of the first items as fit. */
export function takeFitting<T>(items: readonly T[], maxBytes: number): readonly T[] {
  let bytes = 0
  const end = items.findIndex((item) => (bytes += bytesOf(jsonOf(item)) + 1) > maxBytes)
  return end === -1 ? items : items.slice(0, end)
}

/** Without fields that hold nothing: null, an empty text or an empty list. */
export function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, field]) => !isEmpty(field))
  return Object.fromEntries(fields.map(([name, field]) => [name, compact(field)]))
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)

type Limits = { readonly texts: number; readonly items: number }

function shorten(value: unknown, limits: Limits): unknown {
  if (typeof value === 'string') return shortText(value, limits.texts)
  if (Array.isArray(value)) {
    const shown = value.slice(0, limits.items).map((item) => shorten(item, limits))
    const missing = value.length - shown.length
    return missing === 0 ? shown : [...shown, `[… ${missing} more left out …]`]
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, shorten(field, limits)]),
  )
}

/** Both ends say most. */
function shortText(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  const [head, tail] = [text.slice(0, half).toWellFormed(), text.slice(-half).toWellFormed()]
  return `${head}[… ${text.length - 2 * half} characters left out …]${tail}`
}

const jsonOf = (value: unknown): string => JSON.stringify(value) ?? 'null'
const bytesOf = (text: string): number => Buffer.byteLength(text)

/** Log lines; the timeline of a long task is longer than all the rest of it. */
const NOTES = 40

export function compactTask(task: Partial<TaskView>): unknown {
  const { log = [], routes: _routes, ...rest } = task
  const earlier = log.length - NOTES
  return compact({
    ...rest,
    log: log.slice(-NOTES),
    ...(earlier > 0 ? { earlierLogLines: earlier } : {}),
  })
}
