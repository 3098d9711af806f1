/** Stands between a client and a server of this machine, and cuts all that runs through it at given amounts of bytes. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpRelay {
  readonly port: number
  readonly cuts: number
  /** Cuts what is open now; new connections are let through. */
  cut(): void
  close(): Promise<void>
}

/** `after`: bytes of both directions, over all connections, until the next cut; after the last one nothing is cut any more. */
export async function openTcpRelay(
  to: number,
  after: readonly number[] = [],
  port = 0,
): Promise<TcpRelay> {
  const open = new Set<Socket>()
  const left = [...after]
  let cuts = 0
  const cut = (): void => {
    for (const socket of open) socket.destroy()
    open.clear()
    cuts += 1
  }
  /** Passes on what fits before the next cut. */
  const pass = (piece: Buffer, out: Socket): void => {
    const [room] = left
    if (room === undefined || piece.length < room) {
      out.write(piece)
      if (room !== undefined) left[0] = room - piece.length
      return
    }
    left.shift()
    out.write(piece.subarray(0, room), () => cut())
  }
  const server = createServer((inner) => {
    const outer = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      open.add(one)
      one.on('data', (piece) => pass(piece, other))
      one.on('error', () => {}) // it was cut
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts
    },
    cut,
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
