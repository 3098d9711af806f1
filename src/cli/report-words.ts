/** A report of an agent for people. Reports come as plain data, because each kind of agent has its own. */
import { manyLines, oneLine, shorten } from './table.ts'

const MOST_SIGNS = 2_000

export function reportLines(report: Readonly<Record<string, unknown>>): string[] {
  const text = textOf(report, 'text') ?? textOf(report, 'message') ?? textOf(report, 'reason')
  switch (report.kind) {
    case 'text':
    case 'raw':
      return manyLines(text ?? '').split('\n')
    case 'thinking':
      return manyLines(text ?? '')
        .split('\n')
        .map((line) => `  … ${line}`)
    case 'tool-call':
      return [
        `→ ${oneLine(textOf(report, 'name') ?? 'tool')} ${short(report.input ?? report.summary ?? text)}`.trimEnd(),
      ]
    case 'tool-result':
      return [`← ${short(report.output ?? text)}`.trimEnd()]
    case 'error':
      return [`! ${oneLine(text ?? short(report))}`]
    case 'result':
      return [`= ${manyLines(text ?? short(report))}`]
    default:
      return [`${String(report.kind ?? 'report')}: ${oneLine(text ?? short(rest(report)))}`]
  }
}

const textOf = (report: Readonly<Record<string, unknown>>, field: string): string | null => {
  const value = report[field]
  return typeof value === 'string' ? value : null
}

const rest = ({ kind: _kind, ...others }: Readonly<Record<string, unknown>>): unknown => others

function short(value: unknown): string {
  if (value === undefined || value === null) return ''
  return shorten(oneLine(typeof value === 'string' ? value : JSON.stringify(value)), MOST_SIGNS)
}
