/** Which way leads to the host: the preload's port if there is one, else the service that served the page. */
import { openPort } from './open-port.ts'
import { openSocket } from './open-socket.ts'
import type { OpenLink } from './link.ts'

export function chooseLink(page: Window): OpenLink {
  return page.yardHost ? () => openPort(page) : () => openSocket(page)
}
