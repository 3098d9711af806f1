/** What a program wrote for a terminal. */
import { memo } from 'react'
import { PlainText } from '../ui/plain-text.tsx'
import { parseAnsi, type AnsiStyle } from './ansi.ts'

/** As a terminal would show it, colours included. */
export const TerminalText = memo(function TerminalText({ text }: { readonly text: string }) {
  return parseAnsi(text).map((span, index) => {
    const look = lookOf(span.style)
    return look === '' ? (
      <PlainText key={index} text={span.text} />
    ) : (
      <span key={index} className={look}>
        <PlainText text={span.text} />
      </span>
    )
  })
})

function lookOf(style: AnsiStyle): string {
  const { color, background } = style
  return [
    color !== null && `ansi-${color}`,
    (background !== null || style.reverse) && 'ansi-back',
    style.bold && 'ansi-bold',
    style.dim && 'ansi-dim',
    style.italic && 'ansi-italic',
    style.underline && 'ansi-underline',
  ]
    .filter(Boolean)
    .join(' ')
}
