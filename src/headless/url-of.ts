/** The address that a request asks for, read without ever throwing: it is text from outside, and seen before any token. */
import type { IncomingMessage } from 'node:http'

/** Null when it is none; slashes in front count as one, so that no path names another host. */
export function urlOf(request: Pick<IncomingMessage, 'url'>): URL | null {
  const path = request.url ?? '/'
  return path.startsWith('/') ? URL.parse(path.replace(/^\/+/, '/'), 'http://localhost') : null
}
