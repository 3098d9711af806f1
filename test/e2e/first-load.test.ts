import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const PAGE = resolve(import.meta.dirname, '../../out/renderer')

/** What the page reads before its first drawing, compressed. A little above what it is: what grows it is to be loaded when it is asked for. */
const MOST_BYTES = 250_000

test('the first drawing waits for no more than it needs', () => {
  const html = readFileSync(resolve(PAGE, 'index.html'), 'utf8')
  const files = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)]
  const sizes = files.map(([, file = '']) => gzipSync(readFileSync(resolve(PAGE, file))).length)
  expect(sizes.length).toBeGreaterThan(1)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES)
})
