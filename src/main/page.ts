/** The page's own scheme `app://yard/`: files of the built renderer under a policy that lets nothing else in, and what a frame of it shows. */
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { app, protocol, session, type WebContents } from 'electron'
import {
  createFrames,
  FRAME_HEADERS,
  FRAME_PATH,
  frameInputSchema,
} from '../headless/http/frames.ts'
import { FILE_TYPES, PAGE_POLICY } from '../headless/http/page-files.ts'
import { openOutside } from './outside.ts'

const PAGE_ORIGIN = 'app://yard'
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`

/** Must run before the app is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** `folder`: the built renderer, absolute. */
export function servePage(folder: string): void {
  const frames = createFrames()
  protocol.handle('app', async (request) => {
    const url = new URL(request.url)
    if (url.host !== 'yard') return notFound()
    if (request.method === 'POST' && url.pathname === FRAME_PATH) {
      const read = frameInputSchema.safeParse(await request.json().catch(() => null))
      return read.success ? Response.json({ path: frames.keep(read.data.html) }) : notFound()
    }
    const html = frames.find(url.pathname)
    return html === null ? answer(folder, url) : new Response(html, { headers: FRAME_HEADERS })
  })
}

async function answer(folder: string, url: URL): Promise<Response> {
  const asked = decoded(url.pathname)
  if (asked === null) return notFound()
  const path = normalize(join(folder, asked))
  const type = FILE_TYPES[extname(path)]
  if (type === undefined || !path.startsWith(folder + sep)) return notFound()
  const headers = {
    'content-type': type,
    'content-security-policy': PAGE_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  }
  try {
    return new Response(new Uint8Array(await readFile(path)), { headers })
  } catch {
    return notFound() // not there
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null // a broken escape names nothing
  }
}

const notFound = (): Response => new Response('not found', { status: 404 })

// What no page of the app may ever do: go elsewhere, open windows, embed others, get permissions.

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
