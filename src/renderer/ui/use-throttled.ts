/** A value that may change often, taken over now and then: for what costs a walk over all tasks. */
import { useEffect, useRef, useState } from 'react'

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
