import { get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Contract } from '../../../src/contract/contract.ts'
import { createHttpClient } from '../../../src/headless/http-client.ts'
import { openServedYard, type ServedYard } from '../served-yard.ts'

let host: ServedYard
beforeEach(async () => void (host = await openServedYard()))
afterEach(() => host.close())

const add = (id: string) =>
  host.call('/api/task', { method: 'POST', body: { title: id, id, paused: true } })

/** Opens the stream and reads until `count` rows have come. */
async function readEvents(path: string, count: number, headers: Record<string, string> = {}) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const authorization = `Bearer ${host.served.token}`
    get(
      `${host.served.url}${path}`,
      { agent: false, headers: { authorization, ...headers } },
      resolve,
    ).on('error', reject)
  })
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of response) {
    text += chunk
    if (text.split('\n\n').length > count) break
  }
  response.destroy()
  return text
    .split('\n\n')
    .slice(0, count)
    .map((block) => ({
      id: Number(/^id: (\d+)$/m.exec(block)?.[1]),
      row: JSON.parse(/^data: (.+)$/m.exec(block)?.[1] ?? 'null'),
    }))
}

describe('the stream of events', () => {
  it('tells the journal from a sequence number on, and then lives', async () => {
    await add('a')
    const { seq } = host.yard.store
    const reading = readEvents(`/api/events?since=${seq}`, 1)
    await add('b')
    const [event] = await reading
    expect(event?.id).toBe(seq + 1)
    expect(event?.row).toMatchObject({ seq: seq + 1, entity: 'task', id: 'b', event: 'task.added' })
    expect(event?.row.at).toMatch(/[+-]\d\d:\d\d$/)
  })

  it('P7: resumes after the last event that a client saw, without a hole or a double', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await add(id)
    const all = await readEvents('/api/events?since=0', host.yard.store.seq)
    const half = all[1]?.id ?? 0
    const rest = await readEvents('/api/events?since=0', host.yard.store.seq - half, {
      'last-event-id': String(half),
    })
    expect([...all.slice(0, 2), ...rest].map((e) => e.id)).toEqual(all.map((e) => e.id))
  })

  it('refuses what is no sequence number', async () => {
    const answer = await host.call('/api/events?since=yesterday')
    expect([answer.status, answer.json.error.facts.field]).toEqual([422, 'since'])
  })
})

async function openSocket(protocols: string[], headers: Record<string, string> = {}) {
  const socket = new WebSocket(`${host.served.url.replace('http', 'ws')}/ws`, protocols, {
    headers,
  })
  const status = await Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => Number(response.statusCode)),
  ]).catch(() => 0)
  return { socket, status }
}

describe('the WebSocket', () => {
  it('speaks the contract, with the token as a subprotocol', async () => {
    const { socket, status } = await openSocket(['yard', `yard.token.${host.served.token}`])
    expect([status, socket.protocol]).toEqual([101, 'yard'])
    // The type of the browser's WebSocket and that of ws differ in names only.
    const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
    const client: ContractRouterClient<Contract> = createORPCClient(link)
    const patches = await client.service.follow()
    const first = await patches.next()
    expect(first.value).toMatchObject({ from: host.yard.store.seq, tasks: [] })
    await client.task.add({ title: 'x', id: 'x', paused: true })
    const second = await patches.next()
    expect(second.value).toMatchObject({ tasks: [{ id: 'x', state: 'paused', fact: 'Draft' }] })
    await expect(client.task.get({ id: 'none' })).rejects.toMatchObject({
      code: 'unknown-task',
      data: { kind: 'unknown-task' },
    })
    socket.close()
    await once(socket, 'close')
  })

  it('takes a whole graph in one message from a person', async () => {
    const { socket } = await openSocket(['yard', `yard.token.${host.served.token}`])
    const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
    const client: ContractRouterClient<Contract> = createORPCClient(link)
    const text = `# ${'x'.repeat(20_000_000)}\n[[task]]\nid = "a"\ntitle = "a"\npaused = true\n`
    const steps: string[] = []
    for await (const { phase } of await client.page.importText({ text, format: 'toml' }))
      if (steps.at(-1) !== phase) steps.push(phase)
    expect(steps).toEqual(['reading', 'checking', 'adding', 'done'])
    socket.close()
    await once(socket, 'close')
  })

  it('hangs up on an agent that sends so much', async () => {
    await host.call('/api/task', { method: 'POST', body: { title: 'a', id: 'a', exec: 'true' } })
    const { token } = await host.agentOf('a')
    const { socket, status } = await openSocket(['yard', `yard.token.${token}`])
    expect(status).toBe(101)
    socket.send('x'.repeat(6_000_000))
    const [code] = await once(socket, 'close')
    expect(code).toBe(1009)
  })

  it.each([
    ['no token', ['yard'], {}, 401],
    ['a wrong token', ['yard', 'yard.token.yot_x'], {}, 401],
    ['a foreign page', null, { origin: 'http://evil.example' }, 403],
    ['a foreign Host', null, { host: 'evil.example' }, 403],
  ])('is refused to %s', async (_what, protocols, headers, expected) => {
    const { status } = await openSocket(
      protocols ?? ['yard', `yard.token.${host.served.token}`],
      headers as unknown as Record<string, string>,
    )
    expect(status).toBe(expected)
  })
})

describe('a client over HTTP', () => {
  it('follows until it has had enough, and its failures carry their facts', async () => {
    const client = createHttpClient(host.served.url, host.served.token)
    const patches = await client.service.follow()
    expect((await patches.next()).value).toMatchObject({ tasks: [] })
    await client.task.add({ title: 'x', id: 'x', paused: true })
    expect((await patches.next()).value).toMatchObject({ tasks: [{ id: 'x' }] })
    await patches.return?.()
    await expect(client.task.add({ title: 'y', after: ['zzz'] })).rejects.toMatchObject({
      data: { kind: 'unknown-dependency', facts: { missing: 'zzz' } },
    })
  })

  it('carries out a command once, however often its id comes', async () => {
    const client = createHttpClient(host.served.url, host.served.token)
    const command = { title: 'once', paused: true, commandId: 'c1' }
    const first = await client.task.add(command)
    const second = await client.task.add(command)
    expect([second.id, host.yard.plan.tasks.size]).toEqual([first.id, 1])
  })

  it('refuses an id that another command had, and repeats a claim', async () => {
    const call = (path: string, body: object) => host.call(path, { method: 'POST', body })
    const made = await call('/api/task', { title: 'a', id: 'a', paused: true, commandId: 'c1' })
    expect(made.status).toBe(201)
    for (const [path, body] of [
      ['/api/task', { title: 'b', commandId: 'c1' }],
      ['/api/task/a/log', { text: 'x', commandId: 'c1' }],
      ['/api/import', { tasks: [{ title: 'a', id: 'a', paused: true }], commandId: 'c1' }],
    ] as const) {
      const reused = await call(path, body)
      expect([reused.status, reused.json.error]).toMatchObject([409, { kind: 'in-use' }])
    }
    expect(host.yard.plan.tasks.size).toBe(1)
    const external = {
      title: 'e',
      id: 'e',
      executor: 'external',
      schedule: { spec: '0 0 1 1 *', tz: null },
    }
    await call('/api/task', external)
    await call('/api/task/e/schedule/now', {})
    const claim = { as: 'other', lease: '30s', commandId: 'c2' }
    const first = await call('/api/task/e/claim', claim)
    expect((await call('/api/task/e/claim', claim)).json).toMatchObject({ agent: first.json.agent })
    expect((await call('/api/task/e/claim', { ...claim, as: 'third' })).status).toBe(409)
  })

  it('stops the host after the reply', async () => {
    const client = createHttpClient(host.served.url, host.served.token)
    expect(await client.service.stop({})).toEqual({ agentsLeft: 0, processesLeft: [] })
    await expect.poll(() => host.stops).toBe(1)
  })
})
