/** Paints the strip: bars of what happened, failures in red, the head, and what is to come. */
import { tokenOf } from '../../ui/theme-tokens.ts'
import { xOf, xOfNow, type TimeScale } from './time-scale.ts'
import type { Activity } from './use-activity.ts'

export interface StripPicture {
  readonly scale: TimeScale
  readonly activity: Activity
  /** ms; null = the present. */
  readonly head: number | null
  readonly height: number
}

export interface StripColours {
  readonly bar: string
  readonly failure: string
  readonly lamp: string
  readonly accent: string
  readonly ahead: string
  readonly line: string
}

export function readColours(element: Element): StripColours {
  const token = (name: string): string => tokenOf(element, name)
  return {
    bar: token('--line-3'),
    failure: token('--st-failed-solid'),
    lamp: token('--lamp'),
    accent: token('--accent-solid'),
    ahead: token('--press'),
    line: token('--line-3'),
  }
}

const TOP = 8
const LEAST_BAR = 2

export function drawStrip(
  context: CanvasRenderingContext2D,
  picture: StripPicture,
  colours: StripColours,
): void {
  const { scale, height } = picture
  const ratio = devicePixelRatio
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, scale.width, height)
  drawBars(context, picture, colours)
  if (scale.end !== null) drawAhead(context, picture, colours)
  drawHead(context, picture, colours)
}

function drawBars(
  context: CanvasRenderingContext2D,
  { activity, scale, height }: StripPicture,
  colours: StripColours,
): void {
  const most = Math.max(1, ...activity.bars.map(({ events }) => events))
  const width = Math.max(1, xOfNow(scale) / Math.max(1, activity.bars.length) - 1.6)
  for (const { at, events, failures } of activity.bars) {
    // The strip has moved on since its bars were counted.
    if (events === 0 || at < scale.from) continue
    const tall = LEAST_BAR + (height - TOP - LEAST_BAR) * Math.sqrt(events / most)
    context.fillStyle = failures > 0 ? colours.failure : colours.bar
    context.fillRect(xOf(scale, at), height - tall, width, tall)
  }
  context.fillStyle = colours.bar
  context.fillRect(0, height - 0.5, xOfNow(scale), 0.5)
}

function drawAhead(
  context: CanvasRenderingContext2D,
  { scale, height }: StripPicture,
  colours: StripColours,
): void {
  const from = xOfNow(scale)
  const to = xOf(scale, scale.end ?? scale.now)
  context.fillStyle = colours.ahead
  context.fillRect(from, height - 10, to - from, 10)
  context.strokeStyle = colours.line
  context.setLineDash([2, 2])
  context.beginPath()
  context.moveTo(to, 6)
  context.lineTo(to, height)
  context.stroke()
  context.setLineDash([])
}

function drawHead(
  context: CanvasRenderingContext2D,
  { scale, head, height }: StripPicture,
  colours: StripColours,
): void {
  const x = head === null ? xOfNow(scale) : xOf(scale, head)
  const colour = head === null ? colours.lamp : colours.accent
  context.fillStyle = colour
  context.fillRect(x - 0.75, 3, 1.5, height - 3)
  context.beginPath()
  context.arc(x, 4, 3.5, 0, Math.PI * 2)
  context.fill()
}
