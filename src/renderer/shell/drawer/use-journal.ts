/** Reads the journal in pieces: news as it comes, older rows when they are scrolled to. One reading at a time. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { YardClient } from '../../model/session/link.ts'
import { useConnection, useSession, useYard } from '../../model/session/session-context.tsx'
import type { Problem } from '../../model/session/problem.ts'
import { useThrottled } from '../../ui/timers.ts'
import type { TimelineRow } from '../../../contract/page.ts'

const PIECE = 200
/** Pieces of news read at once; with more, what was held is let go. */
const MOST_PIECES = 5
const NEWS_EVERY_MS = 300

export interface Journal extends JournalPage {
  readonly problem: Problem | null
  readonly isLoaded: boolean
  readonly readOlder: () => void
}

interface State {
  readonly held: JournalPage
  readonly problem: Problem | null
  readonly isLoaded: boolean
}

type Reading = (client: YardClient, held: JournalPage) => Promise<JournalPage>

export function useJournal(): Journal {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const seq = useThrottled(
    useYard((view) => view.seq),
    NEWS_EVERY_MS,
  )
  const [state, setState] = useState<State>({ held: noRows, problem: null, isLoaded: false })
  const held = useRef(noRows)
  const turn = useRef(Promise.resolve())
  const read = useCallback(
    (reading: Reading) => {
      const inTurn = async (): Promise<void> => {
        const result = await session.call((client) => reading(client, held.current))
        if (result.ok) held.current = result.value
        const problem = result.ok ? null : result.error
        setState({ held: held.current, problem, isLoaded: true })
      }
      turn.current = turn.current.then(inTurn)
    },
    [session],
  )
  useEffect(() => {
    if (isLive && seq >= 0) read(readNews)
  }, [read, isLive, seq])
  const readOlder = useCallback(() => read(readBelow), [read])
  return { ...state.held, problem: state.problem, isLoaded: state.isLoaded, readOlder }
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

/** Older rows below. */
export function withOlder(held: JournalPage, page: JournalPage): JournalPage {
  const oldest = held.rows.at(-1)?.seq ?? Infinity
  return { rows: [...held.rows, ...page.rows.filter(({ seq }) => seq < oldest)], isEnd: page.isEnd }
}
