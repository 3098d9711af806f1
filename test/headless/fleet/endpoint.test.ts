/** The endpoint of a real yard, as its settings come and go. */
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { joinFleet, openFleetClient } from '../../../src/fleet/pinned-client.ts'
import { openFleetEndpoint, type FleetEndpoint } from '../../../src/headless/fleet/endpoint.ts'
import { silentLog } from '../../../src/base/log.ts'
import { yardAttention } from '../../../src/yard/views/attention.ts'
import { makeCertificate } from '../../fleet/fleet-bench.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { openPageBench, type PageBench } from '../../yard/page-client.ts'

let bench: PageBench
let clock: ManualClock
let kept: FleetEndpoint
let errors: string[]
beforeEach(async () => {
  bench = await openPageBench()
  clock = createManualClock()
  errors = []
  const log = { ...silentLog, error: (message: string) => void errors.push(message) }
  kept = await openFleetEndpoint(bench.test.yard, { clock, log })
})
afterEach(async () => {
  await kept.close()
  await bench.close()
})

async function configure(edits: Record<string, string | null>): Promise<void> {
  const list = Object.entries(edits).map(([key, value]) => ({ key: `fleet.${key}`, value }))
  const changed = await bench.test.yard.configure('project', list)
  if (!changed.ok) throw new Error(changed.error.message)
  await kept.idle()
}
const state = () => bench.test.yard.fleet.endpoint()
const doorFile = () => bench.test.yard.paths.service.door
const door = () =>
  JSON.parse(readFileSync(doorFile(), 'utf8')) as { url: string; pin: string | null }
const open = () => configure({ listen: '127.0.0.1:0' })
const isServed = async (url: string): Promise<boolean> => {
  const client = openFleetClient({ url, pin: url.startsWith('https') ? door().pin : null })
  if (!client.ok) throw new Error(client.error.message)
  const answer = await client.value.call('/api/fleet/nothing').catch(() => null)
  await answer?.text()
  client.value.close()
  return answer?.status === 404
}

describe('an endpoint', () => {
  it('is closed until an address is set, and closed again without one', async () => {
    expect([state(), existsSync(doorFile())]).toEqual([null, false])
    await open()
    const { url, pin } = door()
    expect(state()).toMatchObject({ listen: '127.0.0.1:0', url, pin, problem: null })
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect(await isServed(url)).toBe(true)
    expect(await bench.client.service.status()).toMatchObject({ fleet: { url, pin } })
    const { doorKey } = bench.test.yard.paths.service
    expect([statSync(doorFile()).mode & 0o777, statSync(doorKey).mode & 0o777]).toEqual([
      0o600, 0o600,
    ])
    await configure({ listen: null })
    expect([state(), existsSync(doorFile())]).toEqual([null, false])
    expect((await bench.client.service.status()).fleet).toBeNull()
  })

  it('stays open through a reload that does not concern it, and keeps its certificate', async () => {
    await open()
    const before = door()
    await configure({ max_agents: '7' })
    expect(door()).toEqual(before)
    await configure({ listen: null })
    await open()
    expect(door().pin).toBe(before.pin)
  })

  it('is reopened with another certificate', async () => {
    await open()
    const { pin } = door()
    const other = await makeCertificate()
    const { root } = bench.test.yard.paths
    writeFileSync(join(root, 'cert.pem'), other.cert)
    writeFileSync(join(root, 'key.pem'), other.key)
    await configure({ tls: '{ cert = "cert.pem", key = "key.pem" }' })
    expect([door().pin, other.pin === pin]).toEqual([other.pin, false])
    expect(await isServed(door().url)).toBe(true)
    await configure({ tls: 'off' })
    expect(door()).toMatchObject({ url: expect.stringMatching(/^http:/), pin: null })
    expect(await isServed(door().url)).toBe(true)
  })

  it('is for trusted yards alone', async () => {
    await open()
    rmSync(join(bench.test.yard.paths.yard, 'id'))
    await configure({ max_agents: '7' })
    expect([bench.test.yard.isTrusted(), state(), existsSync(doorFile())]).toEqual([
      false,
      null,
      false,
    ])
  })

  it('ends with its host', async () => {
    await open()
    const { url } = door()
    await kept.close()
    expect(existsSync(doorFile())).toBe(false)
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    expect(clock.timers).toBe(0)
  })
})

describe('an endpoint that cannot be opened', () => {
  it('is told, harms nobody, and is opened when its port is free', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await configure({ listen: `127.0.0.1:${port}` })
    const problem = expect.stringMatching(`port ${port} .*taken.*fleet`) as string
    expect(state()).toMatchObject({ url: null, pin: null, problem })
    const { attention, fleet } = await bench.client.service.status()
    expect(fleet).toMatchObject({ problem, url: null })
    expect(attention).toMatchObject([{ kind: 'endpoint', task: null }])
    clock.advance(15_000)
    await kept.idle()
    expect(errors).toHaveLength(1)
    await new Promise((resolve) => other.close(resolve))
    clock.advance(15_000)
    await kept.idle()
    expect(state()).toMatchObject({ url: `https://127.0.0.1:${port}`, problem: null })
    expect(yardAttention(bench.test.yard)).toEqual([])
  })

  it.each([
    ['a file that is not there', '{ cert = "none.pem", key = "none.pem" }', /none\.pem/],
    ['an address that is not ours', null, /no address 192\.0\.2\.1/],
  ])('says so of %s, and follows the mended settings', async (_what, tls, text) => {
    await configure({ listen: tls === null ? '192.0.2.1:0' : '127.0.0.1:0', tls })
    expect(state()?.problem).toMatch(text)
    expect(existsSync(doorFile())).toBe(false)
    await configure({ listen: '127.0.0.1:0', tls: null })
    expect(state()?.problem).toBeNull()
    expect(await isServed(door().url)).toBe(true)
  })

  it('is named in its file and its status once the file can be written', async () => {
    mkdirSync(doorFile())
    await open()
    expect(state()).toMatchObject({ url: null, problem: expect.stringContaining('door.json') })
    rmSync(doorFile(), { recursive: true })
    clock.advance(15_000)
    await kept.idle()
    expect(state()).toMatchObject({ url: door().url, problem: null })
    expect(await isServed(door().url)).toBe(true)
  })

  it('is told where its key is broken, which is not replaced', async () => {
    const { doorKey } = bench.test.yard.paths.service
    writeFileSync(doorKey, 'nothing')
    await open()
    expect(state()?.problem).toContain('door-key.pem')
    expect(readFileSync(doorKey, 'utf8')).toBe('nothing')
  })
})

describe('a code', () => {
  const scope = { name: 'laptop', roles: ['dev'] }
  const joinWith = (code: string) => joinFleet(door(), { code, name: 'anna-laptop' })

  it('is exchanged for a token of its scope, once, however many try at once', async () => {
    await open()
    const { join: line, code, expiresAt } = await bench.client.token.invite(scope)
    const { url, pin } = door()
    expect(line).toBe(`yard daemon join ${url} --pin ${pin}`)
    expect(Date.parse(expiresAt)).toBe(bench.clock.now() + 600_000)
    const answers = await Promise.all(Array.from({ length: 8 }, () => joinWith(code)))
    const given = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
    expect(given).toEqual([expect.stringMatching(/^ydt_/)])
    expect(await joinWith(code)).toMatchObject({ error: { kind: 'unauthorized' } })
    const [token] = await bench.client.token.list()
    expect(token).toMatchObject({ name: 'laptop', kind: 'daemon', scope: { roles: ['dev'] } })
    bench.test.yard.fleet.routes.add({
      method: 'GET',
      path: '/api/fleet/me',
      access: 'token',
      handle: (call) => call.json(200, { name: call.token.name }),
    })
    const client = openFleetClient({ ...door(), token: () => given[0] ?? null })
    if (!client.ok) throw new Error(client.error.message)
    const me = await client.value.call('/api/fleet/me')
    expect(await me.json()).toEqual({ name: 'laptop' })
    await bench.client.token.revoke({ id: 'laptop' })
    const refused = await client.value.call('/api/fleet/me')
    await refused.text()
    expect(refused.status).toBe(401)
    client.value.close()
  })

  it('is too old after its time, and guesses are counted', async () => {
    await open()
    const { code } = await bench.client.token.invite({ ...scope, ttl: '1m' })
    bench.clock.advance(60_000)
    expect(await joinWith(code)).toMatchObject({ error: { facts: { status: 401 } } })
    for (let n = 0; n < 9; n += 1) await joinWith(`yjc_${n}`)
    expect(await joinWith('yjc_more')).toMatchObject({ error: { facts: { status: 429 } } })
  })

  it('is good again where its name was taken meanwhile', async () => {
    await open()
    const { code } = await bench.client.token.invite(scope)
    await bench.client.token.create({ name: 'laptop', kind: 'daemon' })
    expect(await joinWith(code)).toMatchObject({ error: { facts: { status: 409 } } })
    await bench.client.token.revoke({ id: 'laptop' })
    expect(await joinWith(code)).toMatchObject({ ok: true })
  })

  it('is refused with what is no request for a token', async () => {
    await open()
    const client = openFleetClient(door())
    if (!client.ok) throw new Error(client.error.message)
    const statusOf = async (body: unknown): Promise<number> => {
      const answer = await client.value.call('/api/fleet/join', { method: 'POST', body })
      await answer.text()
      return answer.status
    }
    for (const body of [{}, { code: 1 }, { code: 'x', more: 1 }, [], 'no JSON', '['.repeat(1500)])
      expect(await statusOf(body)).toBe(422)
    expect(await statusOf({ code: 'x'.repeat(3000) })).toBe(422)
    const cert = await client.value.call('/api/fleet/cert')
    const text = await cert.text()
    expect(JSON.parse(text)).toMatchObject({ pin: door().pin })
    // The file that it is read from holds the key, too.
    expect(text).not.toContain('PRIVATE')
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['pin', 'certificate'])
    client.value.close()
  })
})
