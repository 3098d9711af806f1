/** The one listener: the public page, the exchange of a code for a page session, and behind the guard everything else. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Result } from '../../base/result.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { readJsonBody, sendFailure, sendJson, urlOf } from './exchange.ts'
import type { Api } from './api.ts'
import {
  createFrames,
  FRAME_BODY_BYTES,
  FRAME_HEADERS,
  FRAME_PATH,
  frameInputSchema,
  type Frames,
} from './frames.ts'
import { createGuard, type Guard, type GuardParts } from './guard.ts'
import { createOneUseCodes, type OneUseCodes } from './one-use-codes.ts'
import { listen } from './port.ts'
import { createSocketEndpoint, type SocketParts } from './socket.ts'
import { pageFileOf, SAFETY_HEADERS, sendPageFile } from './page-files.ts'
import type { PageSessions } from '../../yard/access/page-sessions.ts'

export interface HttpParts
  extends Omit<GuardParts, 'sessions' | 'port'>, Omit<SocketParts, 'guard'> {
  readonly sessions: PageSessions
  /** The command that gives a fresh address of the page, as a person can paste it. */
  readonly pageCommand: string
  /** The built page; null = none is served. */
  readonly pageRoot: string | null
  /** What is behind the guard; the signal aborts when the doors close. */
  readonly api: (signal: AbortSignal) => Api
}

/** A request that dawdles is dropped: headers within 10 s, the whole of it within a minute. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000

export function createHttpListener(parts: HttpParts) {
  const closing = new AbortController()
  const codes = createOneUseCodes(() => parts.clock.monotonic())
  let bound = 0
  const guard = createGuard({ ...parts, port: () => bound })
  const sockets = createSocketEndpoint({ ...parts, guard })
  const answer = createAnswer({ ...parts, guard, codes }, parts.api(closing.signal))
  const url = (): string => addressOf(parts.host, bound)
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
    url,
    /** Where a browser is sent: good once, within ten minutes. */
    pageUrl: () => `${url()}/#code=${codes.issue()}`,
    async listen(ports: Parameters<typeof listen>[2]): Promise<Result<number, Failure>> {
      const port = await listen(server, parts.host, ports)
      if (port.ok) bound = port.value
      return port
    },
    /** Ends all connections; resolves when the port is free. */
    close(): Promise<void> {
      closing.abort()
      sockets.close()
      return new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

/** Everywhere means here, too: a browser is sent to loopback. */
function addressOf(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`
  if (host === '::') return `http://[::1]:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

type Doors = HttpParts & { readonly guard: Guard; readonly codes: OneUseCodes }

function createAnswer(parts: Doors, api: Api): Answer {
  const { guard } = parts
  const frames = createFrames()
  return async (request, response) => {
    for (const [name, value] of Object.entries(SAFETY_HEADERS)) response.setHeader(name, value)
    const url = urlOf(request)
    if (!url) return sendFailure(response, failure('bad-request', 'the address is malformed'))
    const wrongHost = guard.checkHost(request)
    if (wrongHost) return sendFailure(response, wrongHost, { isLast: true })
    if (await sendPage(parts.pageRoot, request, response, url.pathname)) return
    if (sendFrame(frames, request, response, url.pathname)) return
    if (url.pathname === '/session') return answerSession(parts, request, response)
    const admitted = guard.admit(request)
    if (!admitted.ok) return sendFailure(response, admitted.error, { isLast: true })
    if (url.pathname === FRAME_PATH)
      return admitted.value.kind === 'person'
        ? keepFrame(frames, request, response)
        : sendFailure(response, failure('not-allowed', 'an agent may show nothing in the page'))
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

/** Its code is all that a frame can bring along: it is unguessable, and shows only what a person's page has just put there. */
function sendFrame(
  frames: Frames,
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  path: string,
): boolean {
  // A browser says what it is for: it is shown in a frame, never as a page of this origin.
  const isFramed = (headers['sec-fetch-dest'] ?? 'iframe') === 'iframe'
  const html = method === 'GET' && isFramed ? frames.find(path) : null
  if (html === null) return false
  response.writeHead(200, FRAME_HEADERS).end(html)
  return true
}

async function keepFrame(
  frames: Frames,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJsonBody(request, FRAME_BODY_BYTES)
  const read = frameInputSchema.safeParse(body.ok ? body.value : null)
  if (read.success) return sendJson(response, 200, { path: frames.keep(read.data.html) })
  const wrong = failure('bad-request', 'a frame is asked for with {"html": "…"}')
  sendFailure(response, body.ok ? wrong : body.error, { isLast: true })
}

const codeSchema = z.strictObject({ code: z.string().min(1).max(200) })

/** Larger than any code. */
const CODE_BODY_BYTES = 1000

/**
 * A code is used up by the first try, and its holder may read everything: so the answer is kept out of every cache. A page
 * without one learns which command gives a fresh one.
 */
async function answerSession(
  { guard, codes, sessions, pageCommand }: Doors,
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
