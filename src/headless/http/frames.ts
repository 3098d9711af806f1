/**
 * Documents that an agent has made, shown in a frame of the page. The page puts one here and gets a path that is good for a minute. What comes
 * from there has a policy of its own, so that its styles show; no script runs in it, it loads nothing, and its origin is nobody's.
 */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Clock, systemClock } from '../../base/clock.ts'

/** What the page asks with, as JSON; then a request of that path and a code. */
export const FRAME_PATH = '/frame'
export const frameInputSchema = z.strictObject({ html: z.string() })
/** Of 4 MB of a file as JSON: a byte that is no UTF-8 becomes three. */
export const FRAME_BODY_BYTES = 16_000_000

export const FRAME_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'SAMEORIGIN',
  'content-security-policy': [
    'sandbox',
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
}

export interface Frames {
  /** The path under which it is served for a minute: a frame that is moved or reloaded asks again. */
  keep(html: string): string
  /** Null when nothing is kept under that path (any more). */
  find(path: string): string | null
}

/** More than a page shows at a time; the oldest give way. */
const MOST = 8
const MOST_CHARACTERS = 32_000_000
const GOOD_FOR_MS = 60_000

export function createFrames(clock: Clock = systemClock): Frames {
  const kept = new Map<string, string>()
  const size = (): number => kept.values().reduce((sum, { length }) => sum + length, 0)
  return {
    keep(html) {
      const path = `${FRAME_PATH}/${randomBytes(24).toString('base64url')}`
      kept.set(path, html)
      for (const oldest of kept.keys())
        if (oldest !== path && (kept.size > MOST || size() > MOST_CHARACTERS)) kept.delete(oldest)
      clock.after(GOOD_FOR_MS, () => kept.delete(path))
      return path
    },
    find: (path) => kept.get(path) ?? null,
  }
}
