/** What no page of the app may ever do: go elsewhere, open windows, embed others, get permissions. */
import { app, session, type WebContents } from 'electron'
import { PAGE_ORIGIN } from './page.ts'

export function lockDown(): void {
  app.on('web-contents-created', (_event, contents) => denyLeaving(contents))
  session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) =>
    answer(false),
  )
  session.defaultSession.setPermissionCheckHandler(() => false)
}

function denyLeaving(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault()
  })
  contents.on('will-redirect', (event) => event.preventDefault())
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

/** Only the page itself, never a frame within it, may talk to the main process. */
export function isOwnPage(url: string): boolean {
  return url === PAGE_ORIGIN || url.startsWith(`${PAGE_ORIGIN}/`)
}
