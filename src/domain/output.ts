/** What an agent said and did, as read from its CLI's output. Made for showing: every text is cut to a bound, the raw files are the truth. */
import { failureClassSchema } from './schemas.ts'
import { z } from 'zod'
import { runtimeUsageSchema } from './agent.ts'

/** Longest text of one report, in UTF-16 units. */
export const MAX_REPORT_TEXT = 8192
/** Longest one-line summary. */
export const MAX_SUMMARY = 200

const text = z.string().max(MAX_REPORT_TEXT)

export const outputReportSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text }),
  z.strictObject({ kind: z.literal('thinking'), text }),
  z.strictObject({
    kind: z.literal('tool-call'),
    /** The same on its result. */
    id: z.string().max(MAX_SUMMARY),
    name: z.string().max(MAX_SUMMARY),
    /** One line: the command, the file, the query. */
    summary: z.string().max(MAX_SUMMARY),
    /** JSON, perhaps cut. */
    input: text,
  }),
  z.strictObject({
    kind: z.literal('tool-result'),
    id: z.string().max(MAX_SUMMARY),
    ok: z.boolean(),
    text,
  }),
  z.strictObject({ kind: z.literal('usage'), usage: runtimeUsageSchema }),
  z.strictObject({ kind: z.literal('conversation'), id: z.string().max(MAX_SUMMARY) }),
  /** It waits for its provider, until an instant in ms where it said one. Over when the next report of another kind comes. */
  z.strictObject({ kind: z.literal('waiting'), until: z.number().nullable(), why: text }),
  z.strictObject({ kind: z.literal('question'), text }),
  /** `class` is null for a warning that ends nothing. */
  z.strictObject({ kind: z.literal('error'), message: text, class: failureClassSchema.nullable() }),
  /** The CLI's own last word. */
  z.strictObject({ kind: z.literal('result'), ok: z.boolean(), text }),
  /** A line that is no event of the CLI. */
  z.strictObject({ kind: z.literal('raw'), stream: z.enum(['stdout', 'stderr']), text }),
])
export type OutputReport = z.infer<typeof outputReportSchema>

/** Cut to a bound, never in the middle of a character. */
export function clip(value: string, max = MAX_REPORT_TEXT): string {
  return value.length <= max ? value : `${value.slice(0, max - 1).toWellFormed()}…`
}

/** The first line that says something, cut to a summary. */
export function oneLine(value: string): string {
  return clip((/\S[^\n\r]*/.exec(value)?.[0] ?? '').trimEnd(), MAX_SUMMARY)
}

/** One line of what is going on, or null where a report says nothing about that. */
export function doingOf(report: OutputReport): string | null {
  switch (report.kind) {
    case 'text':
    case 'thinking':
    case 'question':
      return oneLine(report.text) || null
    case 'tool-call':
      return clip(`${report.name}: ${report.summary}`, MAX_SUMMARY)
    case 'waiting':
      return oneLine(report.why)
    default:
      return null
  }
}

/* oxlint-disable no-control-regex -- control characters are what is taken out */
/** CSI; OSC, DCS, PM, APC and SOS up to their end; other escapes. */
const ESCAPES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffd]+/g
/* oxlint-enable no-control-regex */

/** What a program wrote for a terminal, as text: without colours, of a line that was overwritten what stood last, controls and torn bytes as blanks. */
export function plainText(value: string): string {
  return value
    .replace(ESCAPES, '')
    .replace(/[^\n]*\r(?=[^\r\n])/g, '')
    .replace(/\r+(?=\n|$)/g, '')
    .replace(CONTROLS, ' ')
}
