/** The time, drawn again every so often: for what shows an age or stands on an axis of time. */
import { useEffect, useState } from 'react'

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
