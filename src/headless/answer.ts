/** Answers of the plain HTTP doors. A refusal over REST has the same shape as `yard … --json` prints. */
import type { ServerResponse } from 'node:http'
import { httpStatusOf, type Failure } from '../domain/failure.ts'

export const errorBody = (failure: Failure): { error: Failure } => ({ error: failure })

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
  failure: Failure,
  more: { readonly status?: number; readonly isLast?: boolean } = {},
): void {
  if (more.isLast && !response.headersSent) response.setHeader('connection', 'close')
  if (failure.kind === 'unauthorized' && !response.headersSent)
    response.setHeader('www-authenticate', 'Bearer realm="yard"')
  sendJson(response, more.status ?? httpStatusOf(failure), errorBody(failure))
}
