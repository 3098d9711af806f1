/** Clients of a fleet endpoint over real TLS: what a server without the pinned certificate sees of them. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Certificate } from '../../src/fleet/certificate.ts'
import { joinFleet, openFleetClient, type FleetTarget } from '../../src/fleet/pinned-client.ts'
import { makeCertificate, openFleetBench, type FleetBench } from './fleet-bench.ts'

let certificate: Certificate
let bench: FleetBench
beforeAll(async () => {
  certificate = await makeCertificate()
  bench = await openFleetBench(certificate)
  bench.routes.add({
    method: 'POST',
    path: '/api/fleet/echo',
    access: 'token',
    async handle({ token, body, json }) {
      const sent = await body(1000)
      json(200, { name: token.name, sent: sent.ok ? sent.value : null })
    },
  })
})
afterAll(() => bench.close())

function clientOf(target: FleetTarget) {
  const client = openFleetClient(target)
  if (!client.ok) throw new Error(client.error.message)
  onTestFinished(() => client.value.close())
  return client.value
}

/** Another server in its place: everything that it can decrypt. */
async function openImpostor() {
  const { cert, key } = await makeCertificate()
  const bytes: Buffer[] = []
  const handshakes: string[] = []
  const server = createTlsServer({ cert, key }, (socket) => {
    handshakes.push('done')
    socket.on('data', (chunk: Buffer) => {
      bytes.push(chunk)
      socket.destroy()
    })
    socket.on('error', () => {})
  })
  server.on('tlsClientError', () => {})
  await listening(server)
  onTestFinished(() => void server.close())
  return { url: `https://127.0.0.1:${portOf(server)}`, bytes, handshakes }
}

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port
const listening = async (server: Server): Promise<void> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

describe('a request', () => {
  it('reaches the server of the pin with its token and its body', async () => {
    const token = bench.token()
    // With and without padding, standard and url-safe: all are the same pin.
    const plain = bench.pin.replace(/=$/, '')
    const forms = [bench.pin, plain, plain.replaceAll('+', '-').replaceAll('/', '_')]
    for (const pin of forms.map((form) => form.replace(/^sha256_/, 'sha256/'))) {
      const client = clientOf({ url: bench.url, pin, token: () => token })
      const answer = await client.call('/api/fleet/echo', { method: 'POST', body: { a: 'é' } })
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { name: 'laptop', sent: { a: 'é' } },
      ])
    }
  })

  it('asks for its token each time, and sends none without one', async () => {
    let token: string | null = null
    const client = clientOf({ url: bench.url, pin: bench.pin, token: () => token })
    const status = async () => {
      const answer = await client.call('/api/fleet/echo', { method: 'POST', body: {} })
      await answer.text()
      return answer.status
    }
    expect(await status()).toBe(401)
    token = bench.token()
    expect(await status()).toBe(200)
    bench.revoke(token)
    expect(await status()).toBe(401)
  })

  it('does not reach a server with another certificate: not one byte of it', async () => {
    const { url, bytes, handshakes } = await openImpostor()
    const client = clientOf({ url, pin: bench.pin, token: () => bench.token() })
    await expect(client.call('/api/fleet/echo', { method: 'POST', body: {} })).rejects.toThrow(
      /has another pin: sha256\/.* instead of sha256\/.*nothing was sent/,
    )
    const socket = client.socket('/api/agents/ws')
    const [error] = await once(new WebSocket(socket.url, socket.options), 'error')
    expect(error).toMatchObject({ name: 'PinMismatch' })
    expect(bytes).toEqual([])
    expect(handshakes.length).toBeLessThanOrEqual(2)
  })

  it('is checked as that of any site where no pin is known', async () => {
    const client = clientOf({ url: bench.url, pin: null, token: () => bench.token() })
    await expect(client.call('/api/fleet/echo')).rejects.toThrow(/self-signed|certificate/)
  })

  it('ends when its signal says so', async () => {
    const client = clientOf({ url: bench.url, pin: bench.pin })
    const signal = AbortSignal.abort()
    await expect(client.call('/api/fleet/echo', { signal })).rejects.toThrow('abort')
  })
})

describe('a WebSocket', () => {
  it('carries the token in its header, over the pinned certificate', async () => {
    const server = new WebSocketServer({ noServer: true })
    const remove = bench.routes.onUpgrade('/api/agents/ws', ({ request, socket, head, token }) =>
      server.handleUpgrade(request, socket, head, (made) => made.send(token.name)),
    )
    onTestFinished(remove)
    const { url, options } = clientOf({
      url: bench.url,
      pin: bench.pin,
      token: () => bench.token(),
    }).socket('/api/agents/ws')
    expect(url).not.toContain('ydt_')
    const socket = new WebSocket(url, options)
    const [name] = (await once(socket, 'message')) as [Buffer]
    expect(String(name)).toBe('laptop')
    socket.close()
    await once(socket, 'close')
  })
})

describe('a proxy', () => {
  it('passes on the encrypted bytes, and the pin is checked behind it', async () => {
    const asked: string[] = []
    const proxy = createServer()
    proxy.on('connect', ({ url = '' }, socket) => {
      asked.push(url)
      const [host = '', port = ''] = url.split(':')
      const out = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        out.pipe(socket).pipe(out)
      })
      out.on('error', () => socket.destroy())
      socket.on('error', () => out.destroy())
    })
    await listening(proxy)
    onTestFinished(() => void proxy.close())
    const env = { HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}` }
    const host = new URL(bench.url).host
    const client = clientOf({ url: bench.url, pin: bench.pin, token: () => bench.token(), env })
    const answer = await client.call('/api/fleet/echo', { method: 'POST', body: {} })
    expect([answer.status, asked]).toEqual([200, [host]])
    await answer.text()
    const { url, bytes } = await openImpostor()
    const fooled = clientOf({ url, pin: bench.pin, token: () => bench.token(), env })
    await expect(fooled.call('/')).rejects.toThrow('has another pin')
    expect([asked.length, bytes]).toEqual([2, []])
    const direct = clientOf({
      url: bench.url,
      pin: bench.pin,
      token: () => bench.token(),
      env: { ...env, NO_PROXY: '127.0.0.1' },
    })
    const answered = await direct.call('/api/fleet/echo', { method: 'POST', body: {} })
    await answered.text()
    expect([answered.status, asked.length]).toEqual([200, 2])
  })
})

describe('an address', () => {
  const PIN = `sha256/${'A'.repeat(43)}=`
  it.each([
    ['is none', 'hub.example', null],
    ['is of another kind', 'ftp://hub.example', null],
    ['would carry a token in clear text', 'http://hub.example:7443', null],
    ['has no certificate for its pin', 'http://127.0.0.1:7443', PIN],
    ['has a pin that is none', 'https://hub.example', 'sha256/short'],
  ])('that %s is refused before anything is sent', (_what, url, pin) => {
    expect(openFleetClient({ url, pin })).toMatchObject({ error: { kind: 'bad-request' } })
  })

  it('of this machine may be plain', async () => {
    const plain = await openFleetBench(null)
    onTestFinished(() => plain.close())
    plain.routes.add({
      method: 'GET',
      path: '/api/fleet/me',
      access: 'token',
      handle: ({ token, json }) => json(200, { name: token.name }),
    })
    const client = clientOf({ url: plain.url, pin: null, token: () => plain.token() })
    expect(await (await client.call('/api/fleet/me')).json()).toEqual({ name: 'laptop' })
  })
})

describe('joining', () => {
  const join = (url: string, code = 'yjc_right') =>
    joinFleet({ url, pin: bench.pin }, { code, name: 'anna' })

  it('gives the token, or says why not', async () => {
    const token = bench.token()
    const remove = bench.routes.add({
      method: 'POST',
      path: '/api/fleet/join',
      access: 'open',
      async handle({ body, json }) {
        const sent = await body(1000)
        const isRight = JSON.stringify(sent).includes('yjc_right')
        json(isRight ? 200 : 401, isRight ? { token } : { error: { message: 'too old' } })
      },
    })
    onTestFinished(remove)
    expect(await join(bench.url)).toEqual({ ok: true, value: token })
    expect(await join(bench.url, 'yjc_wrong')).toMatchObject({
      error: { kind: 'unauthorized', message: expect.stringContaining('too old') },
    })
  })

  it('takes nothing that is no token', async () => {
    for (const said of [{}, { token: 'x' }, { token: 1 }, null]) {
      const remove = bench.routes.add({
        method: 'POST',
        path: '/api/fleet/join',
        access: 'open',
        handle: ({ json }) => json(200, said),
      })
      expect(await join(bench.url)).toMatchObject({ error: { kind: 'unauthorized' } })
      remove()
    }
  })

  it('sends its code to no other server, and says where none answers', async () => {
    const { url, bytes } = await openImpostor()
    expect(await join(url)).toMatchObject({ error: { kind: 'not-allowed' } })
    expect(bytes).toEqual([])
    const gone = createServer()
    await listening(gone)
    const port = portOf(gone)
    await new Promise((resolve) => gone.close(resolve))
    expect(await join(`https://127.0.0.1:${port}`)).toMatchObject({
      error: { kind: 'not-running' },
    })
  })
})
