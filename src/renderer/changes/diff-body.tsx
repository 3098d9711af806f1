/** The lines of a diff. ↑↓ and j k go from line to line, as does a press; c and ↵ begin a comment, a press on a line's number too. */
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import {
  type ChangeData,
  Decoration,
  Diff,
  type DiffType,
  type EventMap,
  getChangeKey,
  Hunk,
  type RenderToken,
  type TokenNode,
} from 'react-diff-view'
import type { ChangedFileView, ChangeView } from '../../contract/change.ts'
import { useIsHistory } from '../model/shown-time.ts'
import { CommentField, CommentText } from './comments.tsx'
import { focusLine, focusPressed, lineCell, stepFrom } from './diff-keys.ts'
import {
  hunksBetween,
  indexLines,
  keyAt,
  type LinePosition,
  lineTokens,
  type Patch,
  positionOf,
} from './patch.ts'
import { namedText, ShownLine } from './shown-line.tsx'
import { Button } from '../ui/button.tsx'
import { countText, plural } from '../ui/format.ts'

export interface DiffBodyProps {
  readonly view: ChangeView
  readonly file: ChangedFileView
  readonly patch: Patch
  readonly look: 'unified' | 'split'
  /** The next try is told what is commented. */
  readonly isRead: boolean
  readonly onCommented: () => void
  /** Of the new file: goes there; null = nowhere. */
  readonly line: number | null
}

/** Where a comment is being written. */
interface Writing extends LinePosition {
  readonly key: string
}

export function DiffBody(props: DiffBodyProps) {
  const { view, file, patch, look, isRead, onCommented, line } = props
  // A line that is wanted may stand beyond the first ones.
  const [span, setSpan] = useState<Span>({
    from: 0,
    to: line === null ? FIRST_LINES : Math.max(FIRST_LINES, patch.lines),
  })
  const [writing, setWriting] = useState<Writing | null>(null)
  const region = useRef<HTMLDivElement>(null)
  const index = useMemo(() => indexLines(patch.hunks), [patch])
  const shown = useMemo(() => [...hunksBetween(patch.hunks, span.from, span.to)], [patch, span])
  const tokens = useMemo(() => lineTokens(shown), [shown])
  const wanted = line === null ? null : keyAt(index, { line, side: 'new' })
  useEffect(() => {
    if (wanted !== null) focusLine(region.current, wanted)
  }, [wanted])
  const isPast = useIsHistory()
  const write = useCallback(
    (key: string, side: LinePosition['side']): void => {
      const line = isPast ? undefined : index.byKey.get(key)
      if (line) setWriting({ key, ...positionOf(line.change, side) })
    },
    [index, isPast],
  )
  const gutterEvents = useMemo<EventMap>(
    () => ({
      onClick: ({ change, side = 'new' }, event) => {
        const key = event.currentTarget.getAttribute('data-change-key')
        if (change !== null && key !== null) write(key, side)
      },
    }),
    [write],
  )
  const close = (key: string): void => {
    setWriting(null)
    requestAnimationFrame(() => focusLine(region.current, key))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const cell = lineCell(event.target)
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.target !== region.current && cell === null) return
    if (stepFrom(region.current, cell, event.key)) return event.preventDefault()
    const key = cell?.dataset['changeKey']
    if (key === undefined || (event.key !== 'c' && event.key !== 'Enter')) return
    event.preventDefault()
    write(key, isOldSide(cell, look) ? 'old' : 'new')
  }
  const remarks = remarksOf(view, file, (place) => keyAt(index, place))
  const keys = new Set([...remarks.keys(), ...(writing === null ? [] : [writing.key])])
  const widgets: Record<string, ReactNode> = Object.fromEntries(
    [...keys].map((key) => [
      key,
      <div key={key} className="line-remarks">
        {remarks.get(key)?.map((comment) => (
          <CommentText key={`${comment.at} ${comment.text}`} comment={comment} />
        ))}
        {writing?.key === key && (
          <CommentField
            task={view.task}
            path={file.path}
            place={writing}
            isRead={isRead}
            onClose={() => close(key)}
            onSent={onCommented}
          />
        )}
      </div>,
    ]),
  )
  const lastLines = patch.unended
  const lineClass = useCallback(
    ({ changes, defaultGenerate }: LineOf): string => {
      const ends = changes.some((change) => change && lastLines.has(getChangeKey(change)))
      return [defaultGenerate(), ends && 'diff-line-unended'].filter(Boolean).join(' ')
    },
    [lastLines],
  )
  return (
    <>
      {!isPast && (
        <p className="diff-hint">Press a line’s number, or C on a line, to comment on it.</p>
      )}
      <div
        ref={region}
        className="diff-region"
        role="group"
        aria-label={`Lines of ${namedText(file.path)}`}
        tabIndex={0}
        onClick={(event) => focusPressed(event.target)}
        onKeyDown={onKeyDown}
      >
        <Diff
          viewType={look}
          diffType={TYPES[file.status] ?? 'modify'}
          hunks={shown}
          tokens={tokens}
          renderToken={renderToken}
          widgets={widgets}
          gutterEvents={gutterEvents}
          generateLineClassName={lineClass}
        >
          {(hunks) =>
            hunks.flatMap((hunk) => [
              <Decoration key={`head ${hunk.content}`} className="diff-head">
                <ShownLine text={hunk.content} />
              </Decoration>,
              <Hunk key={hunk.content} hunk={hunk} />,
            ])
          }
        </Diff>
      </div>
      <DiffParts lines={patch.lines} span={span} onSpan={setSpan} />
    </>
  )
}

interface LineOf {
  readonly changes: readonly (ChangeData | null | undefined)[]
  readonly defaultGenerate: () => string
}

const TYPES: Partial<Readonly<Record<ChangedFileView['status'], DiffType>>> = {
  added: 'add',
  deleted: 'delete',
}

/** In a split view the first half of a row is what was before. */
const isOldSide = (cell: HTMLElement | null, look: string): boolean =>
  look === 'split' && cell?.parentElement?.children[1] === cell

const renderToken: RenderToken = (token, _default, index) => <Token key={index} token={token} />

function Token({ token }: { readonly token: TokenNode }): ReactNode {
  if (token.type === 'text') return <ShownLine text={String(token['value'])} />
  const inner = token.children?.map((child, index) => <Token key={index} token={child} />)
  return token.type === 'edit' ? (
    <span className="diff-code-edit">
      {token['value'] === undefined ? inner : <ShownLine text={String(token['value'])} />}
    </span>
  ) : (
    inner
  )
}

/** Comments of the file by the line that they stand at. */
function remarksOf(
  { comments }: ChangeView,
  { path }: ChangedFileView,
  keyOf: (place: LinePosition) => string | null,
): ReadonlyMap<string, ChangeView['comments']> {
  const remarks = new Map<string, ChangeView['comments']>()
  for (const comment of comments) {
    const key = comment.path === path ? keyOf(comment) : null
    if (key !== null) remarks.set(key, [...(remarks.get(key) ?? []), comment])
  }
  return remarks
}

// A long diff is shown in parts, so that the number of rows has a bound.

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
      <p className="diff-parts flex flex-wrap items-center text-text-2">
        <span>{plural(lines - FIRST_LINES, 'more line')}</span>
        <Button onClick={() => onSpan({ from: 0, to: MOST_LINES })}>
          {lines <= MOST_LINES ? 'Show all' : `Show ${countText(MOST_LINES)} lines`}
        </Button>
      </p>
    )
  if (lines <= MOST_LINES) return null
  return (
    <p className="diff-parts flex flex-wrap items-center text-text-2">
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
