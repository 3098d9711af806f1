/**
 * Documents that an agent has made, shown in a frame of the page. The page puts one here and gets a path that is good once. What comes
 * from there has a policy of its own, so that its styles show; no script runs in it, it loads nothing, and its origin is nobody's.
 */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'

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
  /** The path under which it is served once. */
  keep(html: string): string
  /** Null when nothing is kept under that path (any more). */
  take(path: string): string | null
}

/** More than one page shows at a time; the oldest give way. */
const MOST = 8

export function createFrames(): Frames {
  const kept = new Map<string, string>()
  return {
    keep(html) {
      const path = `${FRAME_PATH}/${randomBytes(24).toString('base64url')}`
      kept.set(path, html)
      for (const oldest of kept.keys()) if (kept.size > MOST) kept.delete(oldest)
      return path
    },
    take(path) {
      const html = kept.get(path) ?? null
      kept.delete(path)
      return html
    },
  }
}
