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

interface LastLinesProps {
  readonly text: string
  /** Of a gate: what was found wrong. */
  readonly from?: 'output' | 'gate'
}

/** What a program wrote last before it failed, or what was found wrong with its result, a few lines as they stand. */
export function LastLines({ text, from = 'output' }: LastLinesProps) {
  const label = from === 'gate' ? 'Why it did not pass' : 'Last lines of its output'
  return (
    <pre className="last-lines" aria-label={label}>
      <PlainText text={text} />
    </pre>
  )
}
