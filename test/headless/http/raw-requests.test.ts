/** Requests as no client of ours would write them, sent byte by byte before anybody is let in. */
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServedYard, type ServedYard } from '../served-yard.ts'

let host: ServedYard
const uncaught: unknown[] = []
const note = (error: unknown): void => void uncaught.push(error)
beforeAll(async () => {
  host = await openServedYard()
  process.on('uncaughtException', note)
})
afterAll(async () => {
  process.off('uncaughtException', note)
  await host.close()
})

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'

/** Sends and reads until the host ends the connection; our own half stays open until then. */
async function exchange(target: string, headers = UPGRADE, hostName?: string): Promise<string> {
  const name = hostName ?? `127.0.0.1:${host.served.port}`
  const socket = createConnection({
    port: host.served.port,
    host: '127.0.0.1',
    allowHalfOpen: true,
  })
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const ended = once(socket, 'end')
  socket.write(`GET ${target} HTTP/1.1\r\nHost: ${name}\r\n${headers}\r\n`)
  await ended
  socket.destroy()
  return text
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])

describe('an upgrade', () => {
  it.each([
    ['//', 401],
    ['///', 401],
    ['/\\', 400],
    ['//[', 401],
    ['/%', 401],
    ['http://[', 400],
    ['*', 400],
    ['ws', 400],
  ])('to %s is refused with %i and harms nobody', async (target, status) => {
    expect(statusOf(await exchange(target))).toBe(status)
    expect((await host.call('/api/hello')).status).toBe(200)
    expect(uncaught).toEqual([])
  })

  it('to a foreign Host is refused with 403', async () => {
    expect(statusOf(await exchange('//', UPGRADE, 'evil.example'))).toBe(403)
  })

  it('with the token goes to /ws only', async () => {
    const token = `${UPGRADE}Sec-WebSocket-Protocol: yard, yard.token.${host.served.token}\r\n`
    expect(statusOf(await exchange('/other', token))).toBe(404)
    expect(statusOf(await exchange('//', token))).toBe(404)
  })

  it('leaves no connection open behind a refusal', async () => {
    // The host closes although this side never does: `exchange` keeps its half open.
    expect(statusOf(await exchange('/ws'))).toBe(401)
  })
})

describe('a plain request', () => {
  it.each(['//', '//[', '/%', 'http://[', '*'])('for %s is answered', async (target) => {
    const status = statusOf(await exchange(target, 'Connection: close\r\n'))
    expect([200, 400, 401, 422]).toContain(status)
    expect(uncaught).toEqual([])
  })
})
