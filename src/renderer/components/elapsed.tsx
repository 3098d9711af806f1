/** A time that counts up. All of them are written by one timer straight into their text nodes, not through React. */
import { useEffect, useRef } from 'react'
import { elapsedText } from '../../domain/format.ts'

const counters = new Map<HTMLElement, number>()
let timer: ReturnType<typeof setInterval> | null = null

export function Elapsed({ since }: { readonly since: string }) {
  const ref = useRef<HTMLTimeElement>(null)
  useEffect(() => {
    const element = ref.current
    return element ? count(element, Date.parse(since)) : undefined
  }, [since])
  return <time ref={ref} dateTime={since} className="elapsed" />
}

function count(element: HTMLElement, sinceMs: number): () => void {
  counters.set(element, sinceMs)
  write(element, sinceMs)
  timer ??= setInterval(() => counters.forEach((since, each) => write(each, since)), 1000)
  return () => {
    counters.delete(element)
    if (counters.size === 0 && timer !== null) {
      clearInterval(timer)
      timer = null
    }
  }
}

function write(element: HTMLElement, sinceMs: number): void {
  const text = elapsedText(Date.now() - sinceMs)
  if (element.textContent !== text) element.textContent = text
}
