/** A scripted stand-in for the model APIs that agent CLIs talk to, on loopback. What it answers: see `behaviour.ts`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createEmitter } from '../../../src/base/emitter.ts'
import { anthropic } from './anthropic.ts'
import { chat } from './chat.ts'
import { gemini } from './gemini.ts'
import { countTokens, createChooser, type Behaviour, type ModelRequest } from './behaviour.ts'
import type { ErrorAnswer, Protocol } from './protocol.ts'
import { responses } from './responses.ts'
import { hang } from './stream.ts'

/** A model request, when it has arrived and before it is answered. */
export interface SeenRequest {
  readonly protocol: Protocol['name']
  readonly behaviour: Behaviour
  readonly model: string
  readonly userTexts: readonly string[]
  readonly toolNames: readonly string[]
  /** As it came. */
  readonly body: unknown
  /** As it was sent; null when none was. */
  readonly key: string | null
}

export interface MockLlm {
  /** Without a path; the base of Anthropic and Gemini. OpenAI's is `${url}/v1`. */
  readonly url: string
  readonly requests: readonly SeenRequest[]
  /** Everything else that was asked of it: other paths, and hosts that somebody tried to reach through it as a proxy. */
  readonly strangers: readonly string[]
  /** The first request, past or coming, that fits. */
  seen(fits: (request: SeenRequest) => boolean): Promise<SeenRequest>
  close(): Promise<void>
}

export async function startMockLlm(port = 0): Promise<MockLlm> {
  const requests: SeenRequest[] = []
  const strangers: string[] = []
  const news = createEmitter<SeenRequest>((error) => {
    throw error
  })
  const choose = createChooser()
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const route = routeOf(request)
    if (!route) {
      strangers.push(`${request.method} ${request.url}`)
      return sendJson(response, {
        status: 404,
        headers: {},
        body: { error: { message: 'mock: no such route' } },
      })
    }
    const body = await readJson(request)
    const parsed = route.protocol.parse(body, pathOf(request))
    if (route.isCount)
      return sendJson(response, {
        status: 200,
        headers: {},
        body: { input_tokens: countTokens(parsed) },
      })
    const behaviour = choose(parsed)
    const seen = { ...toSeen(route.protocol, behaviour, parsed), body, key: keyOf(request) }
    requests.push(seen)
    news.emit(seen)
    await answer(route.protocol, behaviour, { parsed, response })
  }
  const server = createServer((request, response) => {
    // A caller that is killed in mid-request breaks its socket; that is a test's intention.
    for (const end of [request, response]) end.on('error', () => {})
    serve(request, response).catch(() => response.destroy())
  })
  const refuse = (line: string, request: IncomingMessage, socket: NodeJS.WritableStream): void => {
    strangers.push(`${request.method} ${request.url}`)
    socket.on('error', () => {})
    socket.end(`HTTP/1.1 ${line}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)
  }
  server.on('connect', (request, socket) => refuse('403 Forbidden', request, socket))
  server.on('upgrade', (request, socket) => refuse('426 Upgrade Required', request, socket))
  await new Promise<void>((done, fail) =>
    server.once('error', fail).listen(port, '127.0.0.1', done),
  )
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  return {
    url: `http://127.0.0.1:${bound}`,
    requests,
    strangers,
    seen: (fits) =>
      new Promise((done) => {
        const past = requests.find(fits)
        if (past) return done(past)
        const off = news.on((request) => {
          if (!fits(request)) return
          off()
          done(request)
        })
      }),
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

const KEY_HEADERS = ['x-api-key', 'x-goog-api-key', 'authorization']

function keyOf({ headers }: IncomingMessage): string | null {
  const sent = KEY_HEADERS.map((name) => headers[name]).find((value) => value !== undefined)
  return sent === undefined ? null : String(sent).replace(/^Bearer /, '')
}

const toSeen = (
  protocol: Protocol,
  behaviour: Behaviour,
  parsed: ModelRequest,
): Omit<SeenRequest, 'key' | 'body'> => ({
  protocol: protocol.name,
  behaviour,
  model: parsed.model,
  userTexts: parsed.userTexts,
  toolNames: parsed.tools.map((tool) => tool.name),
})

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?')[0] ?? ''

const ROUTES: readonly (readonly [RegExp, Protocol])[] = [
  [/\/messages$/, anthropic],
  [/\/chat\/completions$/, chat],
  [/\/responses$/, responses],
  [/\/models\/[^/]+:(streamG|g)enerateContent$/, gemini],
]

function routeOf(request: IncomingMessage): { protocol: Protocol; isCount: boolean } | null {
  const path = pathOf(request)
  if (request.method !== 'POST') return null
  if (path.endsWith('/messages/count_tokens')) return { protocol: anthropic, isCount: true }
  const protocol = ROUTES.find(([pattern]) => pattern.test(path))?.[1]
  return protocol ? { protocol, isCount: false } : null
}

interface Exchange {
  readonly parsed: ModelRequest
  readonly response: ServerResponse
}

async function answer(
  protocol: Protocol,
  behaviour: Behaviour,
  { parsed, response }: Exchange,
): Promise<void> {
  const { name, args } = behaviour
  if (name === 'hang') return hang(response)
  const failure = failureOf(protocol, name, args.reset)
  if (!failure) return protocol.answer(behaviour, parsed, response)
  const retryAfter = args['retry-after'] === undefined ? {} : { 'retry-after': args['retry-after'] }
  sendJson(response, { ...failure, headers: { ...failure.headers, ...retryAfter } })
}

function failureOf(
  protocol: Protocol,
  name: string,
  reset: string | undefined,
): ErrorAnswer | null {
  if (name === 'quota')
    return protocol.quota(
      reset === undefined ? null : Math.floor(Date.now() / 1000) + Number(reset),
    )
  if (name === 'overflow') return protocol.overflow()
  return /^\d{3}$/.test(name)
    ? protocol.error(Number(name), MESSAGES[name] ?? `Mock: status ${name}`)
    : null
}

const MESSAGES: Readonly<Record<string, string>> = {
  401: 'Mock: invalid API key',
  404: 'Mock: model not found',
  429: 'Mock: rate limit reached',
  529: 'Overloaded',
}

function sendJson(response: ServerResponse, { status, headers, body }: ErrorAnswer): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body))
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString() || '{}')
}
