/** Text that may try to look like something else: characters that turn its direction are shown by their codes, and stay in a copy. */
import { Fragment } from 'react'

const TURNS_DIRECTION = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/

/** Each such character stands in a box of its own, out of which its effect does not reach. */
export function PlainText({ text }: { readonly text: string }) {
  if (!TURNS_DIRECTION.test(text)) return text
  return text.split(TURNS_DIRECTION).map((part, index) =>
    TURNS_DIRECTION.test(part) ? (
      <span key={index} className="turn-sign" data-code={codeOf(part)}>
        {part}
      </span>
    ) : (
      <Fragment key={index}>{part}</Fragment>
    ),
  )
}

const codeOf = (sign: string): string =>
  `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** What a program wrote last before it failed, a few lines as they stand. */
export function LastLines({ text }: { readonly text: string }) {
  return (
    <pre className="last-lines" aria-label="Last lines of its output">
      <PlainText text={text} />
    </pre>
  )
}
