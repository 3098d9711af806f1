/** The way to a hub, against the real endpoint of a real yard. */
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { silentLog } from '../../../src/base/log.ts'
import type { Clock } from '../../../src/base/clock.ts'
import { systemClock } from '../../../src/base/clock.ts'
import type { Peer } from '../../../src/domain/messages/peer.ts'
import { type Envelope, machineOf } from '../../../src/fleet/mail/envelope.ts'
import {
  createHubTransport,
  type HubTransportParts,
} from '../../../src/fleet/mail/hub/hub-transport.ts'
import type { Incoming, MailTransport, Outgoing } from '../../../src/fleet/mail/transport.ts'
import { peerOf } from '../../support/mail.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { openTcpRelay } from '../../support/tcp-relay.ts'
import { makeCertificate } from '../fleet-bench.ts'
import { envelope, openHubBench, type HubBench } from './hub-bench.ts'

let hub: HubBench
let ben: string
beforeEach(async () => {
  hub = await openHubBench()
  ben = await hub.token('ben', 'back')
})
afterEach(() => hub.close())

type Settings = Partial<HubTransportParts['transport']>

/** `laptop` is how this machine calls itself; the hub calls it `ben`. */
function open(settings: Settings = {}, clock: Clock = systemClock): MailTransport {
  const made = create(settings, clock)
  if (!made.ok) throw new Error(made.error.message)
  onTestFinished(() => made.value.close())
  return made.value
}

const create = (settings: Settings = {}, clock: Clock = systemClock) =>
  createHubTransport({
    transport: { url: hub.url, tokenFile: hub.tokenFile(ben), pin: hub.pin, ...settings },
    machine: 'laptop',
    root: '/',
    env: {},
    clock,
    random: () => 0,
    log: silentLog,
  })

const never = new AbortController().signal
const NO_PEERS: ReadonlyMap<string, Peer> = new Map()

const outgoing = (more: Partial<Record<keyof Envelope, unknown>> = {}): Outgoing => {
  const made = envelope({ from: 'back@laptop', ...more })
  return { machine: machineOf(made.to[0] ?? ''), envelope: made }
}

async function receive(
  transport: MailTransport,
  peers: ReadonlyMap<string, Peer> = NO_PEERS,
): Promise<readonly Incoming[]> {
  const came = await transport.receive(peers, never)
  if (!came.ok) throw new Error(came.error.message)
  return came.value
}
const envelopesIn = (incoming: readonly Incoming[]): Envelope[] =>
  incoming.flatMap(({ envelopes }) => [...envelopes])

/** Receives after each arrival until so many are there, and takes them. */
async function take(transport: MailTransport, count: number): Promise<Envelope[]> {
  const found: Envelope[] = []
  for (;;) {
    const arrival = new Promise<void>((resolve) => {
      const off = transport.onArrival(() => {
        off()
        resolve()
      })
    })
    const envelopes = envelopesIn(await receive(transport))
    await transport.taken(envelopes, never)
    found.push(...envelopes)
    if (found.length >= count) return found
    await arrival
  }
}

const textsOf = async (to: string): Promise<string[]> =>
  (await hub.client.message.list({ to, limit: 100 })).map(({ text }) => text)

describe('sending to a hub', () => {
  it('resolves with those that it holds, under the name of the token', async () => {
    const all = Array.from({ length: 12 }, (_, n) => outgoing({ text: `no. ${n}` }))
    const held = await open().send(all, never)
    expect(held.ok && new Set(held.value)).toEqual(new Set(all))
    expect((await textsOf('dev')).toSorted()).toEqual(
      all.map((each) => each.envelope.text).toSorted(),
    )
    const [first] = await hub.client.message.list({ to: 'dev' })
    expect(first?.from).toBe('back@ben')
  })

  it('has one effect when it is sent twice, and goes to several machines at once', async () => {
    await hub.token('carl', 'ops')
    const transport = open()
    const { envelope: made } = outgoing()
    const parts = ['dev@anna', 'ops@carl'].map((to) => ({
      machine: machineOf(to),
      envelope: { ...made, to: [to] },
    }))
    for (let n = 0; n < 2; n += 1)
      expect(await transport.send(parts, never)).toEqual({ ok: true, value: parts })
    const stored = await hub.client.message.get({ id: made.id })
    expect(stored.deliveries.map(({ recipient }) => recipient)).toEqual(['dev', 'ops@carl'])
  })

  it('returns what the hub refuses to its sender, and nothing is kept from the others', async () => {
    const transport = open()
    await receive(transport)
    const sent = outgoing({ to: ['dev@anna', 'nobody@anna'] })
    expect(await transport.send([sent], never)).toEqual({ ok: true, value: [] })
    expect(await textsOf('dev')).toEqual([sent.envelope.text])
    const [notice] = await take(transport, 1)
    expect(notice).toMatchObject({
      from: 'yard@anna',
      to: ['back@laptop'],
      replyTo: sent.envelope.id,
      text: expect.stringMatching(/nobody@anna was not delivered: .*nobody/),
    })
    expect(await transport.send([sent], never)).toEqual({ ok: true, value: [sent] })
    expect(await textsOf('dev')).toEqual([sent.envelope.text])
  })

  it('holds back what its token may not send, and says why; others go', async () => {
    const clock = createManualClock()
    const transport = open({}, clock)
    const [bad, good] = [outgoing({ from: 'front@laptop' }), outgoing()]
    expect(await transport.send([bad, good], never)).toEqual({ ok: true, value: [good] })
    expect(transport.sights()[0]?.problem).toMatch(/token ben does not act for front/)
    const used = hub.requests()
    expect(await transport.send([bad], never)).toEqual({ ok: true, value: [] })
    expect(hub.requests()).toBe(used)
    clock.advance(300_000)
    expect(await transport.send([bad], never)).toEqual({ ok: true, value: [] })
    expect(hub.requests()).toBe(used + 1)
  })

  it('waits as long as it is told to', async () => {
    const clock = createManualClock()
    const transport = open({}, clock)
    for (let n = 0; n < 600; n += 50)
      await Promise.all(Array.from({ length: 50 }, () => hub.call('/api/fleet/mail', ben)))
    const refused = await transport.send([outgoing()], never)
    expect(refused).toMatchObject({ ok: false, error: { facts: { retryAfterSec: 1 } } })
    hub.clock.advance(1000)
    expect(await transport.send([outgoing()], never)).toMatchObject({ ok: false })
    clock.advance(1000)
    expect(await transport.send([outgoing()], never)).toMatchObject({ ok: true })
  })
})

describe('mail from a hub', () => {
  it('is what waits, then what comes; it is acknowledged when it was taken', async () => {
    const first = await hub.send('back@ben', 'one')
    const transport = open()
    const incoming = await receive(transport)
    expect(incoming).toMatchObject([
      {
        machine: 'anna',
        key: null,
        members: ['dev'],
        envelopes: [{ id: first, to: ['back@laptop'] }],
      },
    ])
    // Not taken yet: it comes again.
    expect(envelopesIn(await receive(transport))).toHaveLength(1)
    const second = await hub.send('back@ben', 'two')
    expect((await take(transport, 2)).map(({ id }) => id)).toEqual([first, second])
    const states = (await hub.client.message.list({})).flatMap(({ deliveries }) =>
      deliveries.map(({ how }) => how),
    )
    expect(states).toEqual(['sent', 'sent'])
  })

  it('is told of by machine, each sender’s by its own', async () => {
    const carl = await hub.token('carl', 'ops')
    await hub.post(carl, envelope({ from: 'ops@carl', to: ['back@ben'] }))
    const transport = open()
    expect(await receive(transport)).toMatchObject([
      { machine: 'carl', members: ['ops'], envelopes: [{ from: 'ops@carl' }] },
      { machine: 'anna', members: ['dev'], envelopes: [] },
    ])
    expect(transport.sights()).toMatchObject([
      { machine: 'anna', problem: null },
      { machine: 'carl' },
    ])
  })

  it('goes on behind the cursor of its peer, and from the beginning at another address', async () => {
    const id = await hub.send('back@ben', 'one')
    const transport = open()
    await take(transport, 1)
    const cursor = (await receive(transport)).at(-1)?.cursor ?? null
    expect(cursor).toMatch(new RegExp(`^${hub.url} \\d+$`))
    await transport.close()
    const second = await hub.send('back@ben', 'two')
    const peers = (text: string | null) => new Map([['anna', { ...peerOf('anna'), cursor: text }]])
    const again = envelopesIn(await receive(open(), peers(cursor)))
    expect(again.map((each) => each.id)).toEqual([second])
    const other = envelopesIn(
      await receive(open(), peers(`https://other:1 ${cursor?.split(' ')[1]}`)),
    )
    expect(other.map((each) => each.id)).toEqual([second])
    expect(id).not.toBe(second)
  })

  it('is not acknowledged before it was taken, however often the stream is cut', async () => {
    const relay = await openTcpRelay(Number(new URL(hub.url).port))
    onTestFinished(() => relay.close())
    const transport = open({ url: `https://127.0.0.1:${relay.port}` })
    await receive(transport)
    for (let n = 0; n < 5; n += 1) {
      const id = await hub.send('back@ben', `no. ${n}`)
      expect((await take(transport, 1)).map((each) => each.id)).toEqual([id])
      relay.cut()
    }
    expect((await hub.client.message.list({ open: true })).length).toBeLessThanOrEqual(1)
    await hub.send('back@ben', 'the last')
    await take(transport, 1)
    await expect.poll(async () => hub.client.message.list({ open: true })).toEqual([])
  })

  it('is not for a machine that is called as the hub is', async () => {
    const made = createHubTransport({
      transport: { url: hub.url, tokenFile: hub.tokenFile(ben), pin: hub.pin },
      machine: 'anna',
      root: '/',
      env: {},
      clock: systemClock,
      random: () => 0,
      log: silentLog,
    })
    if (!made.ok) throw new Error(made.error.message)
    onTestFinished(() => made.value.close())
    expect(await made.value.receive(NO_PEERS, never)).toMatchObject({
      ok: false,
      error: { message: /is called anna/ },
    })
  })
})

describe('a stream of mail', () => {
  /** What it asks of a hub of one's own making: answers are written by the test. */
  async function openScripted(answer: (count: number, write: (text: string) => void) => void) {
    const seen: (string | undefined)[] = []
    const times: number[] = []
    const page = {
      hub: { machine: 'anna', you: 'ben', members: [], machines: {} },
      messages: [],
      next: 7,
    }
    const clock = createManualClock()
    const server = createHttpServer((request, response) => {
      if (!(request.headers.accept ?? '').includes('event-stream')) {
        response.setHeader('content-type', 'application/json')
        return void response.end(JSON.stringify(page))
      }
      seen.push(request.headers['last-event-id'] as string | undefined)
      times.push(clock.monotonic())
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      answer(seen.length, (text) => (text === 'end' ? response.end() : response.write(text)))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return { seen, times, clock, transport: open({ url, pin: null }, clock) }
  }

  it('ends after 40 silent seconds, and goes on behind what came last', async () => {
    const { seen, clock, transport } = await openScripted((count, write) => {
      if (count === 1) write(`id: 8\ndata: ${JSON.stringify(envelope({ to: ['back@ben'] }))}\n\n`)
    })
    await take(transport, 0)
    await take(transport, 1)
    clock.advance(39_999)
    expect(seen).toEqual(['7'])
    clock.advance(1)
    await expect.poll(() => clock.advance(0) ?? seen).toEqual(['7', '8'])
  })

  it('is not ended while comments come', async () => {
    let write: (text: string) => void = () => {}
    const { seen, clock, transport } = await openScripted((_count, writer) => (write = writer))
    await receive(transport)
    await expect.poll(() => seen).toHaveLength(1)
    for (let n = 0; n < 5; n += 1) {
      write(': alive\n\n')
      await expect.poll(() => clock.nextInMs()).toBe(40_000)
      clock.advance(39_000)
    }
    expect(seen).toHaveLength(1)
  })
})

describe('a token that does not hold', () => {
  it('is told of, not tried again for five minutes, and replaced by a new one at once', async () => {
    const file = hub.tokenFile('ymt_' + 'x'.repeat(43))
    const clock = createManualClock()
    const transport = open({ tokenFile: file }, clock)
    const refused = await transport.receive(NO_PEERS, never)
    expect(refused).toMatchObject({
      ok: false,
      error: { kind: 'unauthorized', facts: { retryAfterSec: 300 } },
    })
    expect(transport.sights()[0]?.problem).toMatch(/does not let this token in/)
    expect(await transport.send([outgoing()], never)).toMatchObject({ ok: false })
    writeFileSync(file, ben)
    expect(await transport.send([outgoing()], never)).toMatchObject({ ok: true })
    expect(await receive(transport)).toMatchObject([{ machine: 'anna' }])
    expect(transport.sights()[0]?.problem).toBeNull()
  })

  it('lets a stream go on when the file has another, before the five minutes are over', async () => {
    const file = hub.tokenFile(ben)
    const clock = createManualClock()
    const transport = open({ tokenFile: file }, clock)
    await receive(transport)
    await hub.client.token.revoke({ id: 'ben' })
    await expect
      .poll(() => {
        clock.advance(0)
        return transport.sights()[0]?.problem
      })
      .toMatch(/does not let this token in/)
    const next = await hub.token('ben', 'back')
    writeFileSync(file, next)
    // Whoever looks first has found it.
    expect(await transport.send([outgoing()], never)).toMatchObject({ ok: true })
    await expect.poll(() => transport.sights()[0]?.problem).toBeNull()
  })

  it.each([
    ['is not there', (file: string) => rmSync(file), /cannot be read/],
    ['can be read by others', (file: string) => chmodSync(file, 0o640), /read by others/],
    ['holds something else', (file: string) => writeFileSync(file, 'hello'), /holds no token/],
  ])('says so where the file %s, and sends nothing', async (_what, spoil, words) => {
    const file = hub.tokenFile(ben)
    const used = hub.requests()
    spoil(file)
    const transport = open({ tokenFile: file })
    const sent = await transport.send([outgoing()], never)
    expect(sent.ok ? '' : sent.error.message).toMatch(words)
    const came = await transport.receive(NO_PEERS, never)
    expect(came.ok ? '' : came.error.message).toMatch(words)
    expect(hub.requests()).toBe(used)
  })
})

describe('the settings of a hub', () => {
  it.each([
    ['an address', { url: null }],
    ['a token file', { tokenFile: null }],
    ['an address that is one', { url: 'https://' }],
    ['encryption', { url: 'http://hub.example:7443', pin: null }],
    ['a pin that is one', { pin: 'sha256/short' }],
  ])('need %s', (_what, settings) => {
    expect(create(settings)).toMatchObject({ ok: false })
  })

  it('hold the pin: another server sees no header, and no token', async () => {
    const { cert, key } = await makeCertificate()
    const bytes: Buffer[] = []
    let connections = 0
    const impostor = createTlsServer({ cert, key }, (socket) => {
      socket.on('data', (piece: Buffer) => void bytes.push(piece))
      socket.on('error', () => {})
    })
    impostor.on('tlsClientError', () => {})
    impostor.on('connection', () => (connections += 1))
    impostor.listen(0, '127.0.0.1')
    await once(impostor, 'listening')
    onTestFinished(() => void impostor.close())
    const transport = open({ url: `https://127.0.0.1:${(impostor.address() as AddressInfo).port}` })
    const sent = await transport.send([outgoing()], never)
    const came = await transport.receive(NO_PEERS, never)
    for (const each of [sent, came])
      expect(each.ok ? '' : each.error.message).toMatch(/has another pin: .*nothing was sent/)
    expect(connections).toBeGreaterThan(0)
    expect(Buffer.concat(bytes).toString()).toBe('')
  })

  it('are asked anew by each look, as long as the hub is away', async () => {
    const relay = await openTcpRelay(Number(new URL(hub.url).port))
    const transport = open({ url: `https://127.0.0.1:${relay.port}` }, createManualClock())
    await receive(transport)
    await relay.close()
    await expect.poll(() => transport.receive(NO_PEERS, never)).toMatchObject({ ok: false })
    expect(transport.sights()[0]?.problem).toMatch(/ECONNREFUSED/)
    const id = await hub.send('back@ben', 'one')
    const again = await openTcpRelay(Number(new URL(hub.url).port), [], relay.port)
    onTestFinished(() => again.close())
    expect(envelopesIn(await receive(transport)).map((each) => each.id)).toEqual([id])
    expect(transport.sights()[0]?.problem).toBeNull()
  })

  it('say that nobody answers', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as AddressInfo
    await new Promise((resolve) => free.close(resolve))
    const transport = open({ url: `https://127.0.0.1:${port}` })
    const sent = await transport.send([outgoing()], never)
    expect(sent.ok ? '' : sent.error.message).toMatch(/ECONNREFUSED/)
  })
})

describe('a proxy before a hub', () => {
  it.each([
    ['7', 7],
    ['Mon, 01 Jan 2024 00:00:09 GMT', 9],
  ])('that asks for patience by Retry-After: %s is given it', async (header, sec) => {
    const server = createHttpServer((_request, response) => {
      response.writeHead(503, { 'retry-after': header }).end('<html>Busy</html>')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const transport = open({ url, pin: null }, createManualClock())
    const came = await transport.receive(NO_PEERS, never)
    expect(came).toMatchObject({ ok: false, error: { facts: { retryAfterSec: sec } } })
  })
})
