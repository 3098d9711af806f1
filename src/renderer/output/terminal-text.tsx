/** What a program wrote for a terminal: its colours, numbered lines, and links to what it names. */
import { Fragment, memo, useContext } from 'react'
import { utcIso } from '../../base/instant.ts'
import { instantTextIn } from '../ui/format.ts'
import { PlainText } from '../ui/plain-text.tsx'
import { parseAnsi, plainStyle, type AnsiSpan, type AnsiStyle } from './ansi.ts'
import type { TerminalLine } from './fold-output.ts'
import { KnownFilesContext } from './output-context.ts'
import { textParts } from './text-links.ts'

interface TerminalTextProps {
  readonly text: string
  /** Byte for byte: control sequences are shown as they are. */
  readonly isRaw?: boolean
  /** Of each line, where they are to be numbered. */
  readonly lines?: readonly TerminalLine[] | null
  /** Number of the first line of the piece; null while it is not known. */
  readonly firstLine?: number | null
  /** The line that the address names. */
  readonly marked?: number | null
}

export const TerminalText = memo(function TerminalText(props: TerminalTextProps) {
  const { text, isRaw = false, lines = null, firstLine = null, marked = null } = props
  const spans = isRaw ? [{ text, style: plainStyle }] : parseAnsi(text)
  if (lines === null) return spans.map((span, index) => <Span key={index} {...span} />)
  return lineParts(spans).map(({ line, ...span }, index) => {
    const known = line === null ? undefined : lines[line]
    return (
      <Fragment key={index}>
        {known && (
          <LineMark
            line={known}
            before={lines[(line ?? 0) - 1] ?? null}
            firstLine={firstLine}
            marked={marked}
          />
        )}
        <Span {...span} />
      </Fragment>
    )
  })
})

/** Cut at the ends of lines; `line` is the index of the line that begins with the part, null where none does. */
function lineParts(spans: readonly AnsiSpan[]): readonly (AnsiSpan & { line: number | null })[] {
  let next = 0
  let isAtStart = true
  return spans.flatMap(({ text, style }) =>
    text.split(/(?<=\n)/).map((part) => {
      const line = isAtStart ? next++ : null
      isAtStart = part.endsWith('\n')
      return { text: part, style, line }
    }),
  )
}

interface LineMarkProps {
  readonly line: TerminalLine
  readonly before: TerminalLine | null
  readonly firstLine: number | null
  readonly marked: number | null
}

/** Number and time are drawn by the style sheet, so that neither is found, selected or copied with the text. */
function LineMark({ line, before, firstLine, marked }: LineMarkProps) {
  const number = firstLine === null ? undefined : firstLine + line.line
  const time = line.at === null ? undefined : timeOf(line.at)
  const isNew = before?.at == null || timeOf(before.at) !== time
  return (
    <button
      type="button"
      className="line-mark"
      tabIndex={-1}
      aria-hidden="true"
      data-line={number}
      data-time={isNew ? time : undefined}
      data-marked={(number !== undefined && number === marked) || undefined}
    />
  )
}

const clockOf = instantTextIn([])
const timeOf = (at: number): string => clockOf(utcIso(at))

function Span({ text, style }: { readonly text: string; readonly style: AnsiStyle }) {
  const look = lookOf(style)
  const shown = <LinkedText text={text} />
  return look === '' ? shown : <span className={look}>{shown}</span>
}

/** Text of a program, with addresses and known files that can be followed. */
export function LinkedText({ text }: { readonly text: string }) {
  const files = useContext(KnownFilesContext)
  return textParts(text, files).map((part, index) => {
    switch (part.kind) {
      case 'text':
        return (
          <Fragment key={index}>
            <PlainText text={part.text} />
          </Fragment>
        )
      case 'address':
        return (
          <a
            key={index}
            href={part.href}
            title={part.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
          >
            {part.text}
          </a>
        )
      case 'file':
        return (
          <button key={index} type="button" className="file-link" onClick={part.open}>
            <PlainText text={part.text} />
          </button>
        )
    }
  })
}

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
