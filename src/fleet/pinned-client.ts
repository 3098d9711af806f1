/**
 * The other side of a fleet endpoint: requests and WebSockets to it. With a pin, the certificate is compared before the connection is
 * given to HTTP, so that another server sees no byte of a request, and the token least of all.
 */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { text as readText } from 'node:stream/consumers'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { z } from 'zod'
import { err, ok, orElse, type Result } from '../base/result.ts'
import { errorText } from '../base/text.ts'
import { failure, type Failure, fail } from '../domain/failure.ts'
import { pinOf } from './certificate.ts'
import { isToken } from './tokens.ts'

export interface FleetTarget {
  /** `https://hub.example:7443` */
  readonly url: string
  /** `sha256/…`; null = the certificate is checked as that of any site. */
  readonly pin: string | null
  /** Asked for each connection, so that a new one counts at once. Null = none. */
  readonly token?: (() => string | null) | undefined
  /** `HTTPS_PROXY` (of a proxy that speaks plain HTTP to us) and `NO_PROXY` count. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

export interface FleetRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON unless it is text or bytes. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export interface FleetAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** To be read or destroyed. */
  readonly body: IncomingMessage
  text(): Promise<string>
  /** Null where it is no JSON. */
  json(): Promise<unknown>
}

export type FleetClient = ReturnType<typeof createFleetClient>

/** Failures: `bad-request` for an address or pin that is none, or that would carry a token in clear text to another machine. */
export function openFleetClient(target: FleetTarget): Result<FleetClient, Failure> {
  const url = URL.parse(target.url)
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    return fail('bad-request', `${target.url} is no address such as https://hub.example:7443`)
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    return fail('bad-request', `${target.url} would be asked without encryption`, {
      hint: 'take its https address; plain http is for this machine alone',
    })
  if (url.protocol === 'http:' && target.pin !== null)
    return fail('bad-request', `${target.url} has no certificate that a pin could be of`)
  if (target.pin !== null && normalPin(target.pin) === null)
    return fail('bad-request', `${target.pin} is no pin such as sha256/…`, {
      hint: '`yard token invite` on the other side prints it',
    })
  return ok(createFleetClient(url, target))
}

function createFleetClient(base: URL, { pin, token, env }: FleetTarget) {
  const isTls = base.protocol === 'https:'
  const proxyEnv = env === undefined ? {} : { proxyEnv: env }
  const agent = isTls
    ? new PinnedAgent(pin === null ? null : normalPin(pin), proxyEnv)
    : new HttpAgent({ keepAlive: true, ...proxyEnv })
  const authorization = (): Record<string, string> => {
    const text = token?.() ?? null
    return text === null ? {} : { authorization: `Bearer ${text}` }
  }
  return {
    /** Rejects when no answer comes: a refused connection, a `PinMismatch`, an abort. */
    async call(path: string, options: FleetRequest = {}): Promise<FleetAnswer> {
      const { method = 'GET', headers = {}, body, signal } = options
      const content = contentOf(body)
      const send = isTls ? httpsRequest : httpRequest
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
      const sent = send(new URL(path, base), {
        method,
        agent,
        headers: { ...content.headers, ...headers, ...authorization() },
        ...(signal ? { signal } : {}),
      })
      sent.on('response', resolve)
      sent.on('error', reject)
      sent.end(content.bytes)
      const response = await promise
      const text = (): Promise<string> => readText(response)
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: response,
        text,
        json: async () => parsed(await text()),
      }
    },
    /** For the constructor of a WebSocket: `new WebSocket(url, options)`. */
    socket(path: string) {
      const url = new URL(path, base)
      url.protocol = isTls ? 'wss:' : 'ws:'
      return { url: url.href, options: { agent, headers: authorization() } }
    },
    close: () => agent.destroy(),
  }
}

function contentOf(body: unknown): {
  bytes?: string | Uint8Array
  headers: Record<string, string>
} {
  if (body === undefined) return { headers: {} }
  if (typeof body === 'string' || body instanceof Uint8Array) return { bytes: body, headers: {} }
  return { bytes: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

const parsed = (text: string): unknown => orElse(() => JSON.parse(text) as unknown, null)

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name)

/** Standard base64 with its padding. Null when it is no pin. */
function normalPin(pin: string): string | null {
  const hash = /^sha256\/([A-Za-z0-9+/_-]{43})=?$/.exec(pin)?.[1]
  return hash === undefined ? null : `sha256/${Buffer.from(hash, 'base64').toString('base64')}`
}

export class PinMismatch extends Error {
  override readonly name = 'PinMismatch'
  constructor(host: string, expected: string, found: string | null) {
    super(
      `the certificate of ${host} has another pin: ${found ?? 'none'} instead of ${expected}; nothing was sent`,
    )
  }
}

type Made = (error: Error | null, socket: Duplex) => void
type Connect = Parameters<HttpsAgent['createConnection']>

/** Hands out connections whose certificate has the pin. A proxy (CONNECT) sees the encrypted bytes alone. */
class PinnedAgent extends HttpsAgent {
  readonly #pin: string | null

  constructor(pin: string | null, options: { proxyEnv?: NodeJS.ProcessEnv }) {
    // A resumed session would bring no certificate along.
    super({ keepAlive: true, maxCachedSessions: 0, ...options })
    this.#pin = pin
  }

  override createConnection(options: Connect[0], made?: Made): Duplex | null | undefined {
    const pin = this.#pin
    if (pin === null || !made) return super.createConnection(options, made)
    const check = (socket: TLSSocket): void => checkPin(socket, pin, made)
    // The pin alone says who it is: a certificate of our own making has no issuer, and any name leads to it.
    const socket = super.createConnection(
      { ...options, rejectUnauthorized: false },
      (error, tunnelled) => (error ? made(error, tunnelled) : check(tunnelled as TLSSocket)),
    )
    // Behind a proxy it is the connection to that, and the callback above brings the one that counts.
    if (socket instanceof TLSSocket) check(socket)
    return undefined
  }
}

function checkPin(socket: TLSSocket, pin: string, made: Made): void {
  const compare = (): void => {
    socket.off('error', refuse)
    const { raw } = socket.getPeerCertificate()
    const found = raw === undefined ? null : pinOf(raw)
    if (found === pin) return made(null, socket)
    socket.destroy()
    made(new PinMismatch(socket.remoteAddress ?? 'the other side', pin, found), socket)
  }
  const refuse = (error: Error): void => {
    socket.off('secureConnect', compare)
    made(error, socket)
  }
  socket.once('error', refuse)
  if (socket.getCipher()?.name !== undefined && !socket.connecting) compare()
  else socket.once('secureConnect', compare)
}

const grantSchema = z.object({ token: z.string().refine(isToken, 'is no token') })
const refusalSchema = z.object({ error: z.object({ message: z.string() }) })

/** Exchanges a code for a token. `name`: what this machine calls itself. */
export async function joinFleet(
  target: Pick<FleetTarget, 'url' | 'pin' | 'env'>,
  { code, name }: { readonly code: string; readonly name: string },
  signal?: AbortSignal,
): Promise<Result<string, Failure>> {
  const client = openFleetClient(target)
  if (!client.ok) return client
  try {
    const body = { code, name }
    const options = { method: 'POST', body, ...(signal ? { signal } : {}) }
    const answer = await client.value.call('/api/fleet/join', options)
    const said = await answer.json()
    const grant = grantSchema.safeParse(said)
    if (grant.success) return ok(grant.data.token)
    const refusal = refusalSchema.safeParse(said)
    const why = refusal.success ? refusal.data.error.message : `it answered ${answer.status}`
    return fail('unauthorized', `${target.url} gave no token: ${why}`, {
      hint: 'ask for a new code: `yard token invite` on the other side',
      facts: { status: answer.status },
    })
  } catch (error) {
    return err(unreachable(target.url, error))
  } finally {
    client.value.close()
  }
}

/** Why no answer came, for people. */
export function unreachable(url: string, error: unknown): Failure {
  const isPin = error instanceof PinMismatch
  return failure(isPin ? 'not-allowed' : 'not-running', `${url}: ${errorText(error)}`, {
    hint: isPin
      ? 'compare the pin with what `yard token invite` on the other side prints'
      : 'is it running, and does a firewall let this machine in?',
  })
}
