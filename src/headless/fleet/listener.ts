/**
 * The endpoint for other machines: a listener of its own, with the routes of `fleet/routes.ts` and nothing else. The page and the API of
 * the owner are never here. A browser has no business with it; everybody else brings a token.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { AccessToken } from '../../domain/messages/access-token.ts'
import { failure, httpStatusOf, type Failure } from '../../domain/failure.ts'
import type { FleetAccess } from '../../fleet/access.ts'
import type { ListenAddress } from '../../fleet/address.ts'
import type { Certificate } from '../../fleet/certificate.ts'
import type { FleetCall, FleetRoutes } from '../../fleet/routes.ts'
import { readJsonBody, sendFailure, sendJson, urlOf } from '../http/exchange.ts'
import { bearerOf } from '../http/guard.ts'
import { listen } from '../http/port.ts'
import { refuseSocket } from '../http/socket.ts'

export interface ListenerParts {
  readonly access: Pick<FleetAccess, 'admit' | 'hold'>
  readonly routes: Pick<FleetRoutes, 'find' | 'upgradeOf'>
  /** Null = without TLS. */
  readonly certificate: Certificate | null
  readonly clock: Clock
  readonly log: Log
}

export interface FleetListener {
  readonly port: number
  /** Ends all connections; resolves when the port is free. */
  close(): Promise<void>
}

/** Headers within 10 s. A result may be large and its line slow: the whole of a request within five minutes. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 5_000,
}
/** A request without a token is small: it is whole within this, or its connection ends. */
export const OPEN_BODY_MS = 10_000
/** At once; further ones are closed unread. */
const MOST_CONNECTIONS = 1_000
/** An upgraded socket says goodbye within this. With `SWEEP_MS` well under the ten seconds that a revocation may take. */
const GOODBYE_MS = 3_000

export async function openFleetListener(
  parts: ListenerParts,
  { host, port }: ListenAddress,
): Promise<Result<FleetListener, Failure>> {
  const closing = new AbortController()
  const sockets = createUpgrades(parts, closing.signal)
  const server = createListener(parts.certificate, createAnswer(parts, closing.signal))
  server.maxConnections = MOST_CONNECTIONS
  server.on('upgrade', sockets.upgrade)
  // Also those that are still shaking hands, which the server does not count among its connections.
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
  const destroyAll = (): void => {
    for (const socket of connections) socket.destroy()
  }
  const bound = await listen(server, host, { asked: port, kept: null })
  if (!bound.ok)
    return err({ ...bound.error, hint: 'name another address or port in [fleet] listen' })
  server.on('error', (error) =>
    parts.log.error('the fleet endpoint failed', { why: error.message }),
  )
  return ok({
    port: bound.value,
    close(): Promise<void> {
      const hasGoodbyes = sockets.count() > 0
      closing.abort()
      return new Promise((resolve) => {
        const cancel = hasGoodbyes ? parts.clock.after(GOODBYE_MS, destroyAll) : () => {}
        server.close(() => {
          cancel()
          resolve()
        })
        if (hasGoodbyes) server.closeAllConnections()
        else destroyAll()
      })
    },
  })
}

function createListener(certificate: Certificate | null, answer: RequestListener): Server {
  if (certificate === null) return createServer(LIMITS, answer)
  const { cert, key } = certificate
  const options = { ...LIMITS, cert, key, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 } as const
  return createTlsServer(options, answer)
}

function createAnswer(parts: ListenerParts, closing: AbortSignal): RequestListener {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('x-content-type-options', 'nosniff')
    const url = urlOf(request)
    if (!url) return sendFailure(response, malformed, { status: 400, isLast: true })
    const found = parts.routes.find(request.method ?? '', url.pathname)
    if (found.kind === 'none')
      return sendFailure(response, nothingAt(url), { status: 404, isLast: true })
    if (isOfBrowser(request)) return sendFailure(response, noBrowser, { isLast: true })
    if (found.kind === 'upgrade') {
      response.setHeader('upgrade', 'websocket')
      return sendFailure(response, onlySocket, { status: 426, isLast: true })
    }
    if (found.kind === 'method') {
      response.setHeader('allow', found.allowed.join(', '))
      return sendFailure(response, wrongMethod(found.allowed), { status: 405, isLast: true })
    }
    const { route, params } = found
    const address = addressOf(request)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const call: FleetCall = {
      request,
      response,
      url,
      params,
      address,
      signal: AbortSignal.any([gone.signal, closing]),
      body: (limit) => readJsonBody(request, limit),
      json: (status, body) => sendJson(response, status, body),
      fail: (reason) => refuse(response, reason, !request.complete),
    }
    if (route.access === 'open') {
      const late = parts.clock.after(OPEN_BODY_MS, () => request.complete || request.destroy())
      response.once('close', late)
      return route.handle(call)
    }
    const admitted = parts.access.admit(address, bearerOf(request))
    if (!admitted.ok) return refuse(response, admitted.error, true)
    const release = parts.access.hold(admitted.value.id, () => response.destroy())
    response.once('close', release)
    return route.handle({ ...call, token: admitted.value })
  }
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.destroyed || request.destroyed) return // it left while it was served
      // No query: nobody should have put a secret there, and somebody will.
      const path = urlOf(request)?.pathname ?? ''
      parts.log.error('a request of another machine failed', { path, error: String(error) })
      if (response.headersSent) response.destroy()
      else sendFailure(response, failure('internal', 'the host failed at this request'))
    })
  }
}

function refuse(response: ServerResponse, reason: Failure, isLast: boolean): void {
  const retryAfter = reason.facts?.['retryAfterSec']
  if (typeof retryAfter === 'number' && !response.headersSent)
    response.setHeader('retry-after', retryAfter)
  sendFailure(response, reason, { isLast })
}

function createUpgrades({ access, routes, clock, log }: ListenerParts, closing: AbortSignal) {
  let count = 0
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const admitted = admitUpgrade({ access, routes }, request)
    if (!admitted.ok) return refuseSocket(socket, admitted.error)
    const { token, serve } = admitted.value
    const goodbyes: ((reason: 'token' | 'closing') => void)[] = []
    const end = (reason: 'token' | 'closing'): void => {
      for (const goodbye of goodbyes) goodbye(reason)
      if (goodbyes.length === 0) return void socket.destroy()
      const cancel = clock.after(GOODBYE_MS, () => socket.destroy())
      socket.once('close', cancel)
    }
    const onClosing = (): void => end('closing')
    const release = access.hold(token.id, () => end('token'))
    closing.addEventListener('abort', onClosing, { once: true })
    count += 1
    socket.once('close', () => {
      count -= 1
      release()
      closing.removeEventListener('abort', onClosing)
    })
    const onEnd = (goodbye: (reason: 'token' | 'closing') => void): void =>
      void goodbyes.push(goodbye)
    serve({ request, socket, head, token, address: addressOf(request), onEnd })
  }
  return {
    count: (): number => count,
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on('error', () => socket.destroy()) // it went away
      try {
        upgrade(request, socket, head)
      } catch (error) {
        // An error thrown in an event handler of the server is uncaught: it would end the host or leak the socket.
        const path = urlOf(request)?.pathname ?? ''
        log.error('an upgrade of another machine failed', { path, error: String(error) })
        socket.destroy()
      }
    },
  }
}

type Serve = NonNullable<ReturnType<FleetRoutes['upgradeOf']>>
type Admitted = { readonly token: AccessToken; readonly serve: Serve }

function admitUpgrade(
  { access, routes }: Pick<ListenerParts, 'access' | 'routes'>,
  request: IncomingMessage,
): Result<Admitted, Failure & { readonly status: number }> {
  const refusal = (reason: Failure, status = httpStatusOf(reason)) => err({ ...reason, status })
  const url = urlOf(request)
  if (!url) return refusal(malformed, 400)
  const serve = routes.upgradeOf(url.pathname)
  if (!serve) return refusal(nothingAt(url), 404)
  if (isOfBrowser(request)) return refusal(noBrowser)
  const admitted = access.admit(addressOf(request), bearerOf(request))
  return admitted.ok ? ok({ token: admitted.value, serve }) : refusal(admitted.error)
}

/** Node's own `fetch` sends a lone `Sec-Fetch-Mode`. */
const isOfBrowser = ({ headers }: IncomingMessage): boolean =>
  headers.origin !== undefined ||
  headers.cookie !== undefined ||
  headers['sec-fetch-site'] !== undefined

/** An IPv4 client of a listener on all addresses is the same one that it is anywhere else. */
const addressOf = ({ socket }: IncomingMessage): string =>
  (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '')

const malformed = failure('bad-request', 'the address is malformed')
const noBrowser = failure('not-allowed', 'no page of a browser may call here', {
  facts: { header: 'Origin' },
})
const onlySocket = failure('version', 'only a WebSocket is served here')
const nothingAt = ({ pathname }: URL): Failure =>
  failure('bad-request', `there is nothing at ${pathname}`)
const wrongMethod = (allowed: readonly string[]): Failure =>
  failure('bad-request', `only ${allowed.join(' and ')} is served here`)
