/** Marks every place of a text in what is drawn, without touching the page's elements. */
const NAME = 'found'
const MOST = 500

/** Empty text: nothing is marked. Where the browser cannot mark, the scrolling alone shows the place. */
export function markFound(root: HTMLElement, text: string): void {
  if (!('highlights' in CSS)) return
  if (text === '') return void CSS.highlights.delete(NAME)
  CSS.highlights.set(NAME, new Highlight(...rangesOf(root, text.toLowerCase())))
}

export function unmarkFound(): void {
  if ('highlights' in CSS) CSS.highlights.delete(NAME)
}

function rangesOf(root: HTMLElement, wanted: string): readonly Range[] {
  const ranges: Range[] = []
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = (node.textContent ?? '').toLowerCase()
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      // A letter whose small form is longer would move what follows it.
      if (at + wanted.length > (node.textContent ?? '').length) break
      const range = new Range()
      range.setStart(node, at)
      range.setEnd(node, at + wanted.length)
      ranges.push(range)
      if (ranges.length === MOST) return ranges
    }
  }
  return ranges
}
