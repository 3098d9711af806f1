/** A real service on loopback that answers as a test tells it, and keeps what it was sent. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface ServiceUnderTest {
  readonly origin: string
  readonly sent: readonly Sent[]
  /** Resolves when so many requests have come in whole. */
  received(count: number): Promise<void>
  /** The answer to every request from now on. */
  answer: (response: ServerResponse, sent: Sent) => void
  /** Answers on the bare connection instead, once set. */
  upgrade: ((socket: Socket) => void) | null
  close(): Promise<void>
}

export async function openService(): Promise<ServiceUnderTest> {
  const sent: Sent[] = []
  const waiting: { count: number; done: () => void }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const one = { method, path, headers, body }
      sent.push(one)
      for (const { count, done } of waiting) if (sent.length >= count) done()
      if (service.upgrade && request.socket) service.upgrade(request.socket)
      else service.answer(response, one)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const service: ServiceUnderTest = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    received: (count) =>
      new Promise((done) => {
        if (sent.length >= count) done()
        else waiting.push({ count, done })
      }),
    answer: (response) => void response.writeHead(202).end(),
    upgrade: null,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return service
}
