/** Opens a WebSocket to the service that served the page. The token goes as a subprotocol: an address would end in logs. */
import { err, ok, type Result } from '../../../base/result.ts'
import { linkOverSocket, type Link, type LinkIssue } from './link.ts'
import { takeToken } from './token.ts'

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
