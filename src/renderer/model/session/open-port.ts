/** Asks the preload for a port to the main process. */
import type { DesktopBridge } from '../../../contract/desktop.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { linkOverPort, type Link, type LinkIssue } from './link.ts'

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
