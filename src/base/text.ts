/** Small things done to text. */

/** Cut to `max` UTF-16 units, the last one an ellipsis, never in the middle of a character. */
export const clip = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).toWellFormed()}…`

/** All of a text on one line, cut to `max` when given. */
export function oneLine(text: string, max?: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return max === undefined ? line : clip(line, max)
}

/** What a caught value says; anything may be thrown. */
export const errorText = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)

/** The code of a system error, such as `ENOENT`; `UNKNOWN` where it has none. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNKNOWN'

/** A word as a POSIX shell reads it back; quoted only where it must be. */
export const shellWord = (word: string): string =>
  /^[\w./:~@=+-]+$/.test(word) && !word.startsWith('~')
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`

/** Every line marked, so that nothing inside can end it; the middle of a text longer than `most` UTF-16 units is left out. */
export function quote(text: string, most: number): string {
  const half = most / 2
  const shown =
    text.length <= most
      ? text
      : `${text.slice(0, half).toWellFormed()}\n[… ${text.length - most} characters left out …]\n${text.slice(-half).toWellFormed()}`
  return shown
    .split(/\r\n|[\n\r\u2028\u2029\v\f\u0085]/)
    .map((line) => `> ${line}`)
    .join('\n')
}
