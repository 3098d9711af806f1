/** The changed files. ↑↓ and j k go from file to file, `/` filters, v marks as viewed. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { Check, MessageSquare } from 'lucide-react'
import { useRef, useState, type KeyboardEvent } from 'react'
import type { ChangedFileView, ChangeView } from '../../contract/change.ts'
import { countText } from '../ui/format.ts'
import { useCommands } from '../actions/commands.ts'
import { KeyHint } from '../actions/key-hint.tsx'
import { countsText, fileLabel, filesFound, statusLetter } from './change-text.ts'
import { namedText, ShownPath } from './shown-line.tsx'
import { setViewed, useViewed } from './viewed.ts'
import { focusAfterDraw } from '../ui/focus.ts'

interface FileListProps {
  readonly view: ChangeView
  readonly current: string
  readonly onChoose: (path: string) => void
}

const ROW_HEIGHT = 28
const MOST_ROWS = 8
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }

export function FileList({ view, current, onChoose }: FileListProps) {
  const { files, isCut, result } = view
  const [query, setQuery] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const found = filesFound(files, query)
  const viewed = useViewed(result)
  // oxlint-disable-next-line react/incompatible-library -- nothing that it gives is memoized
  const rows = useVirtualizer({
    count: found.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => found[index]?.path ?? index,
    initialRect: { width: 300, height: ROW_HEIGHT * MOST_ROWS },
    overscan: 4,
  })
  useCommands({ find: () => field.current?.focus() })
  const goTo = (index: number): void => {
    const file = found[Math.min(found.length - 1, Math.max(0, index))]
    if (!file) return
    rows.scrollToIndex(found.indexOf(file))
    onChoose(file.path)
    focusAfterDraw(() => scroller.current?.querySelector<HTMLElement>('[aria-current]'))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const place = found.findIndex(({ path }) => path === current)
    const step = STEPS[event.key]
    if (step !== undefined) goTo(place + step)
    else if (event.key === 'Home') goTo(0)
    else if (event.key === 'End') goTo(found.length - 1)
    else if (event.key === 'v' && result !== null) setViewed(result, current, !viewed.has(current))
    else return
    event.preventDefault()
  }
  const isStopShown = found.some(({ path }) => path === current)
  return (
    <section className="changed-files" aria-label="Changed files">
      <div className="changed-files-head flex flex-wrap items-center text-text-2">
        <h3>
          Files <span className="text-text-3">{viewedText(files, viewed)}</span>
        </h3>
        {files.length > 1 && (
          <span className="changed-files-filter">
            <input
              ref={field}
              className="input"
              type="search"
              aria-label="Filter files"
              placeholder="Filter files"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Escape') return
                setQuery('')
                event.currentTarget.blur()
              }}
            />
            {query === '' && <KeyHint keys="/" />}
          </span>
        )}
      </div>
      {found.length === 0 && (
        <p className="changes-none" role="status">
          No file matches “{query}”.
        </p>
      )}
      <div
        ref={scroller}
        className="changed-files-list"
        style={{ height: ROW_HEIGHT * Math.min(MOST_ROWS, found.length) }}
        onKeyDown={onKeyDown}
      >
        <ul aria-label="Files" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const file = found[index]
            return file ? (
              <FileRow
                key={String(key)}
                file={file}
                top={start}
                place={{ index, count: found.length }}
                isCurrent={file.path === current}
                isStop={isStopShown ? file.path === current : index === 0}
                isViewed={viewed.has(file.path)}
                comments={view.comments.filter(({ path }) => path === file.path).length}
                onChoose={onChoose}
              />
            ) : null
          })}
        </ul>
      </div>
      {isCut && (
        <p className="changes-none">
          More files were changed than are listed: {countText(files.length)} are shown.
        </p>
      )}
    </section>
  )
}

const viewedText = (files: readonly ChangedFileView[], viewed: ReadonlySet<string>): string => {
  const seen = files.filter(({ path }) => viewed.has(path)).length
  return seen === 0 ? '' : `${countText(seen)} of ${countText(files.length)} viewed`
}

interface FileRowProps {
  readonly file: ChangedFileView
  /** px */
  readonly top: number
  readonly place: { readonly index: number; readonly count: number }
  readonly isCurrent: boolean
  /** The one that Tab comes to. */
  readonly isStop: boolean
  readonly isViewed: boolean
  readonly comments: number
  readonly onChoose: (path: string) => void
}

function FileRow(props: FileRowProps) {
  const { file, top, place, isCurrent, isStop, isViewed, comments, onChoose } = props
  return (
    <li
      aria-setsize={place.count}
      aria-posinset={place.index + 1}
      style={{ transform: `translateY(${top}px)` }}
    >
      <button
        type="button"
        className="changed-file"
        data-status={file.status}
        data-viewed={isViewed}
        aria-current={isCurrent || undefined}
        title={namedText(file.path)}
        tabIndex={isStop ? 0 : -1}
        onClick={() => onChoose(file.path)}
      >
        <span className="visually-hidden">{fileLabel(file, isViewed, comments)}</span>
        <span className="changed-file-face flex items-center min-w-0" aria-hidden="true">
          <span className="changed-file-letter">{statusLetter(file)}</span>
          <ShownPath path={file.path} />
          {comments > 0 && <MessageSquare size={14} strokeWidth={1.5} />}
          {isViewed && <Check size={14} strokeWidth={1.5} />}
          <span className="counts">{file.binary ? 'binary' : countsText(file)}</span>
        </span>
      </button>
    </li>
  )
}
