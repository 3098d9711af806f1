/**
 * Who may use the page: each browser that came with a good code has a session, for thirty days. Its token is signed with the yard's
 * secret, so a new secret voids all; the book names the sessions that are open, so that one can be ended. It holds no token.
 */
import { orElse } from '../../base/result.ts'
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { replaceFile } from '../../files/replace-file.ts'
import type { Clock } from '../../base/clock.ts'

export interface PageSession {
  readonly id: string
  /** Ms since 1970. */
  readonly openedAt: number
  readonly expiresAt: number
  /** What the browser calls itself; null where it did not say. */
  readonly browser: string | null
}

export type PageSessions = ReturnType<typeof createPageSessions>

/** Where sessions are kept while no host runs, or for one process alone. */
interface PageSessionBook {
  read(): readonly PageSession[]
  write(sessions: readonly PageSession[]): void
}

export const PAGE_SESSION_MS = 30 * 24 * 60 * 60_000
/** A timer of the system reaches no further than 24 days. */
const LONGEST_TIMER_MS = 24 * 60 * 60_000
/** More browsers than anybody has; the oldest give way. */
const MOST = 200
const MAX_BROWSER_CHARS = 200

export function createPageSessions(book: PageSessionBook, secret: Buffer, clock: Clock) {
  const now = (): number => clock.now()
  const listeners = new Set<(id: string) => void>()
  const sign = (id: string): string =>
    createHmac('sha256', secret).update(`page ${id}`).digest('base64url')
  const opened = (): PageSession[] => book.read().filter(({ expiresAt }) => expiresAt > now())
  const find = (token: string): PageSession | null => {
    const [, id = '', signature = ''] = /^yps_([0-9a-f]{12})_([\w-]{43})$/.exec(token) ?? []
    if (id === '' || !isSame(signature, sign(id))) return null
    return opened().find((session) => session.id === id) ?? null
  }
  return {
    open(browser: string | null): string {
      const id = randomBytes(6).toString('hex')
      const session = {
        id,
        openedAt: now(),
        expiresAt: now() + PAGE_SESSION_MS,
        browser: browser?.replace(/\p{C}/gu, '').slice(0, MAX_BROWSER_CHARS) || null,
      }
      book.write([session, ...opened()].slice(0, MOST))
      return `yps_${id}_${sign(id)}`
    },
    /** The session of a token; null when it is none, has expired, or was ended. */
    find,
    /** Those that are open, the newest first. */
    list: opened,
    /** Ends these, or all; gives those that were open. */
    revoke(ids: readonly string[] | 'all'): readonly PageSession[] {
      const before = opened()
      const ended = before.filter(({ id }) => ids === 'all' || ids.includes(id))
      book.write(before.filter((session) => !ended.includes(session)))
      for (const { id } of ended) for (const listener of listeners) listener(id)
      return ended
    },
    /** Calls once when the session of this token has ended; never for what is no such token. Gives what stops watching. */
    watch(token: string, onEnd: () => void): () => void {
      const session = find(token)
      if (session === null) return () => {}
      let cancel = (): void => {}
      const stop = (): void => {
        cancel()
        listeners.delete(onRevoked)
      }
      const end = (): void => {
        stop()
        onEnd()
      }
      const onRevoked = (id: string): void => {
        if (id === session.id) end()
      }
      const untilOver = (): void => {
        const left = session.expiresAt - now()
        if (left <= 0) end()
        else cancel = clock.after(Math.min(left, LONGEST_TIMER_MS), untilOver)
      }
      listeners.add(onRevoked)
      untilOver()
      return stop
    },
  }
}

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

export function memoryBook(): PageSessionBook {
  let kept: readonly PageSession[] = []
  return { read: () => kept, write: (sessions) => void (kept = sessions) }
}

const bookSchema = z.object({
  version: z.literal(1),
  sessions: z.array(
    z.object({
      id: z.string(),
      openedAt: z.number(),
      expiresAt: z.number(),
      browser: z.string().nullable(),
    }),
  ),
})

/** Read anew each time: a command without a host writes it, too. A file that cannot be read has no sessions. */
export const fileBook = (file: string): PageSessionBook => ({
  read() {
    return orElse(() => bookSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).sessions, []) // none was opened yet
  },
  write(sessions) {
    replaceFile(file, `${JSON.stringify({ version: 1, sessions }, null, 2)}\n`)
  },
})
