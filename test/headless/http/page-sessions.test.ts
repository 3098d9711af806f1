/** Page sessions over the wire, and requests with a person's token that come from an agent's processes. */
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openServedYard, type ServedYard } from '../served-yard.ts'

let host: ServedYard
beforeAll(async () => {
  host = await openServedYard()
})
afterAll(() => host.close())

async function signIn(browser = 'Browser/1'): Promise<string> {
  const code = /#code=(.+)$/.exec(host.served.pageUrl())?.[1]
  const headers = { 'user-agent': browser }
  const answer = await host.call('/session', {
    method: 'POST',
    token: null,
    body: { code },
    headers,
  })
  return answer.json.token
}
const socketOf = (token: string): WebSocket =>
  new WebSocket(`ws://127.0.0.1:${host.served.port}/ws`, ['yard', `yard.token.${token}`])
const opened = (socket: WebSocket) => new Promise((resolve) => void socket.once('open', resolve))

describe('a page session', () => {
  it('is listed, and its end closes what is open in it and lets it in no more', async () => {
    const token = await signIn('First')
    const other = await signIn('Second')
    const [socket, kept] = [socketOf(token), socketOf(other)]
    await Promise.all([opened(socket), opened(kept)])
    const closed = new Promise<number>((resolve) => void socket.once('close', resolve))
    const sessions = (await host.call('/api/service/page/sessions')).json
    const first = sessions.find(({ browser }: { browser: string }) => browser === 'First')
    expect(sessions).toHaveLength(2)
    const body = { ids: [first.id] }
    const ended = await host.call('/api/service/page/sessions/revoke', { method: 'POST', body })
    expect(ended.json).toMatchObject([{ id: first.id }])
    expect(await closed).toBe(4401)
    expect((await host.call('/api/hello', { token })).status).toBe(401)
    expect((await host.call('/api/hello', { token: other })).status).toBe(200)
    expect(kept.readyState).toBe(WebSocket.OPEN)
    kept.terminate()
  })

  it('is none of an agent’s business', async () => {
    const body = { title: 'a', id: 'a', exec: 'true' }
    await host.call('/api/task', { method: 'POST', body })
    const { token } = await host.agentOf('a')
    expect((await host.call('/api/service/page/sessions', { token })).status).toBe(403)
    const revoke = { method: 'POST', token, body: {} }
    expect((await host.call('/api/service/page/sessions/revoke', revoke)).status).toBe(403)
  })
})

describe.runIf(process.platform === 'linux')('the owner’s token, from below an agent', () => {
  const SCRIPT = `fetch(process.argv[1], { headers: { authorization: 'Bearer ' + process.argv[2] } })
    .then((answer) => console.log(answer.status))`
  const ask = async (path: string, token: string, marker: string | null): Promise<number> => {
    const { YARD_AGENT_KEY: _, ...env } = process.env
    // Below a shell that has the marker, in a process that has not.
    const words = [
      '-c',
      'unset YARD_AGENT_KEY; "$0" -e "$1" "$2" "$3"; true',
      process.execPath,
      SCRIPT,
    ]
    const ran = await promisify(execFile)(
      '/bin/sh',
      [...words, `${host.served.url}${path}`, token],
      {
        env: { ...env, ...(marker === null ? {} : { YARD_AGENT_KEY: marker }) },
      },
    )
    return Number(ran.stdout)
  }

  it('is that agent’s: it reaches its own task and not the others', async () => {
    const body = { title: 'own', id: 'own', exec: 'true' }
    await host.call('/api/task', { method: 'POST', body })
    const { id, generation } = await host.agentOf('own')
    const folder = join(host.yard.paths.agents, id)
    mkdirSync(folder, { recursive: true })
    const record = { agent: id, task: 'own', generation, key: 'its-marker' }
    writeFileSync(join(folder, 'launch.json'), JSON.stringify(record))
    for (const token of [host.served.token, await signIn()]) {
      expect(await ask('/api/tasks', token, null)).toBe(200)
      expect(await ask('/api/tasks', token, 'its-marker')).toBe(403)
      expect(await ask('/api/task/own', token, 'its-marker')).toBe(200)
    }
    rmSync(folder, { recursive: true })
  })

  it('opens nothing where no agent of this yard has the marker', async () => {
    expect(await ask('/api/hello', host.served.token, 'of-nobody')).toBe(403)
  })
})
