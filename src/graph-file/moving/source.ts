/** What readers of other programs' folders share: faults by file and line, checked JSON, and texts that are read back by the writers. */
import { z } from 'zod'
import { issueText } from '../../base/issue-text.ts'
import { clip, oneLine } from '../../base/text.ts'
import { parseInstant } from '../../config/times.ts'
import { isStorableText, UNSTORABLE_TEXT } from '../../domain/bounds.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import {
  createLeft,
  MAX_LOG_LINE,
  type MovedMessage,
  type MovedTask,
} from '../../domain/moving/transfer.ts'
import type { SourcePath } from '../../config/toml-source.ts'
import { parseJson } from '../read-graph.ts'

export interface FileFault {
  /** Its path in the folder. */
  readonly file: string
  readonly line: number
  readonly message: string
}

const SHOWN_FAULTS = 20

/** One line that names each fault by its file and line. */
export function transferFailure(folder: string, faults: readonly FileFault[]): Failure {
  const shown = faults.slice(0, SHOWN_FAULTS)
  const texts = shown.map(({ file, line, message }) => `${oneLine(file)}:${line}: ${message}`)
  const more = faults.length > shown.length ? [`and ${faults.length - shown.length} more`] : []
  return failure('file-broken', `${folder}: ${oneLine([...texts, ...more].join(' | '), 4000)}`, {
    hint: 'nothing was imported',
    facts: { folder, faults: faults.slice(0, 100) },
  })
}

interface ConfigLine {
  readonly key: string
  /** As it would be typed. */
  readonly value: string
}

/** All that was read of a folder. */
export interface Move {
  readonly tasks: readonly MovedTask[]
  readonly messages: readonly MovedMessage[]
  readonly config: readonly ConfigLine[]
  readonly left: ReturnType<typeof createLeft>
  readonly faults: readonly FileFault[]
  /** Tasks that were held back where they come from. */
  readonly held: ReadonlySet<string>
  /** Where a task stands. */
  placeOf(id: string): Pick<FileFault, 'file' | 'line'> | null
}

/** What one reading finds, besides its result. */
export function createFindings() {
  const faults: FileFault[] = []
  return {
    faults,
    left: createLeft(),
    fault: (file: string, line: number, message: string): void =>
      void faults.push({ file, line, message: clip(message, 500) }),
  }
}
export type Findings = ReturnType<typeof createFindings>

export interface Placed<T> {
  readonly file: string
  readonly value: T
  lineOf(path: SourcePath): number
}

/** A JSON text that fits the schema; null where it does not, which is a fault. `firstLine`: where the text begins in its file. */
export function readJson<T>(
  findings: Findings,
  { file, text, firstLine = 1 }: { file: string; text: string; firstLine?: number },
  schema: z.ZodType<T>,
): Placed<T> | null {
  const parsed = parseJson(text)
  if (!parsed.ok) {
    findings.fault(file, parsed.error.line + firstLine - 1, parsed.error.message)
    return null
  }
  const lineOf = (path: SourcePath): number => parsed.value.lineOf(path) + firstLine - 1
  return fitting(findings, { file, value: parsed.value.value, lineOf }, schema)
}

export function fitting<T>(
  findings: Findings,
  { file, value, lineOf }: Placed<unknown>,
  schema: z.ZodType<T>,
): Placed<T> | null {
  const fit = schema.safeParse(withoutNulls(value))
  if (fit.success) return { file, value: fit.data, lineOf }
  const named = new Set<string>()
  for (const issue of fit.error.issues) {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
    const name = path.length === 0 ? '' : `${path.join('.')}: `
    // Of one field the first thing that is wrong is enough.
    if (!named.has(name)) findings.fault(file, lineOf(path), `${name}${issueText(issue)}`)
    named.add(name)
  }
  return null
}

// Bits of schemas. Null counts as not said: it is taken away before.

const storable = z.string().refine(isStorableText, UNSTORABLE_TEXT)
const list = z.array(storable).max(10_000)
export const some = {
  text: storable.optional(),
  texts: list.default([]),
  flag: z.boolean().optional(),
  number: z.number().optional(),
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const said = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(said.map(([key, inner]) => [key, withoutNulls(inner)]))
}

/** Of another program's instant, which is in UTC where it names no offset. */
export function utcInstant(text: string | undefined): number | null {
  if (text === undefined) return null
  const at = parseInstant(/[zZ]$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`)
  return at === null || at < 0 ? null : at
}

/** Path-like: such deliverables must be there when the task is done, and all others are words. */
export const isPathText = (text: string): boolean =>
  /^[^\s/-]\S*$/.test(text) && /[./]/.test(text) && text.length <= 1000 && !text.includes('://')

// A line of a log, with who said it and when.

export interface LogEntry {
  readonly timestamp: string
  readonly actor: string
  readonly message: string
}

export const logLineOf = ({ timestamp, actor, message }: LogEntry): string =>
  clip(`${timestamp} [${oneLine(actor, 200).replaceAll(']', ')')}] ${message}`, MAX_LOG_LINE)

/** The way back; null for a line of the yard's own. */
export function logEntryOf(line: string): LogEntry | null {
  const [, timestamp = '', actor = '', message = ''] =
    /^(\d{4}-\S+) \[([^\]\n]*)\] ([\s\S]*)$/.exec(line) ?? []
  return utcInstant(timestamp) === null ? null : { timestamp, actor, message }
}

// Lists that stand at the end of a description, each under its heading.

export type Sections = readonly (readonly [heading: string, items: readonly string[]])[]

export function withSections(description: string, sections: Sections): string {
  const written = sections
    .filter(([, items]) => items.length > 0)
    .map(([heading, items]) => `## ${heading}\n${items.map(itemText).join('\n')}`)
  return [...(description === '' ? [] : [description]), ...written].join('\n\n')
}

const itemText = (item: string): string => `- ${item.split('\n').join('\n  ')}`

/** The way back: whatever does not stand exactly as it is written stays in the description. */
export function takeSections(
  text: string,
  headings: readonly string[],
): { readonly description: string; readonly lists: ReadonlyMap<string, readonly string[]> } {
  const lists = new Map<string, readonly string[]>()
  let description = text
  for (const heading of headings.toReversed()) {
    const mark = `## ${heading}\n`
    const at = description.lastIndexOf(mark)
    const isAtStart = at === 0 || (at > 1 && description.slice(at - 2, at) === '\n\n')
    const items = at < 0 || !isAtStart ? null : itemsOf(description.slice(at + mark.length))
    if (items === null) continue
    const before = description.slice(0, Math.max(0, at - 2))
    if (withSections(before, [[heading, items]]) !== description) continue
    lists.set(heading, items)
    description = before
  }
  return { description, lists }
}

function itemsOf(text: string): string[] | null {
  if (!text.startsWith('- ')) return null
  const items: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('- ')) items.push(line.slice(2))
    else if (line.startsWith('  ')) items.push(`${items.pop()}\n${line.slice(2)}`)
    else return null
  }
  return items
}
