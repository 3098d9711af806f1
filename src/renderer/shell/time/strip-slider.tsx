/** The strip itself: one canvas, one slider. */
import { tokenOf, useThemeTurn } from '../../ui/theme-tokens.ts'
import { type PointerEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { moveHead, pressHeadKey, setReplaying, usePlayhead } from './playhead.ts'
import {
  agoText,
  atOf,
  clockText,
  positionLabels,
  type TimeScale,
  xOf,
  xOfNow,
} from './time-scale.ts'
import { type Activity, useAhead, useIsLive } from './use-activity.ts'

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
  usePicture(canvas, { scale, activity, head: at })
  const follow = (event: PointerEvent<HTMLDivElement>): void =>
    moveHead(atOf(scale, event.clientX - event.currentTarget.getBoundingClientRect().left))
  const spanMs = now - from
  const clock = (instant: number): string => clockText(instant, { now, spanMs })
  return (
    <div
      ref={ref}
      className="time-slider flex-1"
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
  const labels = scale.width === 0 || font === '' ? [] : positionLabels(scale, words, widthIn(font))
  return (
    <div ref={element} className="time-labels text-text-2" aria-hidden="true">
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

function usePicture(canvas: RefObject<HTMLCanvasElement | null>, picture: StripPicture): void {
  const theme = useThemeTurn()
  useEffect(() => {
    if (canvas.current) drawStrip(canvas.current, picture)
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another theme has other colours
  }, [canvas, picture, theme])
}

interface StripPicture {
  readonly scale: TimeScale
  readonly activity: Activity
  /** ms; null = the present. */
  readonly head: number | null
}

const TOP = 8
const LEAST_BAR = 2

/** Bars of what happened, failures in red; what is to come; the head. */
function drawStrip(canvas: HTMLCanvasElement, { scale, activity, head }: StripPicture): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const token = (name: string): string => tokenOf(canvas, name)
  /** From `top` down to the foot. */
  const fill = (colour: string, left: number, top: number, width: number): void => {
    context.fillStyle = colour
    context.fillRect(left, top, width, HEIGHT - top)
  }
  const [line, failed] = [token('--line-3'), token('--st-failed-solid')]
  const xNow = xOfNow(scale)
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
  context.clearRect(0, 0, scale.width, HEIGHT)
  const most = Math.max(1, ...activity.bars.map(({ events }) => events))
  const width = Math.max(1, xNow / Math.max(1, activity.bars.length) - 1.6)
  for (const { at, events, failures } of activity.bars) {
    // The strip has moved on since its bars were counted.
    if (events === 0 || at < scale.from) continue
    const tall = LEAST_BAR + (HEIGHT - TOP - LEAST_BAR) * Math.sqrt(events / most)
    fill(failures > 0 ? failed : line, xOf(scale, at), HEIGHT - tall, width)
  }
  fill(line, 0, HEIGHT - 0.5, xNow)
  if (scale.end !== null) {
    const to = xOf(scale, scale.end)
    fill(token('--press'), xNow, HEIGHT - 10, to - xNow)
    context.strokeStyle = line
    context.setLineDash([2, 2])
    context.beginPath()
    context.moveTo(to, 6)
    context.lineTo(to, HEIGHT)
    context.stroke()
  }
  const x = head === null ? xNow : xOf(scale, head)
  fill(token(head === null ? '--lamp' : '--accent-solid'), x - 0.75, 3, 1.5)
  context.beginPath()
  context.arc(x, 4, 3.5, 0, Math.PI * 2)
  context.fill()
}
