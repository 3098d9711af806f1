/** Everything that the command line writes: results on stdout, progress and errors on stderr, one JSON value where that was asked for. */
import type { Failure } from '../domain/failure.ts'
import { formatTable, oneLine, type Row } from './table.ts'

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
  /** One line of a stream: JSON, or a text for people. */
  item(value: unknown, words: () => string): void
  line(text?: string): void
  /** As it is, without a line end: the output of an agent, a script. */
  raw(text: string | Uint8Array): void
  /** `look` may colour a whole line. */
  table(header: readonly string[], rows: readonly Row[], look?: LineLook): void
  /** For the eye only, on stderr. */
  progress(text: string): void
  error(failure: Failure): void
  paint(colour: Colour, text: string): string
}

const CODES: Record<Colour, number> = { red: 31, green: 32, yellow: 33, blue: 34, dim: 2, bold: 1 }

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
  const line = (text = ''): void => void stdout.write(`${text}\n`)
  return {
    isJson,
    isLive: stderr.isTTY === true && env.TERM !== 'dumb' && env.CI === undefined,
    columns,
    result(value, words) {
      if (isJson) line(JSON.stringify(value))
      else words()
    },
    item: (value, words) => line(isJson ? JSON.stringify(value) : words()),
    line,
    raw: (text) => void stdout.write(text),
    table(header, rows, look = (_row, line) => line) {
      const [first = '', ...others] = formatTable(header, rows, columns)
      line(isColoured ? paint('dim', first) : first)
      for (const [row, text] of others.entries()) line(look(row, text))
    },
    progress: (text) => void stderr.write(`${text}\n`),
    error(failure) {
      stderr.write(`yard: ${errorLine(failure)}\n`)
      if (isJson) line(JSON.stringify({ error: errorJson(failure) }))
    },
    paint: (colour, text) => (isColoured ? paint(colour, text) : text),
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

const paint = (colour: Colour, text: string): string => `\u001b[${CODES[colour]}m${text}\u001b[0m`
