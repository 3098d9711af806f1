/** With the next drawing, for a place that is not there before it; not if the person has gone elsewhere meanwhile. */
export function focusAfterDraw(find: () => HTMLElement | null | undefined): void {
  const before = document.activeElement
  requestAnimationFrame(() => {
    const now = document.activeElement
    if (now === before || now === null || now === document.body) find()?.focus()
  })
}
