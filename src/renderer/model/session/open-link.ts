/** Which way leads to the host: the preload's port if there is one, else the service that served the page. */
import { type Link, type LinkIssue, linkOverPort, linkOverSocket, type OpenLink } from './link.ts'
import type { DesktopBridge } from '../../../contract/desktop.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { takeToken } from './token.ts'

export function chooseLink(page: Window): OpenLink {
  return page.yardHost ? () => openPort(page) : () => openSocket(page)
}

// Asks the preload for a port to the main process.

declare global {
  interface Window {
    /** Set by the preload, in the app only. */
    readonly yardHost?: DesktopBridge
  }
}

export const PORT_MESSAGE = 'yardmaster:port'
const PATIENCE_MS = 5000

export function openPort(page: Window): Promise<Result<Link, LinkIssue>> {
  return new Promise((resolve) => {
    const settle = (result: Result<Link, LinkIssue>): void => {
      clearTimeout(timer)
      page.removeEventListener('message', onMessage)
      resolve(result)
    }
    const onMessage = (event: MessageEvent): void => {
      const port = event.ports[0]
      if (event.source === page && event.data === PORT_MESSAGE && port)
        settle(ok(linkOverPort(port)))
    }
    const timer = setTimeout(() => settle(err('down')), PATIENCE_MS)
    page.addEventListener('message', onMessage)
    page.yardHost?.connect()
  })
}

// Opens a WebSocket to the service that served the page. The token goes as a subprotocol: an address would end in logs.

export async function openSocket(page: Window): Promise<Result<Link, LinkIssue>> {
  const token = await takeToken(page)
  if (!token.ok) return token
  const address = new URL('/ws', page.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(address, ['yard', `yard.token.${token.value}`])
  if (await hasOpened(socket)) return ok(linkOverSocket(socket))
  return err((await isRefused(page, token.value)) ? 'unauthorised' : 'down')
}

const hasOpened = (socket: WebSocket): Promise<boolean> =>
  new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(true))
    socket.addEventListener('close', () => resolve(false))
  })

/** A browser does not say why a WebSocket was refused, so the same is asked over HTTP. */
async function isRefused(page: Window, token: string): Promise<boolean> {
  try {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await page.fetch('/api/hello', { headers, cache: 'no-store' })
    return answer.status === 401
  } catch {
    return false // nobody is there
  }
}
