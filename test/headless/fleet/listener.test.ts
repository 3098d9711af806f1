/** What the endpoint for other machines serves, over real TLS: only what was added to its routes, and only to tokens that hold. */
import { once } from 'node:events'
import { request } from 'node:https'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Certificate } from '../../../src/fleet/certificate.ts'
import type { TokenCall } from '../../../src/fleet/routes.ts'
import { OPEN_BODY_MS } from '../../../src/headless/fleet/listener.ts'
import { makeCertificate, openFleetBench, type FleetBench } from '../../fleet/fleet-bench.ts'

let certificate: Certificate
beforeAll(async () => {
  certificate = await makeCertificate()
})

let bench: FleetBench
beforeEach(async () => {
  bench = await openFleetBench(certificate)
})
afterEach(() => bench.close())

interface Sent {
  readonly method?: string
  readonly token?: string | null
  readonly headers?: Record<string, string>
  readonly body?: string
}

function send(path: string, { method = 'GET', token = null, headers = {}, body }: Sent = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number
    headers: Record<string, unknown>
    text: string
  }>()
  const sent = request(new URL(bench.url).origin + path, {
    method,
    agent: false,
    rejectUnauthorized: false,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
  })
  sent.on('response', (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => (text += chunk))
    response.on('error', reject)
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
    )
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}
const statusOf = async (path: string, sent: Sent = {}): Promise<number> =>
  (await send(path, sent)).status

const addMail = (handle: (call: TokenCall) => void | Promise<void> = ({ json }) => json(200, {})) =>
  bench.routes.add({ method: 'GET', path: '/api/fleet/mail', access: 'token', handle })

describe('the endpoint', () => {
  it.each([
    ...['/', '/index.html', '/assets/index-1a2b.js', '/session', '/frame', '/ws', '/nowhere'],
    ...[
      '/api/tasks',
      '/api/task/a',
      '/api/tokens',
      '/api/token',
      '/api/openapi.json',
      '/api/events',
    ],
    ...[
      '/rpc/service/status',
      '/api/fleet',
      '/api/fleet/',
      '/api/fleet/../tasks',
      '/api/agents/ws',
    ],
  ])('has nothing at %s, for anybody', async (path) => {
    addMail()
    for (const token of [null, bench.token()])
      for (const method of ['GET', 'POST'])
        expect(await statusOf(path, { token, method })).toBe(404)
  })

  it('serves a route to a token that holds, and to nobody else', async () => {
    addMail(({ token, address, json }) => json(200, { name: token.name, address }))
    const token = bench.token()
    const answer = await send('/api/fleet/mail', { token })
    expect(JSON.parse(answer.text)).toEqual({ name: 'laptop', address: '127.0.0.1' })
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' })
    expect(await statusOf('/api/fleet/mail')).toBe(401)
    expect(await statusOf('/api/fleet/mail', { token: `${token}x` })).toBe(401)
    expect(await statusOf('/api/fleet/mail?x=1', { token })).toBe(200)
    const post = await send('/api/fleet/mail', { method: 'POST', token, body: 'x'.repeat(100_000) })
    expect([post.status, post.headers['allow']]).toEqual([405, 'GET'])
    bench.revoke(token)
    expect(await statusOf('/api/fleet/mail', { token })).toBe(401)
  })

  it.each([
    ['an Origin', { origin: 'https://127.0.0.1' }],
    ['a null Origin', { origin: 'null' }],
    ['a cookie', { cookie: 'a=b' }],
    ['a browser’s fetch', { 'sec-fetch-site': 'same-origin' }],
  ])('refuses %s even with a token', async (_what, headers) => {
    addMail()
    expect(await statusOf('/api/fleet/mail', { token: bench.token(), headers })).toBe(403)
  })

  it('answers 429 after ten failures within a minute, and says for how long', async () => {
    addMail()
    const token = bench.token()
    for (let n = 0; n < 10; n += 1) expect(await statusOf('/api/fleet/mail')).toBe(401)
    const refused = await send('/api/fleet/mail', { token })
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60'])
    bench.clock.advance(60_000)
    expect(await statusOf('/api/fleet/mail', { token })).toBe(200)
  })

  it('says 500 where a handler fails, and logs no query', async () => {
    addMail(() => Promise.reject(new Error('boom')))
    expect(await statusOf('/api/fleet/mail?token=secret', { token: bench.token() })).toBe(500)
    expect(bench.errors).toHaveLength(1)
    expect(JSON.stringify(bench.errors)).toContain('boom')
    expect(JSON.stringify(bench.errors)).not.toContain('secret')
  })

  it('lets go of a handler whose client has left', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<boolean>()
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
    addMail(({ signal }) => {
      signal.addEventListener('abort', () => resolve(signal.aborted))
      reach()
    })
    const sent = request(`${bench.url}/api/fleet/mail`, {
      agent: false,
      rejectUnauthorized: false,
      headers: { authorization: `Bearer ${bench.token()}` },
    })
    sent.on('error', () => {})
    sent.end()
    await reached
    sent.destroy()
    expect(await aborted).toBe(true)
  })

  it('speaks no TLS to plain text', async () => {
    const socket = connect(bench.endpoint.port, '127.0.0.1')
    socket.write('GET /api/fleet/mail HTTP/1.1\r\n\r\n')
    let text = ''
    socket.on('data', (chunk) => (text += String(chunk)))
    socket.on('error', () => {})
    await once(socket, 'close')
    expect(text).not.toContain('HTTP/1.1 2')
  })
})

describe('a body that does not come', () => {
  it('ends its connection after a while where no token was brought', async () => {
    const begun = Promise.withResolvers<void>()
    bench.routes.add({
      method: 'POST',
      path: '/api/fleet/join',
      access: 'open',
      async handle({ body, json }) {
        begun.resolve()
        await body(100)
        json(200, {})
      },
    })
    const sent = request(`${bench.url}/api/fleet/join`, {
      method: 'POST',
      agent: false,
      rejectUnauthorized: false,
      headers: { 'content-length': '10' },
    })
    sent.write('{')
    await begun.promise
    const ended = once(sent, 'error')
    bench.clock.advance(OPEN_BODY_MS)
    expect(await ended).toMatchObject([{ code: 'ECONNRESET' }])
    expect(bench.clock.timers).toBe(0)
  })
})

describe('a stream', () => {
  it('is cut when its token is revoked, and no other', async () => {
    const open: TokenCall[] = []
    addMail((call) => {
      open.push(call)
      call.response.writeHead(200, { 'content-type': 'text/event-stream' })
      call.response.write(': hello\n\n')
    })
    const [mine, other] = [bench.token(), bench.token()]
    const streamOf = async (token: string) => {
      const sent = request(`${bench.url}/api/fleet/mail`, {
        agent: false,
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${token}` },
      })
      sent.on('error', () => {})
      sent.end()
      const [response] = await once(sent, 'response')
      response.on('error', () => {})
      await once(response, 'data')
      return response
    }
    const cut = await streamOf(mine)
    const stays = await streamOf(other)
    const closed = new Promise((resolve) => cut.once('close', resolve))
    bench.revoke(mine)
    await closed
    expect(open.map(({ signal }) => signal.aborted)).toEqual([true, false])
    open[1]?.response.end()
    await once(stays, 'end')
  })
})

describe('a WebSocket', () => {
  let server: WebSocketServer
  beforeEach(() => {
    server = new WebSocketServer({ noServer: true })
  })
  const serve = (closes = true) =>
    bench.routes.onUpgrade('/api/agents/ws', ({ request: asked, socket, head, onEnd }) =>
      server.handleUpgrade(asked, socket, head, (made) => {
        made.on('error', () => {})
        onEnd((reason) => closes && made.close(reason === 'token' ? 4401 : 1012))
        made.send('hello')
      }),
    )
  const dial = (path: string, token: string | null, headers: Record<string, string> = {}) =>
    new WebSocket(bench.url.replace('https', 'wss') + path, {
      rejectUnauthorized: false,
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
    })
  const refusalOf = async (socket: WebSocket): Promise<number> => {
    socket.on('error', () => {})
    const [, response] = await once(socket, 'unexpected-response')
    response.resume()
    return response.statusCode
  }
  const opened = async (token: string): Promise<WebSocket> => {
    const socket = dial('/api/agents/ws', token)
    socket.on('error', () => {})
    await once(socket, 'message')
    return socket
  }

  it('is served where a handler is, to a token that holds', async () => {
    expect(await refusalOf(dial('/api/agents/ws', bench.token()))).toBe(404)
    serve()
    const token = bench.token()
    expect(await refusalOf(dial('/api/agents/ws', null))).toBe(401)
    expect(await refusalOf(dial('/ws', token))).toBe(404)
    expect(await refusalOf(dial('/api/agents/ws', token, { origin: 'https://a.b' }))).toBe(403)
    const socket = await opened(token)
    socket.close()
    await once(socket, 'close')
    const plain = await send('/api/agents/ws', { token })
    expect([plain.status, plain.headers['upgrade']]).toEqual([426, 'websocket'])
    for (let n = 0; n < 9; n += 1) await refusalOf(dial('/api/agents/ws', 'ydt_wrong'))
    expect(await refusalOf(dial('/api/agents/ws', token))).toBe(429)
  })

  it('is told that its token is over, and is cut where it stays', async () => {
    const remove = serve()
    const polite = bench.token()
    const first = await opened(polite)
    const goodbye = once(first, 'close')
    bench.revoke(polite)
    expect((await goodbye)[0]).toBe(4401)
    remove()
    serve(false)
    const short = bench.token({ expiresAt: bench.clock.now() + 60_000 })
    const second = await opened(short)
    const cut = once(second, 'close')
    // The sweep finds it within five seconds, and three more end it.
    bench.clock.advance(60_000)
    bench.clock.advance(8_000)
    expect((await cut)[0]).toBe(1006)
  })

  it('whose handler throws is ended, and the endpoint goes on', async () => {
    const remove = bench.routes.onUpgrade('/api/agents/ws', () => {
      throw new Error('boom')
    })
    const socket = dial('/api/agents/ws', bench.token())
    const [error] = await once(socket, 'error')
    expect(error).toMatchObject({ code: 'ECONNRESET' })
    expect(bench.errors).toHaveLength(1)
    remove()
    expect(await statusOf('/api/agents/ws')).toBe(404)
  })

  it('keeps the end of the endpoint waiting for a goodbye and no longer', async () => {
    const remove = serve(false)
    const stays = await opened(bench.token())
    remove()
    serve()
    const leaves = await opened(bench.token())
    const [cut, left] = [once(stays, 'close'), once(leaves, 'close')]
    const half = connect(bench.endpoint.port, '127.0.0.1')
    half.on('error', () => {})
    await once(half, 'connect')
    const closed = bench.endpoint.close()
    expect((await left)[0]).toBe(1012)
    bench.clock.advance(3_000)
    await closed
    expect((await cut)[0]).toBe(1006)
    half.destroy()
  })
})

describe('an endpoint without TLS', () => {
  let plain: FleetBench
  beforeAll(async () => {
    plain = await openFleetBench(null)
  })
  afterAll(() => plain.close())

  it('serves the same', async () => {
    plain.routes.add({
      method: 'GET',
      path: '/api/fleet/mail',
      access: 'token',
      handle: ({ json }) => json(200, {}),
    })
    const get = (headers: Record<string, string>) =>
      fetch(`${plain.url}/api/fleet/mail`, { headers })
    expect((await get({ authorization: `Bearer ${plain.token()}` })).status).toBe(200)
    expect((await get({})).status).toBe(401)
  })
})
