/** Values of tokens for what is drawn on a canvas, which knows no custom properties. */
import { useEffect, useState } from 'react'

declare module 'react' {
  /** The style prop takes the page's own custom properties, too. */
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined
  }
}

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

/** Another number whenever the theme has changed: read the tokens again. */
export function useThemeTurn(): number {
  const [turn, setTurn] = useState(0)
  useEffect(() => watchTheme(() => setTurn((before) => before + 1)), [])
  return turn
}

/** Calls when the tokens may have other values: another theme, more contrast. */
export function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme', 'class', 'style'] })
  const over = new AbortController()
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'])
    matchMedia(query).addEventListener('change', onChange, { signal: over.signal })
  return () => {
    observer.disconnect()
    over.abort()
  }
}
