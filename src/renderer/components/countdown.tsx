/** How long it is until an instant, `in 12:05`. One timer writes all of them straight into their text nodes, not through React. */
import { useEffect, useRef } from 'react'
import { remainingText } from '../../domain/format.ts'

const counters = new Map<HTMLElement, number>()
let timer: ReturnType<typeof setInterval> | null = null

export function Countdown({ until }: { readonly until: string }) {
  const ref = useRef<HTMLTimeElement>(null)
  useEffect(() => {
    const element = ref.current
    return element ? count(element, Date.parse(until)) : undefined
  }, [until])
  // Heard once, with what stands before it: a number that changes each second is no news.
  return <time ref={ref} dateTime={until} className="elapsed" aria-live="off" />
}

function count(element: HTMLElement, untilMs: number): () => void {
  counters.set(element, untilMs)
  write(element, untilMs)
  timer ??= setInterval(() => counters.forEach((until, each) => write(each, until)), 1000)
  return () => {
    counters.delete(element)
    if (counters.size > 0 || timer === null) return
    clearInterval(timer)
    timer = null
  }
}

function write(element: HTMLElement, untilMs: number): void {
  const left = untilMs - Date.now()
  const text = left <= 0 ? 'any moment now' : `in ${remainingText(left)}`
  if (element.textContent !== text) element.textContent = text
}
