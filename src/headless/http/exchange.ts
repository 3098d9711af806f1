/** Plain HTTP: the URL and the JSON body of a request, and answers. A failure over REST has the shape that `yard … --json` prints. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ok, type Result } from '../../base/result.ts'
import { isTooDeep, MAX_JSON_DEPTH } from '../../domain/bounds.ts'
import { fail, httpStatusOf, type Failure } from '../../domain/failure.ts'

export const errorBody = (error: Failure): { error: Failure } => ({ error })

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  })
  response.end(text)
}

/** `isLast` closes the connection: the rest of its request was not read. */
export function sendFailure(
  response: ServerResponse,
  error: Failure,
  more: { readonly status?: number; readonly isLast?: boolean } = {},
): void {
  if (more.isLast && !response.headersSent) response.setHeader('connection', 'close')
  if (error.kind === 'unauthorized' && !response.headersSent)
    response.setHeader('www-authenticate', 'Bearer realm="yard"')
  sendJson(response, more.status ?? httpStatusOf(error), errorBody(error))
}

/** Never throws: it is input from outside, read before any token. Null when it is no URL; leading slashes count as one, so that no path names another host. */
export function urlOf(request: Pick<IncomingMessage, 'url'>): URL | null {
  const path = request.url ?? '/'
  return path.startsWith('/') ? URL.parse(path.replace(/^\/+/, '/'), 'http://localhost') : null
}

/** An empty body is an empty object. Of one that is too large the rest stays unread: the connection has to be closed. */
export async function readJsonBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Result<unknown, Failure>> {
  const text = await readText(request, limitBytes)
  if (text === null)
    return fail('bad-request', `the body is larger than ${Math.round(limitBytes / 1e6)} MB`, {
      hint: 'send it in parts',
      facts: { limitBytes },
    })
  if (text.trim() === '') return ok({})
  if (isTooDeep(text))
    return fail('bad-request', `the body is nested deeper than ${MAX_JSON_DEPTH} levels`, {
      facts: { field: null },
    })
  try {
    return ok(JSON.parse(text))
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable'
    return fail('bad-request', `the body is not JSON: ${why}`, { facts: { field: null } })
  }
}

/** Reads on to the end of a body that is refused, up to so much: who still sends would see a reset instead of the answer. */
export async function discardBody(request: IncomingMessage, limitBytes: number): Promise<void> {
  let size = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += Buffer.isBuffer(chunk) ? chunk.length : 0
    if (size > limitBytes) return
  }
}

async function readText(request: IncomingMessage, limitBytes: number): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return null
  const chunks: Buffer[] = []
  let size = 0
  // What is left of one that is too large stays unread; the answer still goes out by the same connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > limitBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
