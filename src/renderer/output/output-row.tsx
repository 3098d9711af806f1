/** One block of an agent's output, with the time it came where the page saw it come. */
import { memo, type ReactNode } from 'react'
import { utcIso } from '../../base/instant.ts'
import { durationText } from '../../domain/format.ts'
import { instantText } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { Markdown } from '../ui/markdown.tsx'
import type { OutputBlock } from './fold-output.ts'
import { PlainText } from '../ui/plain-text.tsx'
import { TerminalText } from './terminal-text.tsx'
import { LooseResultCard, ToolCard, useOpened } from './tool-card.tsx'

interface OutputRowProps {
  readonly block: OutputBlock
  readonly isAlive: boolean
  /** When it was heard last, for the call that runs; null for all others. */
  readonly heardAt: string | null
  /** Byte for byte: no colours, no rendering. */
  readonly isRaw: boolean
  /** Its lines are numbered or timed. */
  readonly isMarked: boolean
  /** Number of the line that its piece begins in; null while it is not known. */
  readonly firstLine: number | null
  /** The line that the address names, where that is of this block. */
  readonly marked: number | null
}

export const OutputRow = memo(function OutputRow(props: OutputRowProps) {
  const { block, isRaw, isMarked, firstLine, marked } = props
  if (block.kind === 'terminal')
    return (
      <pre className="terminal" data-stream={block.stream}>
        {block.stream === 'stderr' && <span className="stream-mark text-text-3">stderr</span>}
        <TerminalText
          text={block.text}
          isRaw={isRaw}
          lines={isMarked ? block.lines : null}
          firstLine={firstLine}
          marked={marked}
        />
      </pre>
    )
  return (
    <div className="output-row" data-marked={marked !== null || undefined}>
      {firstLine !== null && (
        <button
          type="button"
          className="row-mark"
          tabIndex={-1}
          aria-hidden="true"
          data-line={firstLine + block.line}
        />
      )}
      {block.at !== null && block.kind !== 'tool' && (
        <time dateTime={utcIso(block.at)}>{clockOf(block.at)}</time>
      )}
      <Body {...props} />
    </div>
  )
})

const clockOf = (at: number): string => instantText(utcIso(at))

function Body({ block, isAlive, heardAt }: OutputRowProps) {
  switch (block.kind) {
    case 'terminal':
      return null
    case 'text':
      return <Markdown text={block.text} />
    case 'thinking':
      return <Thought block={block} />
    case 'tool':
      return <ToolCard block={block} isAlive={isAlive} since={sinceOf(block.at, heardAt)} />
    case 'tool-result':
      return <LooseResultCard block={block} />
    case 'result':
      return (
        <Labelled state={block.ok ? 'done' : 'failed'} word={block.ok ? 'Result' : 'Ended badly'}>
          <Markdown text={block.text} />
        </Labelled>
      )
    case 'error':
      return (
        <Labelled state="failed" word="Error">
          <PlainText text={block.text} />
        </Labelled>
      )
    case 'question':
      return (
        <Labelled state="waiting" word="Asks">
          <PlainText text={block.text} />
        </Labelled>
      )
    case 'notice':
      return (
        <Labelled state="parked" word="Waits">
          <PlainText text={block.text} />
          {block.until !== null && `, until ${clockOf(block.until)}`}
        </Labelled>
      )
  }
}

const sinceOf = (at: number | null, heardAt: string | null): string | null =>
  at === null ? heardAt : utcIso(at)

function Labelled(props: {
  readonly state: string
  readonly word: string
  readonly children: ReactNode
}) {
  return (
    <div className="labelled whitespace-pre-wrap" data-st={props.state}>
      <b>{props.word}</b> {props.children}
    </div>
  )
}

function Thought({ block }: { readonly block: Extract<OutputBlock, { kind: 'thinking' }> }) {
  const [isOpen, toggle] = useOpened(block.key, false)
  const { tookMs } = block
  return (
    <div className="thought">
      <button type="button" aria-expanded={isOpen} onClick={toggle}>
        <Icon name="thought" />
        {tookMs === null ? 'Thought' : `Thought for ${durationText(tookMs)}`}
      </button>
      {isOpen && <Markdown text={block.text} />}
    </div>
  )
}
