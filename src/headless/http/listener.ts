/** The one listener: the public page, the exchange of a code for a page session, and behind the guard everything else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Log } from '../../base/log.ts'
import { failure } from '../../domain/failure.ts'
import { sendFailure, sendJson } from './exchange.ts'
import type { Api } from './api.ts'
import { readJsonBody } from './exchange.ts'
import type { Guard } from './guard.ts'
import type { OneUseCodes } from './one-use-codes.ts'
import type { SocketEndpoint } from './socket.ts'
import { pageFileOf, SAFETY_HEADERS, sendPageFile } from './page-files.ts'
import { urlOf } from './exchange.ts'
import type { PageSessions } from '../../yard/access/page-sessions.ts'

interface HttpParts {
  readonly guard: Guard
  readonly codes: OneUseCodes
  readonly sessions: Pick<PageSessions, 'open'>
  /** The command that gives a fresh address of the page, as a person can paste it. */
  readonly pageCommand: string
  /** The built page; null = none is served. */
  readonly pageRoot: string | null
  readonly log: Log
  /** What is behind the guard; the signal aborts when the doors close. */
  readonly api: (signal: AbortSignal) => Api
  readonly sockets: SocketEndpoint
}

interface HttpListener {
  readonly server: Server
  /** Ends all connections; resolves when the port is free. */
  close(): Promise<void>
}

/** A request that dawdles is dropped: headers within 10 s, the whole of it within a minute. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000

export function createHttpListener(parts: HttpParts): HttpListener {
  const closing = new AbortController()
  const { sockets } = parts
  const answer = createAnswer(parts, parts.api(closing.signal))
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: 5_000,
  })
  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.destroyed || request.destroyed) return // it left while it was served
      parts.log.error('a request failed', { path: request.url ?? '', error: String(error) })
      if (response.headersSent)
        response.destroy() // half an answer must not look like a whole one
      else sendFailure(response, failure('internal', 'the host failed at this request'))
    })
  })
  server.on('upgrade', sockets.upgrade)
  return {
    server,
    close() {
      closing.abort()
      sockets.close()
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

function createAnswer(parts: HttpParts, api: Api): Answer {
  const { guard } = parts
  return async (request, response) => {
    for (const [name, value] of Object.entries(SAFETY_HEADERS)) response.setHeader(name, value)
    const url = urlOf(request)
    if (!url) return sendFailure(response, failure('bad-request', 'the address is malformed'))
    const wrongHost = guard.checkHost(request)
    if (wrongHost) return sendFailure(response, wrongHost, { isLast: true })
    if (await sendPage(parts.pageRoot, request, response, url.pathname)) return
    if (url.pathname === '/session') return answerSession(parts, request, response)
    const admitted = guard.admit(request)
    if (!admitted.ok) return sendFailure(response, admitted.error, { isLast: true })
    const unwatch = guard.watch(request, () => response.destroy())
    response.once('close', unwatch)
    await api(request, response, url, admitted.value)
  }
}

async function sendPage(
  pageRoot: string | null,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<boolean> {
  const isHead = request.method === 'HEAD'
  if (pageRoot === null || (request.method !== 'GET' && !isHead)) return false
  const file = pageFileOf(pageRoot, path)
  return file !== null && (await sendPageFile(response, file, isHead))
}

const codeSchema = z.strictObject({ code: z.string().min(1).max(200) })

/** Larger than any code. */
const CODE_BODY_BYTES = 1000

/**
 * A code is used up by the first try, and its holder may read everything: so the answer is kept out of every cache. A page
 * without one learns which command gives a fresh one.
 */
async function answerSession(
  { guard, codes, sessions, pageCommand }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const wrongOrigin = guard.checkOrigin(request)
  if (wrongOrigin) return sendFailure(response, wrongOrigin, { isLast: true })
  const isAsking = request.method !== 'POST'
  const body = isAsking ? null : await readJsonBody(request, CODE_BODY_BYTES)
  const read = codeSchema.safeParse(body?.ok ? body.value : null)
  if (read.success && codes.redeem(read.data.code))
    return sendJson(response, 200, { token: sessions.open(request.headers['user-agent'] ?? null) })
  const gone = failure('unauthorized', 'this code was used already, is too old, or never was one', {
    hint: `get a fresh address: ${pageCommand}`,
    facts: { command: pageCommand },
  })
  sendFailure(response, gone, { isLast: true })
}
