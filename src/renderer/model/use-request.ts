/** A command that was given elsewhere leads to a screen with a word in the address; the screen takes the word out and does it. */
import { useEffect, useRef } from 'react'
import { useHalf } from './half.ts'
import { currentRoute, navigate } from './route.ts'

/** `name`: of the filter that asks for it. */
export function useRequest(name: string, act: () => void): void {
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  const isAskedFor = useHalf().filters[name] !== undefined
  useEffect(() => {
    if (!isAskedFor) return
    navigate({ filters: { ...currentRoute().filters, [name]: '' } }, { replace: true })
    latest.current()
  }, [name, isAskedFor])
}
