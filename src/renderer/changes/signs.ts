/** Characters that are not seen or that turn the text round: what they are, so that a name or a line cannot look like another one. Pure. */

export interface TextPart {
  readonly text: string
  /** `U+202E` when the part is one such character, else null. */
  readonly code: string | null
}

/** Soft hyphen, zero width space, word joiner, byte order mark, and all that turn the direction or break the line. */
const SIGNS: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0a, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
]

const isSign = (code: number): boolean =>
  SIGNS.some(([first, last]) => code >= first && code <= last)

/** In order; together they are the text. A tab is none of these characters. */
export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  let start = 0
  const take = (end: number): void => {
    if (end > start) parts.push({ text: text.slice(start, end), code: null })
  }
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if ((code >= 0x20 && code < 0x7f) || !isSign(code) || code === 0x09) continue
    take(at)
    parts.push({ text: text.charAt(at), code: codeText(code) })
    start = at + 1
  }
  take(text.length)
  return parts
}

/** For labels and tooltips, where nothing can be set apart: the codes stand in the text. */
export const namedText = (text: string): string =>
  textParts(text)
    .map((part) => (part.code === null ? part.text : `‹${part.code}›`))
    .join('')

const codeText = (code: number): string => `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
