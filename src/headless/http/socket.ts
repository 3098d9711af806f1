/** RPC over WebSocket, for the page. The token comes as the subprotocol `yard.token.…`, since a page can set no header. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type MessageEvent, type WebSocket } from 'ws'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { err, type Result } from '../../base/result.ts'
import type { Actor } from '../../domain/command.ts'
import { isTooDeep, MAX_JSON_DEPTH } from '../../domain/bounds.ts'
import { failure, httpStatusOf, type Failure } from '../../domain/failure.ts'
import type { Guard } from './guard.ts'
import { urlOf } from './exchange.ts'

/** A WebSocket whose `send` resolves once the message has left this process. */
type PacedSocket = Pick<WebSocket, 'addEventListener'> & {
  send(data: Parameters<WebSocket['send']>[0]): Promise<void>
}

export interface SocketParts {
  readonly guard: Guard
  readonly clock: Clock
  readonly log: Log
  /** Serves one connection for as long as it lasts. */
  readonly serve: (socket: PacedSocket, actor: Actor) => void
  readonly onCount?: (count: number) => void
}

const TOKEN_PROTOCOL = 'yard.token.'
/** As much as over HTTP: a page sends a whole graph of 100,000 tasks in one message, and an agent has no use for that. */
const MAX_MESSAGE_BYTES = { person: 100_000_000, other: 5_000_000 } as const
const PING_MS = 30_000
/** Close code of our own: the page asks again, and is refused. */
const SESSION_ENDED = 4401

export function createSocketEndpoint(parts: SocketParts) {
  const { guard, log } = parts
  let count = 0
  const tell = (change: 1 | -1): void => {
    count += change
    parts.onCount?.(count)
  }
  const persons = openServer(MAX_MESSAGE_BYTES.person)
  const others = openServer(MAX_MESSAGE_BYTES.other)
  const open = (socket: WebSocket, actor: Actor, request: IncomingMessage): void => {
    const end = (): void => socket.close(SESSION_ENDED, 'the page session has ended')
    socket.once('close', guard.watch(request, end, tokenOf(request)))
    keepAlive(socket, parts.clock)
    tell(1)
    socket.once('close', () => tell(-1))
    socket.on('error', (error) => log.debug('a WebSocket failed', { error: error.message }))
    parts.serve({ addEventListener: shallowOnly(socket), send: pacedSend(socket) }, actor)
  }
  return {
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on('error', () => socket.destroy()) // it went away before it was one of ours
      try {
        const admitted = admitSocket(guard, request)
        if (!admitted.ok) return refuseSocket(socket, admitted.error)
        const server = admitted.value.kind === 'person' ? persons : others
        server.handleUpgrade(request, socket, head, (made) => open(made, admitted.value, request))
      } catch (error) {
        // An error thrown in an event handler of the server is uncaught: it would end the host or leak the socket.
        log.error('an upgrade failed', { path: request.url ?? '', error: String(error) })
        socket.destroy()
      }
    },
    close(): void {
      for (const server of [persons, others]) {
        for (const socket of server.clients) socket.close(1001, 'the host ends')
        server.close()
        for (const socket of server.clients) socket.terminate()
      }
    },
  }
}

const openServer = (maxPayload: number): WebSocketServer =>
  new WebSocketServer({
    noServer: true,
    maxPayload,
    // Never echoes the token back.
    handleProtocols: (offered) => (offered.has('yard') ? 'yard' : false),
  })

type Refusal = Failure & { readonly status: number }

function admitSocket(guard: Guard, request: IncomingMessage): Result<Actor, Refusal> {
  const refusal = (f: Failure, status = httpStatusOf(f)) => err({ ...f, status })
  const path = urlOf(request)?.pathname
  if (path === undefined) return refusal(failure('bad-request', 'the address is malformed'), 400)
  const admitted = guard.admit(request, tokenOf(request))
  if (!admitted.ok) return refusal(admitted.error)
  if (path !== '/ws') return refusal(failure('bad-request', `no WebSocket at ${path}`), 404)
  return admitted
}

/** Resolves once the message has left this process, so that a slow page slows down its own queue and takes no memory. */
const pacedSend =
  (socket: WebSocket) =>
  (data: Parameters<WebSocket['send']>[0]): Promise<void> =>
    new Promise((resolve) => {
      socket.send(data, () => resolve())
    })

/** Ends a connection by the first message that is nested deeper than any request may be: it never gets to those who recurse. */
const shallowOnly = (socket: WebSocket): WebSocket['addEventListener'] =>
  ((type: 'message', listen: (event: MessageEvent) => void) => {
    if (type !== 'message') return socket.addEventListener(type, listen)
    socket.addEventListener('message', (event) => {
      const { data } = event
      const text = typeof data === 'string' ? data : bytesOf(data).toString('latin1')
      if (isTooDeep(text)) socket.close(1008, `nested deeper than ${MAX_JSON_DEPTH} levels`)
      else listen(event)
    })
  }) as WebSocket['addEventListener']

const bytesOf = (data: Exclude<MessageEvent['data'], string>): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Uint8Array)

function tokenOf(request: IncomingMessage): string | null | undefined {
  const offered = request.headers['sec-websocket-protocol']
  const names = offered?.split(',').map((name) => name.trim()) ?? []
  return names.find((name) => name.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length)
}

/** Answers an upgrade that is refused, and ends its connection. */
export function refuseSocket(socket: Duplex, { status, ...f }: Refusal): void {
  const body = JSON.stringify({ error: f })
  // The other side may never close its half.
  socket.once('finish', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** Ends a connection whose other side has vanished without a word. */
function keepAlive(socket: WebSocket, clock: Clock): void {
  let isAlive = true
  let cancel = clock.after(PING_MS, tick)
  function tick(): void {
    if (!isAlive) return socket.terminate()
    isAlive = false
    socket.ping()
    cancel = clock.after(PING_MS, tick)
  }
  socket.on('pong', () => (isAlive = true))
  socket.on('close', () => cancel())
}
