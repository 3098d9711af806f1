/** The journal, newest on top. Scrolled down, it stays where it is and says how much is new. */
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react'
import type { TimelineRow } from '../../../contract/page.ts'
import {
  useThrottledYard,
  useConnection,
  useSession,
} from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { countText, instantText, instantTextIn } from '../../ui/format.ts'
import { stepOf, useVirtualRows } from '../../ui/virtual-rows.ts'
import { EmptyNote } from '../../ui/screen.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import type { Session } from '../../model/session/session.ts'
import { navigate } from '../../model/route.ts'
import { showToast } from '../../model/toasts.ts'
import type { YardClient } from '../../model/session/link.ts'
import type { Problem } from '../../model/session/problem.ts'

const ROW = 28
/** Rows before the end at which older ones are read. */
const AHEAD = 40

export function JournalList() {
  const { rows, isLoaded, problem, readOlder } = useJournal()
  const session = useSession()
  const scroller = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<number | null>(null)
  const focusIndex = rows.findIndex(({ seq }) => seq === place)
  const { total, items, scrollToIndex, scrollToTop } = useVirtualRows({
    scroller,
    count: rows.length,
    height: ROW,
    keyOf: (index) => rows[index]?.seq ?? index,
    focusIndex,
  })
  // By its oldest row, for it goes back in time without a gap.
  const when = instantTextIn(rows.slice(-1).map(({ at }) => at))
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - AHEAD) readOlder()
  }, [last, rows.length, readOlder])
  const unseen = useKeptPlace(scroller, rows)
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = stepOf(event.key, focusIndex, rows.length)
    const row = rows[focusIndex]
    if (to !== null) {
      setPlace(rows[to]?.seq ?? null)
      scrollToIndex(to)
    } else if (event.key === 'Enter' && row) void openRow(session, row)
    else return
    event.preventDefault()
  }
  if (problem !== null && rows.length === 0) return <EmptyNote text={problem.message} />
  if (isLoaded && rows.length === 0) return <EmptyNote text="Nothing has happened yet." />
  return (
    <div className="journal flex flex-1 min-h-0">
      <div
        ref={scroller}
        className="journal-rows flex-1 min-h-0"
        role="listbox"
        aria-label="Journal"
        aria-activedescendant={focusIndex < 0 ? undefined : `journal-${place}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: total, position: 'relative' }}>
          {items.map(({ index, top }) => {
            const row = rows[index]
            return row ? (
              <JournalRow
                key={row.seq}
                row={row}
                when={when(row.at)}
                top={top}
                isPlace={row.seq === place}
                onOpen={() => {
                  setPlace(row.seq)
                  void openRow(session, row)
                }}
              />
            ) : null
          })}
        </div>
      </div>
      {unseen > 0 && (
        <Button className="journal-new" onClick={scrollToTop}>
          {countText(unseen)} new
        </Button>
      )}
    </div>
  )
}

interface JournalRowProps {
  readonly row: TimelineRow
  readonly when: string
  readonly top: number
  readonly isPlace: boolean
  readonly onOpen: () => void
}

function JournalRow({ row, when, top, isPlace, onOpen }: JournalRowProps) {
  return (
    <div
      id={`journal-${row.seq}`}
      role="option"
      aria-selected={isPlace}
      className="journal-row gap-2 text-12"
      data-st={row.state ?? undefined}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onOpen}
    >
      <time dateTime={row.at} title={row.at}>
        {when}
      </time>
      {row.state === null ? <span className="journal-dot" /> : <Lamp state={row.state} />}
      <span className="truncate" title={row.text}>
        {row.text}
        {row.until !== null && <span className="text-text-3"> until {instantText(row.until)}</span>}
      </span>
      <span className="truncate text-text-3">{row.by}</span>
      <span className="journal-seq">{countText(row.seq)}</span>
    </div>
  )
}

/** News on top moves what is being read down by as much; rows above that were not seen are counted. */
function useKeptPlace(
  scroller: { readonly current: HTMLElement | null },
  rows: readonly TimelineRow[],
): number {
  const newest = useRef<number | null>(null)
  const [seen, setSeen] = useState<number | null>(null)
  const isEmpty = rows.length === 0
  useEffect(() => {
    const element = scroller.current
    const before = newest.current
    newest.current = rows[0]?.seq ?? null
    if (!element || before === null || element.scrollTop < ROW) return
    const added = rows.findIndex(({ seq }) => seq <= before)
    if (added > 0) element.scrollBy({ top: added * ROW })
  }, [scroller, rows])
  useEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const look = (): void => setSeen(element.scrollTop < ROW ? null : (at) => at ?? newest.current)
    element.addEventListener('scroll', look, { passive: true })
    return () => element.removeEventListener('scroll', look)
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the list is there once it has rows
  }, [scroller, isEmpty])
  const place = seen === null ? 0 : rows.findIndex(({ seq }) => seq <= seen)
  return Math.max(0, place)
}

/** Goes to what a row is about. A row names its agent at most, so the journal itself is asked for the task. */
export async function openRow(session: Session, row: TimelineRow): Promise<void> {
  const found = await session.call(async (client) => {
    const [entry] = await client.service.journal({ since: row.seq - 1, limit: 1 })
    if (entry?.entity === 'agent') {
      const { task } = await client.agent.get({ id: entry.id })
      return { task, agent: entry.id }
    }
    return { task: entry ? taskOf(entry) : null, agent: null }
  })
  if (!found.ok) return showToast(found.error.message, { kind: 'error' })
  const { task, agent } = found.value
  if (task === null || !session.yard.getState().tasks.has(task))
    return showToast(task === null ? 'It is about no task' : 'Its task is no more')
  navigate({ task, tab: agent === null ? null : 'output', agent })
}

/** Null for what concerns no single task. */
export function taskOf(entry: {
  readonly entity: string
  readonly id: string
  readonly set: Readonly<Record<string, unknown>>
}): string | null {
  if (entry.entity === 'task') return entry.id
  if (entry.entity === 'dependency') return entry.id.slice(entry.id.indexOf('>') + 1)
  const { taskId } = entry.set
  return typeof taskId === 'string' ? taskId : null
}

/** Reads the journal in pieces: news as it comes, older rows when they are scrolled to. One reading at a time. */
const PIECE = 200
/** Pieces of news read at once; with more, what was held is let go. */
const MOST_PIECES = 5
const NEWS_CALM = { everyMs: 300 }

interface Journal extends JournalPage {
  readonly problem: Problem | null
  readonly isLoaded: boolean
}

type Reading = (client: YardClient, held: JournalPage) => Promise<JournalPage>

function useJournal(): Journal & { readonly readOlder: () => void } {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const seq = useThrottledYard((view) => view.seq, NEWS_CALM)
  const [state, setState] = useState<Journal>({ ...noRows, problem: null, isLoaded: false })
  const held = useRef(noRows)
  const turn = useRef(Promise.resolve())
  const read = useCallback(
    (reading: Reading) => {
      const inTurn = async (): Promise<void> => {
        const result = await session.call((client) => reading(client, held.current))
        if (result.ok) held.current = result.value
        const problem = result.ok ? null : result.error
        setState({ ...held.current, problem, isLoaded: true })
      }
      turn.current = turn.current.then(inTurn)
    },
    [session],
  )
  useEffect(() => {
    if (isLive && seq >= 0) read(readNews)
  }, [read, isLive, seq])
  const readOlder = useCallback(() => read(readBelow), [read])
  return { ...state, readOlder }
}

async function readNews({ page }: YardClient, held: JournalPage): Promise<JournalPage> {
  let news: JournalPage = await page.journalTail({ limit: PIECE })
  for (let pieces = 1; pieces < MOST_PIECES; pieces++) {
    const merged = withNews(held, news)
    const oldest = news.rows.at(-1)?.seq
    if (merged !== null || oldest === undefined) return merged ?? news
    news = withOlder(news, await page.journalTail({ before: oldest, limit: PIECE }))
  }
  return withNews(held, news) ?? news
}

async function readBelow({ page }: YardClient, held: JournalPage): Promise<JournalPage> {
  const before = held.rows.at(-1)?.seq
  if (before === undefined || held.isEnd) return held
  return withOlder(held, await page.journalTail({ before, limit: PIECE }))
}

// The journal as the page holds it: newest first, without gaps, of bounded length. Pure.

export interface JournalPage {
  readonly rows: readonly TimelineRow[]
  /** Nothing older exists. */
  readonly isEnd: boolean
}

/** Rows kept at most when news comes; what is older is read again when it is scrolled to. */
const MOST = 5000

export const noRows: JournalPage = { rows: [], isEnd: false }

/**
 * News on top. Null = the page does not reach down to what is held: rows between them are missing, so the caller goes on
 * reading, or begins anew.
 */
export function withNews(held: JournalPage, page: JournalPage): JournalPage | null {
  const newest = held.rows[0]?.seq
  if (newest === undefined) return page
  const news = page.rows.filter(({ seq }) => seq > newest)
  if (news.length === 0) return held
  if (news.length === page.rows.length && !page.isEnd) return null
  const rows = [...news, ...held.rows]
  return rows.length <= MOST ? { ...held, rows } : { rows: rows.slice(0, MOST), isEnd: false }
}

export function withOlder(held: JournalPage, page: JournalPage): JournalPage {
  const oldest = held.rows.at(-1)?.seq ?? Infinity
  return { rows: [...held.rows, ...page.rows.filter(({ seq }) => seq < oldest)], isEnd: page.isEnd }
}
