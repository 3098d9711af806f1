/** Aligned columns for people. Widths are counted in what a terminal shows, so that accents, emoji and wide letters stay in line. */
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
  text.replace(
    /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Text of others in one line. */
export const oneLine = (text: string): string => visible(text.replace(/\s+/g, ' '))

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

const PLAIN = /^[\x20-\x7e]*$/

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
