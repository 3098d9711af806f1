/**
 * Everything that the command line writes: results on stdout, progress and errors on stderr, one JSON value where that was asked for.
 * Titles, reasons and output were written by others, so what a terminal would obey is made visible here, whoever prints it.
 */
import type { Failure } from '../../domain/failure.ts'
import { formatTable, oneLine, visible, type Row } from './table.ts'

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'dim' | 'bold'

export interface Output {
  write(text: string | Uint8Array): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export type LineLook = (row: number, line: string) => string

export interface Printer {
  readonly isJson: boolean
  /** A person looks at stderr: progress may redraw its lines. */
  readonly isLive: boolean
  readonly columns: number | null
  /** The result: `value` as one JSON value, or what `words` writes for people. */
  result(value: unknown, words: () => void): void
  /** One JSON value in a line, whatever was asked for. */
  json(value: unknown): void
  /** One line of a stream: JSON, or a text for people. */
  item(value: unknown, words: () => string): void
  line(text?: string): void
  /** Without a line end, and as it is unless a terminal reads it: a graph, a script, bytes. */
  raw(text: string | Uint8Array): void
  /** `look` may colour a whole line. */
  table(header: readonly string[], rows: readonly Row[], look?: LineLook): void
  /** For the eye only, on stderr. */
  progress(text: string): void
  error(failure: Failure): void
  paint(colour: Colour, text: string): string
}

const CODES: Record<Colour, number> = { red: 31, green: 32, yellow: 33, blue: 34, dim: 2, bold: 1 }
/** Stands before the number of a colour, and 0 for its end, until a line is written. No text of others can bring it along. */
const MARK = `\ufdd0${Math.random().toString(36).slice(2, 10)}`
const MARKED = new RegExp(`${MARK}(\\d+);`)

export function createPrinter(options: {
  readonly stdout: Output
  readonly stderr: Output
  readonly isJson: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}): Printer {
  const { stdout, stderr, isJson, env } = options
  const allowsColour = !env.NO_COLOR && env.TERM !== 'dumb'
  const isColoured = allowsColour && stdout.isTTY === true
  const columns = stdout.isTTY === true ? (stdout.columns ?? 80) : null
  const line = (text = ''): void => void stdout.write(`${shown(text, isColoured)}\n`)
  const json = (value: unknown): void => line(JSON.stringify(value))
  return {
    isJson,
    isLive: stderr.isTTY === true && env.TERM !== 'dumb' && env.CI === undefined,
    columns,
    result(value, words) {
      if (isJson) json(value)
      else words()
    },
    json,
    item: (value, words) => (isJson ? json(value) : line(words())),
    line,
    raw: (text) =>
      void stdout.write(typeof text === 'string' && stdout.isTTY === true ? visible(text) : text),
    table(header, rows, look = (_row, line) => line) {
      const [first = '', ...others] = formatTable(header, rows, columns)
      line(paint('dim', first))
      for (const [row, text] of others.entries()) line(look(row, text))
    },
    progress: (text) => void stderr.write(`${shown(text, false)}\n`),
    error(failure) {
      stderr.write(`yard: ${errorLine(failure)}\n`)
      if (isJson) json({ error: errorJson(failure) })
    },
    paint,
  }
}

/** What happened and the way out, in one line. */
export function errorLine({ message, hint }: Failure): string {
  const what = oneLine(message)
  return hint ? `${what}${/[.;:!?]$/.test(what) ? '' : ';'} ${oneLine(hint)}` : what
}

const errorJson = ({ kind, message, hint, facts }: Failure) => ({
  kind,
  message,
  hint: hint ?? null,
  ...(facts ? { facts } : {}),
})

const paint = (colour: Colour, text: string): string => `${MARK}${CODES[colour]};${text}${MARK}0;`

/** Colours where they are wanted; everything else that a terminal would obey is made visible. */
const shown = (text: string, isColoured: boolean): string =>
  text
    .split(MARKED)
    .map((part, index) => (index % 2 === 0 ? visible(part) : isColoured ? `\u001b[${part}m` : ''))
    .join('')
