/** Values of tokens for what is drawn on a canvas, which knows no custom properties. */
import { useSyncExternalStore } from 'react'

/** The token's value as it holds for this element now, of `light-dark(A, B)` the one of its theme. */
export function tokenOf(element: Element, name: string): string {
  const style = getComputedStyle(element)
  const value = style.getPropertyValue(name).trim()
  const [, light, dark] = /^light-dark\(([^,]+), ?([^,]+)\)$/.exec(value) ?? []
  if (light === undefined || dark === undefined) return value
  const isDark = style.colorScheme.includes('light')
    ? style.colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches
    : style.colorScheme.includes('dark')
  return isDark ? dark : light
}

let turns = 0
const listeners = new Set<() => void>()
let watch: (() => void) | null = null

/** Another number whenever the theme has changed: read the tokens again. */
export const useThemeTurn = (): number => useSyncExternalStore(subscribe, () => turns)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  watch ??= watchTheme(() => {
    turns++
    for (const each of listeners) each()
  })
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    watch?.()
    watch = null
  }
}

/** Calls when the tokens may have other values: another theme, more contrast. */
export function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'class', 'style'] })
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((query) =>
    matchMedia(query),
  )
  for (const query of queries) query.addEventListener('change', onChange)
  return () => {
    observer.disconnect()
    for (const query of queries) query.removeEventListener('change', onChange)
  }
}
