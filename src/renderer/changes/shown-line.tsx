/** A line or a path as it is, with what cannot be seen shown by its code; a copy holds the text itself. */
import { memo } from 'react'
import { countText } from '../ui/format.ts'
import { textParts } from './signs.ts'

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
        <span className="path-folder">
          <ShownLine text={folder} />
        </span>
      )}
      <span className="path-name">
        <ShownLine text={name} />
      </span>
    </bdi>
  )
}
