/**
 * Everything that the command line writes: results on stdout, progress and errors on stderr, one JSON value where that was asked for.
 * Titles, reasons and output were written by others, so what a terminal would obey is made visible here, whoever prints it.
 */
import type { Failure } from '../../domain/failure.ts'

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

/** Most text is so, and what is asked of each sign of another need not be asked of it. */
const PLAIN = /^[\x20-\x7e]*$/

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
  // Without colours no marks: each would have to be found and taken out again.
  const painted: Printer['paint'] = isColoured ? paint : (_colour, text) => text
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
      const lines = [painted('dim', first), ...others.map((text, row) => look(row, text))]
      // One write: of thousands each costs more than its line.
      stdout.write(lines.map((text) => `${shown(text, isColoured)}\n`).join(''))
    },
    progress: (text) => void stderr.write(`${shown(text, false)}\n`),
    error(failure) {
      stderr.write(`yard: ${errorLine(failure)}\n`)
      if (isJson) json({ error: errorJson(failure) })
    },
    paint: painted,
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
  PLAIN.test(text) ? text : marked(text, isColoured)

const marked = (text: string, isColoured: boolean): string =>
  text
    .split(MARKED)
    .map((part, index) => (index % 2 === 0 ? visible(part) : isColoured ? `\u001b[${part}m` : ''))
    .join('')

// Aligned columns for people. Widths are counted in what a terminal shows, so that accents, emoji and wide letters stay in line.

export type Row = readonly (string | null)[]

/** One line per row, without trailing spaces. `width` shortens the last column; null leaves it whole. */
export function formatTable(
  header: readonly string[],
  rows: readonly Row[],
  width: number | null,
): string[] {
  const cells = [header, ...rows.map((row) => row.map((cell) => oneLine(cell ?? '-')))]
  const widths = header.map((_, column) =>
    cells.reduce((most, row) => Math.max(most, shownWidth(row[column] ?? '')), 0),
  )
  const last = header.length - 1
  const taken = widths.slice(0, last).reduce((sum, w) => sum + w + 2, 0)
  const room = width === null ? Infinity : Math.max(20, width - taken)
  return cells.map((row) =>
    row
      .map((cell, column) =>
        column === last ? shorten(cell, room) : pad(cell, widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}

/**
 * What a terminal would obey, written out as `\u001b`: control characters but line end and tab, what turns the direction of
 * writing round, and the printer's own marks of colour. JSON text stays the same value.
 */
export const visible = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text.replace(
        /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef]/gu,
        (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )

/** Text of others in one line. */
export const oneLine = (text: string): string =>
  PLAIN.test(text) && !text.includes('  ') ? text : visible(text.replace(/\s+/g, ' '))

/** Text of others in several lines. */
export const manyLines = (text: string): string => visible(text.replace(/\r\n?/g, '\n'))

export function shorten(text: string, room: number): string {
  if (shownWidth(text) <= room) return text
  let short = ''
  let used = 0
  for (const sign of text) {
    used += signWidth(sign)
    if (used > room - 1) break
    short += sign
  }
  return `${short}…`
}

const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - shownWidth(text)))

export function shownWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const sign of text) width += signWidth(sign)
  return width
}

function signWidth(sign: string): number {
  if (/\p{Mn}|\u200d|\ufe0f/u.test(sign)) return 0
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    sign,
  )
    ? 2
    : 1
}
