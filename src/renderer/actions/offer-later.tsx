/** What a list offers comes after what the window offers everywhere, so that the list is asked first, also when the page opens on it. */
import { useEffect, useState, type ReactNode } from 'react'

export function OfferLater({ children }: { readonly children: ReactNode }) {
  const [isLater, setLater] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), 0)
    return () => clearTimeout(timer)
  }, [])
  return isLater ? children : null
}
