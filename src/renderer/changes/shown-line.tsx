/** A line or a path as it is, with what cannot be seen shown by its code; a copy holds the text itself. */
import { memo } from 'react'
import { countText } from '../ui/format.ts'

/** Characters of one line that are shown. */
const MOST_CHARACTERS = 2000

export const ShownLine = memo(function ShownLine({ text }: { readonly text: string }) {
  const rest = text.length - MOST_CHARACTERS
  const parts = textParts(rest > 0 ? text.slice(0, MOST_CHARACTERS) : text)
  return (
    <>
      {parts.map((part, index) =>
        part.code === null ? (
          part.text
        ) : (
          <span key={index} className="turn-sign" data-code={part.code}>
            {part.text}
          </span>
        ),
      )}
      {rest > 0 && <span className="diff-cut">… {countText(rest)} more characters</span>}
    </>
  )
})

/** The folder is dim, the name stands out; neither is turned round by what it is called. */
export function ShownPath({ path }: { readonly path: string }) {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const folder = path.slice(0, path.length - name.length)
  return (
    <bdi className="path" dir="ltr">
      {folder !== '' && (
        <span className="path-folder text-text-3">
          <ShownLine text={folder} />
        </span>
      )}
      <span className="path-name">
        <ShownLine text={name} />
      </span>
    </bdi>
  )
}

// Characters that are not seen or that turn the text round: what they are, so that a name or a line cannot look like another one. Pure.

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
