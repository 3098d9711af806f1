import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CONTRACT_VERSION } from '../../src/contract/version.ts'
import { silentLog } from '../../src/base/log.ts'
import { ok } from '../../src/base/result.ts'
import type { Contract } from '../../src/contract/contract.ts'
import { serveStartScreen, type ServedStartScreen } from '../../src/headless/serve-start-screen.ts'
import type { StartScreen } from '../../src/yard/start-screen/create-start-screen.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { eventually } from '../support/eventually.ts'

let folder: string
let served: ServedStartScreen
let token: string
let hasEnded: boolean
const clock = createManualClock()

const startScreen: StartScreen = {
  recent: async () => [],
  forget: async () => ok({ ok: true }),
  clis: async () => ({ clis: [], path: [] }),
  inspect: async (path) => ok({ folder: path, exists: true, isGit: false, yard: null }),
  open: async ({ folder: path }) => ok({ folder: path, pageUrl: 'http://127.0.0.1:1/' }),
  example: async () => ok({ folder: '/example', pageUrl: null }),
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yard-welcome-'))
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<title>page</title>')
  const started = await serveStartScreen({
    startScreen,
    pageRoot: folder,
    clock,
    log: silentLog,
    pageCommand: 'yard welcome',
  })
  if (!started.ok) throw new Error(started.error.message)
  served = started.value
  hasEnded = false
  void served.ended.then(() => (hasEnded = true))
  const code = new URL(served.pageUrl()).hash.slice('#code='.length)
  token = (await call('/session', { body: { code }, token: null })).json.token
})
afterEach(async () => {
  await served.close()
  rmSync(folder, { recursive: true, force: true })
})

async function call(
  path: string,
  more: { body?: unknown; token?: string | null; headers?: Record<string, string> } = {},
) {
  const bearer = more.token === undefined ? token : more.token
  const response = await fetch(new URL(path, served.url), {
    method: more.body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      origin: served.url,
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...more.headers,
    },
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { status: response.status, text, json: isJson ? JSON.parse(text) : null }
}

function connect() {
  const socket = new WebSocket(served.url.replace('http', 'ws') + '/ws', {
    protocols: ['yard', `yard.token.${token}`],
    headers: { origin: served.url },
  } as never)
  const client: ContractRouterClient<Contract> = createORPCClient(
    new RPCLink({ websocket: socket }),
  )
  return { socket, client }
}

test('serves the page, and behind the token who it is and the start screen', async () => {
  expect((await call('/', { token: null })).text).toContain('page')
  expect((await call('/api/hello')).json).toMatchObject({ root: null, contract: CONTRACT_VERSION })
  expect((await call('/api/start-screen/recent')).json).toEqual([])
  expect((await call('/api/start-screen/folder?folder=/x')).json).toMatchObject({ folder: '/x' })
})

test.each(['/api/tasks', '/api/view', '/api/journal', '/api/nowhere', '/rpc/task/list'])(
  'has nothing at %s',
  async (path) => {
    expect((await call(path, path.startsWith('/rpc') ? { body: {} } : {})).status).toBe(404)
  },
)

test('lets nobody in without the token, from a foreign page or with a used code', async () => {
  expect((await call('/api/start-screen/recent', { token: null })).status).toBe(401)
  expect((await call('/api/start-screen/recent', { token: 'yat_agent-1_1_x' })).status).toBe(401)
  const evil = { origin: 'http://evil.example' }
  expect((await call('/api/start-screen/example', { body: {}, headers: evil })).status).toBe(403)
  const code = new URL(served.pageUrl()).hash.slice('#code='.length)
  const redeem = () => call('/session', { body: { code }, token: null })
  expect([(await redeem()).status, (await redeem()).status]).toEqual([200, 401])
})

test('ends a minute after a yard was opened and the page has gone, not before', async () => {
  const { socket, client } = connect()
  expect(await client.service.hello()).toMatchObject({ root: null })
  await client.startScreen.open({ folder: '/x' })
  for (let half = 0; half < 6; half++) {
    clock.advance(30_000)
    // With the first answer the page has read the ping, so that its own answer goes before the second question.
    for (let round = 0; round < 2; round++) await client.startScreen.recent()
  }
  expect(hasEnded).toBe(false)
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
  socket.close()
  await closed
  await eventually(async () => {
    clock.advance(30_000)
    await Promise.resolve()
    expect(hasEnded).toBe(true)
  })
})

test('does not end while no yard was opened', async () => {
  await call('/api/start-screen/recent')
  clock.advance(3_600_000)
  await call('/api/start-screen/recent')
  expect(hasEnded).toBe(false)
  await call('/api/start-screen/open', { body: { folder: '/x' } })
  clock.advance(59_000)
  await Promise.resolve()
  expect(hasEnded).toBe(false)
  clock.advance(2_000)
  await served.ended
})
