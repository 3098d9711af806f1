/** A long diff is shown in parts, so that the number of rows has a bound. */
import { Button } from '../ui/button.tsx'
import { countText, plural } from '../ui/format.ts'

/** Lines over all hunks, from the one to before the other. */
export interface Span {
  readonly from: number
  readonly to: number
}

export const FIRST_LINES = 400
const MOST_LINES = 2000

interface DiffPartsProps {
  readonly lines: number
  readonly span: Span
  readonly onSpan: (span: Span) => void
}

export function DiffParts({ lines, span, onSpan }: DiffPartsProps) {
  if (lines <= FIRST_LINES) return null
  const { from, to } = span
  const end = Math.min(to, lines)
  if (from === 0 && to === FIRST_LINES)
    return (
      <p className="diff-parts">
        <span>{plural(lines - FIRST_LINES, 'more line')}</span>
        <Button onClick={() => onSpan({ from: 0, to: MOST_LINES })}>
          {lines <= MOST_LINES ? 'Show all' : `Show ${countText(MOST_LINES)} lines`}
        </Button>
      </p>
    )
  if (lines <= MOST_LINES) return null
  return (
    <p className="diff-parts">
      <span role="status">
        Lines {countText(from + 1)} to {countText(end)} of {countText(lines)}
      </span>
      <Button
        disabled={from === 0}
        onClick={() => onSpan({ from: Math.max(0, from - MOST_LINES), to: from })}
      >
        Earlier lines
      </Button>
      <Button disabled={end >= lines} onClick={() => onSpan({ from: to, to: to + MOST_LINES })}>
        Later lines
      </Button>
    </p>
  )
}
