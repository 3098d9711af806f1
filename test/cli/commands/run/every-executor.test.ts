/** One graph over every kind of executor: shell, an agent CLI, a service, another orchestrator, a schedule, a person. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

const TRANSCRIPT = resolve(import.meta.dirname, '../../../fixtures/transcripts/claude-text.jsonl')

interface Posted {
  readonly key: string | undefined
  readonly secret: string | undefined
  readonly body: {
    readonly task: { readonly id: string; readonly title: string }
    readonly agent: string
    readonly generation: number
    readonly token: string
    readonly callback: string
  }
}

/** Takes each task with 202 and lets a test end it by its callback. */
async function openService(): Promise<{
  url: string
  next(): Promise<Posted>
  server: Server
}> {
  const posted: Posted[] = []
  const waiting: ((one: Posted) => void)[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    request.on('end', () => {
      const key = request.headers['idempotency-key']
      const secret = request.headers['x-api-key']
      const one = { key: String(key), secret: String(secret), body: JSON.parse(text) }
      const taker = waiting.shift()
      if (taker) taker(one)
      else posted.push(one)
      response.writeHead(202).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    server,
    url: `http://127.0.0.1:${port}/work`,
    next: () =>
      new Promise((done) => {
        const known = posted.shift()
        if (known) done(known)
        else waiting.push(done)
      }),
  }
}

let place: TestYard
let service: Awaited<ReturnType<typeof openService>>
let env: Record<string, string>

beforeEach(async () => {
  place = await openTestYard()
  service = await openService()
  const bin = join(place.folder, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'claude'), `#!/bin/sh\ncat > /dev/null\ncat '${TRANSCRIPT}'\n`)
  await chmod(join(bin, 'claude'), 0o755)
  env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, DEPLOY_KEY: 'a-secret-of-the-user' }
  await writeFile(
    join(place.folder, '.yard/config.toml'),
    `[executors.deploy-agent]
type = "http"
endpoint = "${service.url}"
method = "POST"
headers = { X-Api-Key = { from = "DEPLOY_KEY" } }

[executors.nightly]
type = "schedule"
then = "shell"
`,
  )
})

afterEach(async () => {
  await place.close()
  service.server.closeAllConnections()
  service.server.close()
})

async function say(...words: string[]): Promise<string> {
  const { code, out, err } = await place.yard(words, { env })
  expect({ words, code, err }).toEqual({ words, code: 0, err: '' })
  return out
}

/** Over REST: a command for each look would be a process each. */
async function stateOf(id: string): Promise<string> {
  const file = join(place.folder, '.yard/service/state.json')
  const { url, token } = JSON.parse(await readFile(file, 'utf8'))
  const headers = { authorization: `Bearer ${token}`, origin: url }
  const answer = await fetch(`${url}/api/task/${id}`, { headers })
  return JSON.parse(await answer.text()).state
}

test('a graph goes through shell, agent, service, orchestrator, schedule and person', async () => {
  await say('add', 'Fetch', '--id', 'fetch', '--exec', 'echo fetched > fetched.txt')
  await say('add', 'Think', '--id', 'think', '--after', 'fetch', '--executor', 'claude')
  await say('add', 'Deploy', '--id', 'deploy', '--after', 'think', '--executor', 'deploy-agent')
  await say('add', 'Approve', '--id', 'flow', '--after', 'deploy', '--executor', 'external')
  // Later than now, whatever the clock says: it fires only because a person says so.
  const nightly = [
    '--executor',
    'nightly',
    '--schedule',
    '0 0 1 1 *',
    '--exec',
    'echo ran > ran.txt',
  ]
  await say('add', 'Nightly', '--id', 'nightly', '--after', 'flow', ...nightly.slice(2))
  await say('add', 'Look', '--id', 'look', '--after', 'nightly', '--executor', 'manual')
  await say('service', 'start')

  const posted = await service.next()
  expect(posted.body.task).toMatchObject({ id: 'deploy', title: 'Deploy' })
  expect(posted.secret).toBe('a-secret-of-the-user')
  expect(posted.body.callback).toMatch(/\/api\/task\/deploy$/)
  await expect.poll(() => stateOf('deploy')).toBe('in-progress')
  const callback = (body: object, token = posted.body.token): Promise<Response> =>
    fetch(`${posted.body.callback}/complete`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        origin: new URL(posted.body.callback).origin,
      },
      body: JSON.stringify(body),
    })
  const answered = await callback({
    generation: posted.body.generation,
    artifacts: { url: 'https://example.org/release/1' },
  })
  expect(answered.status).toBe(200)
  await expect.poll(() => stateOf('deploy')).toBe('done')
  expect((await callback({ generation: posted.body.generation })).status).toBe(409)
  const deploy = JSON.parse(await say('show', 'deploy', '--json'))
  expect(deploy.artifacts).toContainEqual({
    kind: 'json',
    value: { url: 'https://example.org/release/1' },
  })

  expect(await stateOf('flow')).toBe('ready')
  expect(await say('why', 'flow')).toContain('yard claim flow')
  const claimed = JSON.parse(await say('claim', 'flow', '--as', 'n8n', '--lease', '5m', '--json'))
  expect(claimed).toMatchObject({ task: 'flow', generation: 1 })
  expect((await place.yard(['claim', 'flow', '--as', 'other'], { env })).code).toBe(4)
  expect(await say('why', 'flow')).toContain('claimed as n8n')
  expect(JSON.parse(await say('heartbeat', claimed.agent, '--json')).ok).toBe(true)
  const artifacts = ['--artifacts', '{"approved": true}']
  await say('done', 'flow', '--agent', claimed.agent, ...artifacts)
  expect((await place.yard(['done', 'flow', '--agent', claimed.agent], { env })).code).toBe(4)

  await expect.poll(() => stateOf('nightly')).toBe('delayed')
  await say('schedule', 'now', 'nightly')
  await expect.poll(() => stateOf('look')).toBe('ready')
  expect(await say('why', 'look')).toContain('a person does it')
  await say('done', 'look')

  const agents = JSON.parse(await say('agents', '--json'))
  const byTask = Object.fromEntries(
    agents.map((a: Record<string, unknown>) => [a['task'], [a['executor'], a['outcome']]]),
  )
  expect(byTask).toEqual({
    fetch: ['shell', 'done'],
    think: ['claude', 'done'],
    deploy: ['deploy-agent', 'done'],
    flow: ['external', 'done'],
    nightly: ['shell', 'done'],
  })
}, 120_000)

test('an address named as the executor is posted to, and a plain callback settles', async () => {
  await say('add', 'Research', '--id', 'research', '--executor', service.url)
  await say('service', 'start')
  const { body, key } = await service.next()
  expect(key).toBe(`research.1.${body.agent}`)
  const answered = await fetch(body.callback, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${body.token}`,
      'content-type': 'application/json',
      origin: new URL(body.callback).origin,
    },
    body: JSON.stringify({ status: 'failed', reason: 'nothing was found' }),
  })
  expect(answered.status).toBe(200)
  await expect.poll(() => stateOf('research')).toBe('failed')
  expect(await say('why', 'research')).toContain('nothing was found')
}, 120_000)
