/** Serves the built page. These files are public, hold no data, and may load nothing but themselves. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** By extension. A file of any other type is not part of the page. */
export const FILE_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.ico': 'image/x-icon',
  '.map': 'application/json',
}

/** The page may load nothing but itself, in whichever host. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A file's name under `/assets/`: one level, no dot in front, so that no path leads out of the folder. */
const ASSET = /^\/assets\/([A-Za-z0-9_][A-Za-z0-9._-]{0,200})$/

/** The file below `pageRoot` that a path means; null when the path is none of the page's. */
export function pageFileOf(pageRoot: string, path: string): string | null {
  if (path === '/' || path === '/index.html') return join(pageRoot, 'index.html')
  const name = ASSET.exec(path)?.[1]
  return name === undefined ? null : join(pageRoot, 'assets', name)
}

/** False when there is no such file; then nothing was written. */
export async function sendPageFile(
  response: ServerResponse,
  file: string,
  isHead: boolean,
): Promise<boolean> {
  const found = await stat(file).catch(() => null)
  if (!found?.isFile()) return false
  const isIndex = file.endsWith('index.html')
  response.writeHead(200, {
    'content-type': FILE_TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': found.size,
    // Assets bear a hash of their content in their name.
    'cache-control': isIndex ? 'no-store' : 'public, max-age=31536000, immutable',
    'content-security-policy': PAGE_POLICY,
  })
  if (isHead) response.end()
  else await pipeline(createReadStream(file), response)
  return true
}

/** On every answer, page or data. */
export const SAFETY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
}
