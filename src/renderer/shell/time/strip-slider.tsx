/** The strip itself: one canvas, one slider. */
import { useThemeTurn } from '../../ui/theme-tokens.ts'
import { useEffect, useMemo, useRef, useState, type PointerEvent, type RefObject } from 'react'
import { drawStrip, readColours } from './draw-strip.ts'
import { moveHead, setReplaying, usePlayhead } from './playhead.ts'
import { atOf, placeLabels, type TimeScale } from './time-scale.ts'
import { agoText, clockText } from './time-text.ts'
import type { Activity } from './use-activity.ts'
import { pressHeadKey } from './use-head-keys.ts'
import { useAhead, useIsLive } from './use-present.ts'

interface StripSliderProps {
  readonly ref: RefObject<HTMLDivElement | null>
  readonly activity: Activity
  /** Its beginning moves on with the present. */
  readonly isSliding: boolean
  /** ms; null = no forecast. */
  readonly end: number | null
}

const HEIGHT = 34

export function StripSlider({ ref, activity: told, isSliding, end: toldEnd }: StripSliderProps) {
  const { at } = usePlayhead()
  const isLive = useIsLive()
  const ahead = useAhead(told)
  const activity = useMemo(
    () => ({ ...told, from: told.from + (isSliding ? ahead : 0), to: told.to + ahead }),
    [told, isSliding, ahead],
  )
  // What is due is about to happen: never before the present.
  const end = toldEnd === null ? null : Math.max(toldEnd, told.to) + ahead
  const width = useWidth(ref)
  const canvas = useRef<HTMLCanvasElement>(null)
  const { from, to: now } = activity
  const scale: TimeScale = { from, now, end, width }
  usePicture(canvas, { scale, activity, head: at, height: HEIGHT })
  const follow = (event: PointerEvent<HTMLDivElement>): void =>
    moveHead(atOf(scale, event.clientX - event.currentTarget.getBoundingClientRect().left))
  const spanMs = now - from
  const clock = (instant: number): string => clockText(instant, { now, spanMs })
  return (
    <div
      ref={ref}
      className="time-slider"
      role="slider"
      tabIndex={0}
      aria-label="Time"
      aria-orientation="horizontal"
      aria-valuemin={from}
      aria-valuemax={now}
      aria-valuenow={at ?? now}
      aria-valuetext={
        at !== null
          ? `${clock(at)}, ${agoText(now - at)}`
          : isLive
            ? `Live, ${clockText(now, { now, spanMs: Infinity })}`
            : `Not live, as of ${clock(now)}`
      }
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setReplaying(false)
        follow(event)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event)
      }}
      onKeyDown={(event) => pressHeadKey(event, activity)}
    >
      <canvas
        ref={canvas}
        aria-hidden="true"
        width={Math.round(width * devicePixelRatio)}
        height={Math.round(HEIGHT * devicePixelRatio)}
        style={{ width, height: HEIGHT }}
      />
      <Labels scale={scale} clock={clock} isLive={isLive} />
    </div>
  )
}

interface LabelsProps {
  readonly scale: TimeScale
  readonly clock: (at: number) => string
  readonly isLive: boolean
}

function Labels({ scale, clock, isLive }: LabelsProps) {
  const element = useRef<HTMLDivElement>(null)
  const [font, setFont] = useState('')
  useEffect(() => {
    if (!element.current) return
    // Its shorthand is empty where figures are tabular.
    const { fontSize, fontFamily } = getComputedStyle(element.current)
    setFont(`${fontSize} ${fontFamily}`)
  }, [])
  const words = { clock, present: isLive ? 'now' : 'as of' }
  const labels = scale.width === 0 || font === '' ? [] : placeLabels(scale, words, widthIn(font))
  return (
    <div ref={element} className="time-labels" aria-hidden="true">
      {labels.map(({ text, left, isMark }) => (
        <span key={`${left} ${text}`} className={isMark ? undefined : 'time-now'} style={{ left }}>
          {text}
        </span>
      ))}
    </div>
  )
}

/** px of a text on one line. */
function widthIn(font: string): (text: string) => number {
  const context = document.createElement('canvas').getContext('2d')
  if (context) context.font = font
  return (text) => Math.ceil(context?.measureText(text).width ?? 0)
}

function useWidth(ref: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = ref.current
    if (!element) return undefined
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.round(entry?.contentRect.width ?? 0)),
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [ref])
  return width
}

type Picture = Parameters<typeof drawStrip>[1]

function usePicture(canvas: RefObject<HTMLCanvasElement | null>, picture: Picture): void {
  const theme = useThemeTurn()
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (element && context) drawStrip(context, picture, readColours(element))
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another theme has other colours
  }, [canvas, picture, theme])
}
