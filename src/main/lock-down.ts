/** What no page of the app may ever do: go elsewhere, open windows, embed others, get permissions. */
import { app, session, type WebContents } from 'electron'
import { openOutside } from './outside.ts'
import { PAGE_ORIGIN } from './page.ts'

/** `onLeave` hears of each address to which a page wanted to go; it is not gone to. */
export function lockDown(onLeave: (contents: WebContents, url: string) => void): void {
  app.on('web-contents-created', (_event, contents) => denyLeaving(contents, onLeave))
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(permission === COPYING && isOwnPage(details.requestingUrl)),
  )
  session.defaultSession.setPermissionCheckHandler(
    (_contents, permission, origin) => permission === COPYING && isOwnPage(noSlash(origin)),
  )
  session.defaultSession.setDevicePermissionHandler(() => false)
  session.defaultSession.on('will-download', (event, item) => {
    if (!isMadeByPage(item.getURL())) event.preventDefault()
  })
}

/** Putting text on the clipboard, where a person asked the page to copy it. Reading it is denied like all else. */
const COPYING = 'clipboard-sanitized-write'

/** An origin is told with a slash at its end. */
const noSlash = (origin: string): string => origin.replace(/\/$/, '')

function denyLeaving(
  contents: WebContents,
  onLeave: (contents: WebContents, url: string) => void,
): void {
  contents.setWindowOpenHandler(({ url }) => {
    // A failed dialog opens nothing, and there is nowhere to report it.
    openOutside(url).catch(() => {})
    return { action: 'deny' }
  })
  contents.on('will-navigate', (event) => {
    if (isOwnPage(event.url)) return
    event.preventDefault()
    onLeave(contents, event.url)
  })
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

/** An export is made in the page; the system asks the person where to put it. */
const isMadeByPage = (url: string): boolean => url.startsWith(`blob:${PAGE_ORIGIN}/`)

/** Only the page itself, never a frame within it, may talk to the main process. */
export function isOwnPage(url: string): boolean {
  return url === PAGE_ORIGIN || url.startsWith(`${PAGE_ORIGIN}/`)
}
