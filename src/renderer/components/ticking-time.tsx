/** Times that count up or down. One timer writes all of them straight into their text nodes, not through React. */
import { type ComponentProps, useEffect, useRef } from 'react'
import { elapsedText, remainingText } from '../../domain/format.ts'
import { everySecond } from '../ui/timers.ts'

export const Elapsed = ({ since }: { readonly since: string }) => (
  <TickingTime at={since} textOf={sinceText} />
)

/** How long it is until an instant, `in 12:05`. Heard once, with what stands before it: a number that changes each second is no news. */
export const Countdown = ({ until }: { readonly until: string }) => (
  <TickingTime at={until} textOf={untilText} aria-live="off" />
)

const sinceText = (leftMs: number): string => elapsedText(-leftMs)
const untilText = (leftMs: number): string =>
  leftMs <= 0 ? 'any moment now' : `in ${remainingText(leftMs)}`

interface TickingTimeProps extends ComponentProps<'time'> {
  readonly at: string
  /** `leftMs` until the instant; below zero when it is over. */
  readonly textOf: (leftMs: number) => string
}

function TickingTime({ at, textOf, ...rest }: TickingTimeProps) {
  const ref = useRef<HTMLTimeElement>(null)
  useEffect(() => {
    const write = (): void => {
      const text = textOf(Date.parse(at) - Date.now())
      if (ref.current && ref.current.textContent !== text) ref.current.textContent = text
    }
    return everySecond(write)
  }, [at, textOf])
  return <time ref={ref} dateTime={at} className="elapsed" {...rest} />
}
