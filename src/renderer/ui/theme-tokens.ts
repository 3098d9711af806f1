/** Values of tokens for what is drawn on a canvas, which knows no custom properties. */
import { useSyncExternalStore } from 'react'

/** The token's value as it holds for this element now. */
export const tokenOf = (element: Element, name: string): string =>
  getComputedStyle(element).getPropertyValue(name).trim()

let turns = 0
const listeners = new Set<() => void>()
let watch: (() => void) | null = null

/** Another number whenever the theme has changed: read the tokens again. */
export const useThemeTurn = (): number => useSyncExternalStore(subscribe, () => turns)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  watch ??= watchTheme()
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    watch?.()
    watch = null
  }
}

function watchTheme(): () => void {
  const onChange = (): void => {
    turns++
    for (const listener of listeners) listener()
  }
  const observer = new MutationObserver(onChange)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  const wishes = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((query) =>
    matchMedia(query),
  )
  for (const wish of wishes) wish.addEventListener('change', onChange)
  return () => {
    observer.disconnect()
    for (const wish of wishes) wish.removeEventListener('change', onChange)
  }
}
