/** A report of an agent for people. Reports come as plain data, because each kind of agent has its own. */
import { utcIso } from '../base/instant.ts'
import { moment } from './time-words.ts'
import { manyLines, oneLine, shorten } from './table.ts'

const MOST_SIGNS = 2_000

type Report = Readonly<Record<string, unknown>>

const LOOKS: Readonly<Record<string, (report: Report, text: string) => string[]>> = {
  raw: ({ stream }, text) =>
    linesOf(text).map((line) => (stream === 'stderr' ? `stderr: ${line}` : line)),
  text: (_report, text) => linesOf(text),
  thinking: (_report, text) => linesOf(text).map((line) => `  … ${line}`),
  'tool-call': ({ name, summary, input }) => [
    `→ ${oneLine(String(name ?? 'tool'))} ${short(summary ?? input)}`.trimEnd(),
  ],
  'tool-result': ({ ok }, text) => [`${ok === false ? '←!' : '←'} ${short(text)}`.trimEnd()],
  error: (_report, text) => [`! ${oneLine(text)}`],
  question: (_report, text) => linesOf(`? ${text}`),
  waiting: ({ why, until }) => [
    `… waits for its provider: ${short(why)}${typeof until === 'number' ? ` (until ${moment(utcIso(until))})` : ''}`,
  ],
  // Book-keeping of the CLI: `yard cost` and `yard pilot` go by it, and `--json` tells it.
  usage: () => [],
  conversation: () => [],
  result: (_report, text) => linesOf(`= ${text}`),
}

export function reportLines(report: Report): string[] {
  const kind = String(report.kind ?? 'report')
  const text = textOf(report, 'text') ?? textOf(report, 'message')
  const look = Object.hasOwn(LOOKS, kind) ? LOOKS[kind] : undefined
  return look
    ? look(report, text ?? '')
    : [`${kind}: ${text === null ? short(rest(report)) : oneLine(text)}`]
}

const linesOf = (text: string): string[] => manyLines(text).split('\n')

const textOf = (report: Readonly<Record<string, unknown>>, field: string): string | null => {
  const value = report[field]
  return typeof value === 'string' ? value : null
}

const rest = ({ kind: _kind, ...others }: Readonly<Record<string, unknown>>): unknown => others

function short(value: unknown): string {
  if (value === undefined || value === null) return ''
  return shorten(oneLine(typeof value === 'string' ? value : JSON.stringify(value)), MOST_SIGNS)
}
