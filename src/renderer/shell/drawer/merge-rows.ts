/** The journal as the page holds it: newest first, without gaps, of bounded length. Pure. */
import type { TimelineRow } from '../../../contract/page.ts'

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
