/**
 * A yard that a service runs. Each page's port is relayed byte by byte to a WebSocket of its own: oRPC speaks the same frames
 * on both. The service's token stays in this process.
 */
import { readFile } from 'node:fs/promises'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { MessagePortMain } from 'electron'
import { z } from 'zod'
import type { YardClient, YardHost } from './yard-host.ts'

const stateSchema = z.object({ url: z.url(), token: z.string().min(1) })

/** `stateFile`: the service's `state.json`; read again for each connection, because a restart may change it. */
export function createJoinedHost(stateFile: string): YardHost {
  const open = new Set<WebSocket>()
  const openSocket = async (): Promise<WebSocket | null> => {
    const socket = await connectTo(stateFile)
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

/** Whether a service answers there now. */
export async function isAnswering(stateFile: string): Promise<boolean> {
  const socket = await connectTo(stateFile)
  socket?.close()
  return socket !== null
}

/** An open WebSocket, or null when nobody answers. */
async function connectTo(stateFile: string): Promise<WebSocket | null> {
  const state = await readState(stateFile)
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

async function readState(file: string): Promise<z.infer<typeof stateSchema> | null> {
  try {
    const state = stateSchema.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return state.success ? state.data : null
  } catch {
    return null // not there, or half written: asked again at the next try
  }
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
