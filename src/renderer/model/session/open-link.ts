/** Which way leads to the host: the preload's port if there is one, else the service that served the page. */
import { type Link, type LinkIssue, linkOverPort, linkOverSocket, type OpenLink } from './link.ts'
import type { DesktopBridge } from '../../../contract/desktop.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { fieldsOf, isText } from '../reading.ts'

export function chooseLink(page: Window): OpenLink {
  return page.yardHost ? () => openPort(page) : () => openSocket(page)
}

declare global {
  interface Window {
    /** Set by the preload, in the app only. */
    readonly yardHost?: DesktopBridge
  }
}

export const PORT_MESSAGE = 'yardmaster:port'
const PATIENCE_MS = 5000

/** Asks the preload for a port to the main process. */
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

/** Opens a WebSocket to the service that served the page. The token goes as a subprotocol: an address would end in logs. */
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

/** The page's token: got once for the one-use code in its address, then kept for all tabs of this origin, for as long as the host says. */
const KEY = 'yardmaster.token'
const THEN_KEY = 'yardmaster.then'
const THEN = /(?:^|[#&?/])then=import(?:&|$)/
const CODE = /(?:^|[#&?/])code=([^&]+)/

export async function takeToken(page: Window): Promise<Result<string, LinkIssue>> {
  const code = CODE.exec(page.location.hash)?.[1]
  if (code === undefined) return keptToken(page)
  const token = await exchange(page, decodeURIComponent(code))
  if (!token.ok && token.error === 'down') return token
  if (THEN.test(page.location.hash)) beginWithImport(page)
  // A used code is worth nothing; out of the address, a reload does not fail by it. Whoever went elsewhere meanwhile stays there.
  if (CODE.exec(page.location.hash)?.[1] === code)
    page.history.replaceState(null, '', page.location.pathname)
  // A used address opens the page of a browser that has a session already.
  if (!token.ok) return keptToken(page)
  page.localStorage.setItem(KEY, token.value)
  return token
}

function keptToken(page: Window): Result<string, LinkIssue> {
  const kept = page.localStorage.getItem(KEY)
  return kept === null ? err('unauthorised') : ok(kept)
}

/** What gives a fresh address, as the host of this page says it; null where nobody answers. */
export async function askPageCommand(page: Window): Promise<string | null> {
  try {
    const answer = await page.fetch('/session', { cache: 'no-store' })
    const { facts } = fieldsOf(fieldsOf(await answer.json())['error'])
    const { command } = fieldsOf(facts)
    return isText(command) ? command : null
  } catch {
    return null
  }
}

/** Where a frame can show this document once, without scripts and of nobody's origin; null when the host keeps none. In the app no token is needed. */
export async function frameAddress(page: Window, html: string): Promise<string | null> {
  const token = keptToken(page)
  try {
    const answer = await page.fetch('/frame', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token.ok ? { authorization: `Bearer ${token.value}` } : {}),
      },
      body: JSON.stringify({ html }),
    })
    const { path } = fieldsOf(await answer.json())
    return isText(path) ? path : null
  } catch {
    return null
  }
}

/** Leaves word that the window begins with the import of a graph. It opens the dialog and nothing more. */
export const beginWithImport = (page: Window): void =>
  page.sessionStorage.setItem(THEN_KEY, 'import')

/** True once after such a word. */
export function takeImportRequest(page: Window): boolean {
  const isWished = page.sessionStorage.getItem(THEN_KEY) === 'import'
  page.sessionStorage.removeItem(THEN_KEY)
  return isWished
}

async function exchange(page: Window, code: string): Promise<Result<string, LinkIssue>> {
  try {
    const answer = await page.fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    })
    const { token } = fieldsOf(answer.ok ? await answer.json() : null)
    return isText(token) && token !== '' ? ok(token) : err('unauthorised')
  } catch {
    return err('down')
  }
}
