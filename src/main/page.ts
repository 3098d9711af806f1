/** The page's own scheme `app://yard/`: files of the built renderer under a policy that lets nothing else in, and what a frame of it shows. */
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol } from 'electron'
import {
  createFrames,
  FRAME_HEADERS,
  FRAME_PATH,
  frameInputSchema,
} from '../headless/http/frames.ts'
import { FILE_TYPES, PAGE_POLICY } from '../headless/http/page-files.ts'

export const PAGE_ORIGIN = 'app://yard'
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
    const html = frames.take(url.pathname)
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
