/** What leaves the renderer; what the sanitiser does with it is seen in a real browser (test/e2e/inspector.test.ts). */
import { expect, test } from 'vitest'
import { markdownToHtml } from '../../../src/renderer/ui/markdown.tsx'

function shown(text: string): HTMLElement {
  const box = document.createElement('div')
  box.innerHTML = markdownToHtml(text)
  return box
}

test.each([
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  'a <b onclick="x()">b</b> c',
  '<iframe srcdoc="<p>"></iframe>',
  '<style>* { display: none }</style>',
  '<!-- hidden -->',
])('tags are shown as they were written: %s', (text) => {
  const box = shown(text)
  expect(box.querySelector('img, script, b, iframe, style')).toBeNull()
  expect(box.textContent?.replace(/\s+$/, '')).toContain(text)
})

test.each([
  ['[x](javascript:alert(1))'],
  ['[x](JaVaScRiPt:alert(1))'],
  ['[x](data:text/html,hi)'],
  ['[x](file:///etc/passwd)'],
  ['[x](//example.org)'],
  ['[x](vbscript:x)'],
  ['<javascript:alert(1)>'],
])('leads nowhere: %s', (text) => {
  expect(shown(text).querySelector('a')).toBeNull()
})

test('a quote in an address does not leave it', () => {
  const box = shown('[x](https://example.org/"onmouseover="alert)')
  expect(box.querySelector('[onmouseover]')).toBeNull()
})

test('an image is its words: nothing is fetched', () => {
  const box = shown('![a cat](https://example.org/cat.png)')
  expect(box.querySelector('img')).toBeNull()
  expect(box.textContent).toContain('a cat')
})
