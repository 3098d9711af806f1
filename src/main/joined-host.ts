/**
 * A yard that a service runs. Each page's port is relayed byte by byte to a WebSocket of its own: oRPC speaks the same frames
 * on both. The service's token stays in this process.
 */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { MessagePortMain } from 'electron'
import type { YardPaths } from '../config/paths.ts'
import { readState } from '../headless/state-file.ts'
import type { YardClient, YardHost } from './yard-host.ts'

/** The service's `state.json` is read again for each connection, because a restart may change it. */
export function createJoinedHost(paths: Pick<YardPaths, 'service'>): YardHost {
  const open = new Set<WebSocket>()
  const openSocket = async (): Promise<WebSocket | null> => {
    const socket = await connectTo(paths)
    if (socket === null) return null
    open.add(socket)
    socket.addEventListener('close', () => open.delete(socket))
    return socket
  }
  return {
    kind: 'joined',
    attach: (port) => void relay(port, openSocket),
    async connect() {
      const socket = await openSocket()
      if (socket === null) return null
      const client: YardClient = createORPCClient(new RPCLink({ websocket: socket }))
      return {
        client,
        closed: new Promise((resolve) => socket.addEventListener('close', () => resolve())),
      }
    },
    async close() {
      for (const socket of open) socket.close()
    },
  }
}

/** An open WebSocket, or null when nobody answers. */
async function connectTo(paths: Pick<YardPaths, 'service'>): Promise<WebSocket | null> {
  const state = readState(paths)
  if (state === null) return null
  const address = new URL('/ws', state.url)
  address.protocol = 'ws:'
  // Node's WebSocket looks like a browser's to the host, so it says where it comes from.
  const headers = { authorization: `Bearer ${state.token}`, origin: new URL(state.url).origin }
  const socket = new WebSocket(address, { headers })
  socket.binaryType = 'arraybuffer'
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(socket))
    socket.addEventListener('close', () => resolve(null))
  })
}

/** Frames that the page sends before the WebSocket is open wait in the port: it is started last. */
async function relay(
  port: MessagePortMain,
  openSocket: () => Promise<WebSocket | null>,
): Promise<void> {
  const socket = await openSocket()
  if (socket === null) return port.close()
  port.on('message', ({ data }) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(data)
  })
  port.on('close', () => socket.close())
  socket.addEventListener('message', ({ data }) => port.postMessage(data))
  socket.addEventListener('close', () => port.close())
  port.start()
}
