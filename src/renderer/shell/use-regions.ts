/** F6 and ⇧F6 go round the regions of the window. */
import { useCommands } from '../actions/commands.ts'

export function useRegions(): void {
  useCommands({ 'region.next': () => step(1), 'region.previous': () => step(-1) })
}

function step(by: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')]
  const current = regions.findIndex((region) => region.contains(document.activeElement))
  const next = regions.at((current + by + (current < 0 && by < 0 ? 1 : 0)) % regions.length)
  if (!next) return
  const first = next.querySelector<HTMLElement>(
    'a[href], button:not(:disabled, .skip-link), input, [tabindex="0"]',
  )
  ;(first ?? next).focus()
}
