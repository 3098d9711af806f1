/** What changes with time: the clock itself, values that change too often to be drawn each time, what is written each second. */
import { useEffect, useRef, useState } from 'react'

/** ms since 1970, at most `everyMs` old. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now())
    }, everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

/** New values at most once in `everyMs`; the last one always comes through. 0 = each at once. */
export function useThrottled<T>(value: T, everyMs: number): T {
  const [taken, setTaken] = useState(value)
  const takenAt = useRef(0)
  useEffect(() => {
    if (everyMs === 0) return undefined
    const take = (): void => {
      takenAt.current = performance.now()
      setTaken(value)
    }
    const timer = setTimeout(take, Math.max(0, takenAt.current + everyMs - performance.now()))
    return () => clearTimeout(timer)
  }, [value, everyMs])
  return everyMs === 0 ? value : taken
}

const writers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** Now and then once a second, all by one timer; for what is written into the page past React. */
export function everySecond(write: () => void): () => void {
  writers.add(write)
  write()
  timer ??= setInterval(() => writers.forEach((each) => each()), 1000)
  return () => {
    writers.delete(write)
    if (writers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
