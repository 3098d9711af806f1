/** Something that is asked for once, and anew when how it is asked for changes. Old stays until the new is there; late answers are dropped. */
import { useEffect, useState } from 'react'

/** `load` must stay the same function for as long as it would ask for the same. Null = nothing was learned. */
export function useLoaded<T>(load: () => Promise<T | null>): T | null {
  const [loaded, setLoaded] = useState<T | null>(null)
  useEffect(() => {
    let isStale = false
    void load().then((value) => {
      if (!isStale && value !== null) setLoaded(value)
      return undefined
    })
    return () => {
      isStale = true
    }
  }, [load])
  return loaded
}
