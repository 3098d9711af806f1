/** What a program wrote for a terminal: its colours, numbered lines, and links to what it names. */
import { createContext, Fragment, memo, useContext } from 'react'
import { utcIso } from '../../base/instant.ts'
import { instantTextIn } from '../ui/format.ts'
import { PlainText } from '../ui/plain-text.tsx'
import { type AnsiSpan, type AnsiStyle, parseAnsi, plainStyle } from './ansi.ts'
import type { TerminalLine } from './fold-output.ts'

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
        return <PlainText key={index} text={part.text} />
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

/** Light and dark of a colour have one tone; black and grey are dim, for either theme may be their ground. */
function toneOf(color: number): string {
  if (color === 15) return 'ansi-white'
  return color % 8 === 0 || color === 7 ? 'ansi-dim' : `ansi-${color % 8}`
}

function lookOf(style: AnsiStyle): string {
  const { color, background } = style
  return [
    color !== null && toneOf(color),
    (background !== null || style.reverse) && 'ansi-back',
    style.bold && 'ansi-bold',
    style.dim && 'ansi-dim',
    style.italic && 'ansi-italic',
    style.underline && 'ansi-underline',
  ]
    .filter(Boolean)
    .join(' ')
}

// Addresses and known files in a text that a program wrote. Only http and https are addresses, and none with a user name in it.

/** Files that an output may name and that can be opened. */
export interface KnownFiles {
  /** What opens each, by its path from the agent's folder. */
  readonly openers: ReadonlyMap<string, () => void>
  /** Where the agent works: an absolute path below it is known, too. */
  readonly folder: string | null
}

export const KnownFilesContext = createContext<KnownFiles>({ openers: new Map(), folder: null })

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'address'; readonly text: string; readonly href: string }
  | { readonly kind: 'file'; readonly text: string; readonly open: () => void }

/** No blanks, quotes, controls, or characters that turn the direction of text. */
const ADDRESS =
  /\bhttps?:\/\/[^\s<>"'`\\^{}|\p{Cc}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/giu
/** What may be a path. `:` ends it, because a line number often follows. */
const WORD = /[^\s"'`()<>[\]{}:,;|=*]+/g
/** A longer text is searched for addresses only in its beginning. */
const MAX_SEARCHED = 20_000

export function textParts(text: string, files: KnownFiles): readonly TextPart[] {
  const parts: TextPart[] = []
  const searched = text.slice(0, MAX_SEARCHED)
  let from = 0
  for (const { 0: found, index } of searched.matchAll(ADDRESS)) {
    const shown = withoutEnd(found)
    const href = safeHref(shown)
    if (href === null) continue
    parts.push(...fileParts(text.slice(from, index), files))
    parts.push({ kind: 'address', text: shown, href })
    from = index + shown.length
  }
  return [...parts, ...fileParts(text.slice(from), files)]
}

/** Without the punctuation of the sentence around it. */
function withoutEnd(address: string): string {
  const bare = address.replace(/[.,;:!?]+$/, '')
  const isOpened = (sign: string): boolean => bare.includes(sign)
  if (bare.endsWith(')') && !isOpened('(')) return withoutEnd(bare.slice(0, -1))
  if (bare.endsWith(']') && !isOpened('[')) return withoutEnd(bare.slice(0, -1))
  return bare
}

function safeHref(text: string): string | null {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null
  return url.username === '' && url.password === '' ? url.href : null
}

function fileParts(text: string, { openers, folder }: KnownFiles): readonly TextPart[] {
  if (text === '') return []
  if (openers.size === 0) return [{ kind: 'text', text }]
  const parts: TextPart[] = []
  let from = 0
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const shown = word.replace(/\.+$/, '')
    const open = openers.get(pathOf(shown, folder))
    if (open === undefined) continue
    if (index > from) parts.push({ kind: 'text', text: text.slice(from, index) })
    parts.push({ kind: 'file', text: shown, open })
    from = index + shown.length
  }
  return from < text.length ? [...parts, { kind: 'text', text: text.slice(from) }] : parts
}

function pathOf(word: string, folder: string | null): string {
  const below =
    folder !== null && word.startsWith(`${folder}/`) ? word.slice(folder.length + 1) : word
  return below.replace(/^\.\//, '')
}
