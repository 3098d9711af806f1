import { getEventListeners } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { ok } from '../../src/base/result.ts'
import { yardPaths, type YardPaths } from '../../src/config/paths.ts'
import { createHostRegistry, type HostRegistry } from '../../src/headless/run-host.ts'
import { createKeyCipher } from '../../src/main/key-cipher.ts'
import { createKeyStore } from '../../src/desktop/key-store.ts'
import { createAppStartScreen, openOrJoin, type YardHost } from '../../src/main/hosts.ts'
import type { YardClient } from '../../src/desktop/open-yards.ts'
import { initYard } from '../../src/yard/init-yard.ts'
import type { StartScreen } from '../../src/yard/start-screen/create-start-screen.ts'
import { MessageChannelMain } from '../fakes/electron.ts'
import { eventually } from '../support/eventually.ts'

const project = resolve(import.meta.dirname, '../..')
const startScreen = { recent: async () => [] } as unknown as StartScreen
let folder: string
let paths: YardPaths
/** What the yards are opened with, and then hold on to. */
let env: Record<string, string | undefined>
let owner: YardHost
let joined: YardHost

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yard-open-or-join-'))
  paths = yardPaths(folder)
  env = { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  await initYard(folder, join(folder, 'yard'))
  owner = await open()
  joined = await open()
})
afterAll(async () => {
  await joined.close()
  await owner.close()
  await rm(folder, { recursive: true, force: true })
})

async function open(at = paths, registry?: HostRegistry): Promise<YardHost> {
  const host = await openOrJoin({
    paths: at,
    log: silentLog,
    env,
    clock: systemClock,
    resources: join(project, 'resources'),
    launcherEntry: join(project, 'src/agents/launcher-entry.ts'),
    tailEntry: join(project, 'src/agents/tail-worker.ts'),
    forecastEntry: join(project, 'src/yard/forecast/forecast-worker.ts'),
    pageRoot: join(project, 'out/renderer'),
    onStop: () => {},
    ...(registry ? { registry } : {}),
  })
  if (!host.ok) throw new Error(host.error.message)
  return host.value
}

async function clientOf(host: YardHost | undefined): Promise<YardClient> {
  const connection = await host?.connect()
  if (!connection) throw new Error('nobody answers')
  return connection.client
}

/** A page's end of a port that the host serves. */
function pageOf(host: YardHost): { client: YardClient; closed: Promise<void>; close(): void } {
  const { port1, port2 } = new MessageChannelMain()
  const closed = new Promise<void>((resolveClosed) => port2.once('close', resolveClosed))
  const client: YardClient = createORPCClient(new RPCLink({ port: port2 }))
  port2.start()
  host.attach(port1 as never, startScreen) // Electron's port, as far as hosts use it
  return { client, closed, close: () => port2.close() }
}

test('the first app opens the yard and is on the air; the second joins it', async () => {
  expect([owner.kind, joined.kind]).toEqual(['owner', 'joined'])
  const state = JSON.parse(await readFile(paths.service.state, 'utf8'))
  expect(state).toMatchObject({ pid: process.pid, host: 'app' })
})

test('a key that is kept or removed counts for the next agent of an open yard', async () => {
  const keys = createKeyStore({
    file: join(folder, 'keys.json'),
    env,
    platform: 'linux',
    cipher: createKeyCipher('linux'),
    clock: systemClock,
    log: silentLog,
  })
  const client = await clientOf(owner)
  const said = async (id: string): Promise<string> => {
    await client.task.add({ title: id, id, exec: `printf %s "\${LLM_KEY-none}" > ${id}.said` })
    const status = async () => (await client.task.get({ id })).status
    await expect.poll(status).toBe('done')
    return readFile(join(folder, `${id}.said`), 'utf8')
  }
  expect(await said('before')).toBe('none')
  await keys.keep('LLM_KEY', 'value-of-llm-key')
  expect(await said('kept')).toBe('value-of-llm-key')
  await keys.remove('LLM_KEY')
  expect(await said('removed')).toBe('none')
})

test('pages of both see the same truth, live', async () => {
  const here = pageOf(owner)
  const there = pageOf(joined)
  const patches = await there.client.service.follow()
  await patches.next()
  await here.client.task.add({ title: 'Seen by both', exec: 'true', paused: true })
  let news = await patches.next()
  // The load of the machine is news too.
  while (!news.done && news.value.tasks.length === 0) news = await patches.next()
  expect(news.value).toMatchObject({ tasks: [{ title: 'Seen by both' }] })
  const [a, b] = await Promise.all([
    here.client.service.snapshot(),
    there.client.service.snapshot(),
  ])
  expect(a.tasks).toEqual(b.tasks)
  await patches.return?.()
  here.close()
  there.close()
})

test('a page of the owner gets the start screen of its window; agents’ tools get the host’s, if any', async () => {
  const here = pageOf(owner)
  expect(await here.client.startScreen.recent()).toEqual([])
  here.close()
  const connection = await owner.connect()
  await expect(connection?.client.startScreen.recent()).rejects.toMatchObject({
    data: { kind: 'not-running' },
  })
})

test('a refusal crosses the relay whole', async () => {
  const there = pageOf(joined)
  await expect(there.client.task.get({ id: 'none' })).rejects.toMatchObject({
    data: { kind: 'unknown-task' },
  })
  there.close()
})

test('the main process has a connection of its own, for the tray', async () => {
  for (const host of [owner, joined]) {
    const connection = await host.connect()
    expect(await connection?.client.service.hello()).toMatchObject({ pid: process.pid })
  }
})

test('a page of a yard that the app lets go of learns it by its port closing', async () => {
  const other = await mkdtemp(join(tmpdir(), 'yard-owner-'))
  await initYard(other, join(folder, 'yard'))
  const host = await open(yardPaths(other))
  const page = pageOf(host)
  await page.client.service.hello()
  await host.close()
  await expect(page.closed).resolves.toBeUndefined()
  expect(await host.connect()).toBeNull()
  await rm(other, { recursive: true, force: true })
})

test('the yards of the app know of each other and share the places of the machine', async () => {
  const env = { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const registry = createHostRegistry(env, systemClock, silentLog)
  const folders = [
    await mkdtemp(join(tmpdir(), 'yard-c-')),
    await mkdtemp(join(tmpdir(), 'yard-d-')),
  ]
  const hosts: YardHost[] = []
  for (const each of folders) {
    await initYard(each, join(folder, 'yard'))
    await writeFile(join(each, '.yard', 'config.toml'), '')
    hosts.push(await open(yardPaths(each), registry))
  }
  await mkdir(join(folder, 'yard'), { recursive: true })
  await writeFile(join(folder, 'yard', 'config.toml'), '[machine]\nmax_agents = 1\n')
  const [first, second] = [await clientOf(hosts[0]), await clientOf(hosts[1])]
  for (const client of [first, second]) await client.service.reload({})
  expect((await first.service.status()).yards).toEqual(folders)
  await first.task.add({ title: 'a', id: 'a', exec: 'sleep 600' })
  await expect.poll(async () => (await first.service.status()).agents.alive).toBe(1)
  await second.task.add({ title: 'b', id: 'b', exec: 'true' })
  const hold = async () => (await second.service.status()).machineHold
  await expect.poll(hold).toContain('1 of 1, 1 of them in other yards')
  await first.service.stop({ killAgents: true })
  const status = async () => (await second.task.get({ id: 'b' })).status
  await expect.poll(status).toBe('done')
  await hosts[0]?.close()
  expect((await second.service.status()).yards).toEqual(folders.slice(1))
  await hosts[1]?.close()
  registry.close()
  await rm(join(folder, 'yard', 'config.toml'))
  for (const each of folders) await rm(each, { recursive: true, force: true })
})

test('a browser that asks the app for another yard is told where to go on', async () => {
  const env = { ...process.env, XDG_DATA_HOME: folder, HOME: folder }
  const entered: string[] = []
  const parts = {
    env,
    now: () => 1,
    resources: '',
    launcherEntry: '',
    tailEntry: '',
    forecastEntry: '',
    enter: async (to: YardPaths) => (entered.push(to.root), ok(null)),
  }
  const startScreenFor = (isForBrowsers: boolean) =>
    createAppStartScreen({ ...parts, isForBrowsers })
  const wish = { folder: paths.root, make: false }
  const browser = await startScreenFor(true).open(wish)
  const address = JSON.parse(await readFile(paths.service.state, 'utf8')).url
  expect(browser.ok && browser.value.pageUrl).toMatch(new RegExp(`^${address}/#code=.`))
  expect(await startScreenFor(false).open(wish)).toEqual(ok({ folder: paths.root, pageUrl: null }))
  expect(entered).toEqual([paths.root, paths.root])
})

test('a page that has gone leaves nothing behind in the yard that goes on', async () => {
  const add = vi.spyOn(EventTarget.prototype, 'addEventListener')
  const here = pageOf(owner)
  const signals = add.mock.contexts.filter((target) => target instanceof AbortSignal)
  add.mockRestore()
  const heard = (): number[] => signals.map((signal) => getEventListeners(signal, 'abort').length)
  const during = heard()
  await here.client.service.hello()
  here.close()
  await eventually(() => expect(Math.max(...heard())).toBeLessThan(Math.max(...during)))
})

test('a copy of a yard is another yard: whoever runs the first is not joined for it', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'yard-copy-'))
  await initYard(copy, join(folder, 'yard'))
  const at = yardPaths(copy)
  await mkdir(at.service.folder, { recursive: true })
  for (const file of ['state', 'secret'] as const)
    await copyFile(paths.service[file], at.service[file])
  const host = await open(at)
  expect(host.kind).toBe('owner')
  expect(await (await host.connect())?.client.service.hello()).toMatchObject({ root: copy })
  await host.close()
  await rm(copy, { recursive: true, force: true })
})

test('a page learns that the service is gone by its port closing', async () => {
  const there = pageOf(joined)
  await there.client.service.hello()
  await joined.close()
  await expect(there.closed).resolves.toBeUndefined()
})
