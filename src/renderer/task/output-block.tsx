/** One block of an agent's output. */
import { memo } from 'react'
import { Icon } from '../ui/icon.tsx'
import type { OutputBlock } from './fold-output.ts'

type ToolBlock = Extract<OutputBlock, { kind: 'tool' }>

export const OutputBlockView = memo(function OutputBlockView(props: {
  readonly block: OutputBlock
}) {
  const { block } = props
  switch (block.kind) {
    case 'terminal':
      return <pre className="terminal">{block.text}</pre>
    case 'thinking':
      return (
        <details className="thinking">
          <summary>
            <Icon name="thought" /> Thought
          </summary>
          <p>{block.text}</p>
        </details>
      )
    case 'tool':
      return <ToolCall block={block} />
    case 'result':
      return (
        <p className="final" data-st={block.ok ? 'done' : 'failed'}>
          <b>{block.ok ? 'Result' : 'Ended badly'}</b> {block.text}
        </p>
      )
    case 'error':
      return (
        <p className="final" data-st="failed">
          <b>Error</b> {block.text}
        </p>
      )
    case 'question':
    case 'notice':
      return (
        <p className="final" data-st="waiting">
          <b>{block.kind === 'question' ? 'Asks' : 'Waits'}</b> {block.text}
        </p>
      )
    case 'text':
      return <p className="said">{block.text}</p>
  }
})

/** A failed call stands open. */
function ToolCall({ block }: { readonly block: ToolBlock }) {
  const { result } = block
  const word = result === null ? 'Running' : result.ok ? 'Ok' : 'Failed'
  const state = result === null ? 'in-progress' : result.ok ? 'done' : 'failed'
  return (
    <details className="tool" data-st={state} open={result !== null && !result.ok}>
      <summary>
        <Icon name="terminal" />
        <b>{block.name}</b>
        <code>{block.summary}</code>
        <span className="tool-word">{word}</span>
      </summary>
      {result !== null && <pre>{result.text || '(no output)'}</pre>}
    </details>
  )
}
