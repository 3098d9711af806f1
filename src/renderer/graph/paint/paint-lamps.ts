/** The lamps of `components/status-badge.tsx` as strokes for painting: the same silhouettes, on a field of 16 × 16. */
import type { ShownState } from '../../../domain/task.ts'
export interface LampPaths {
  readonly fill: string
  readonly stroke: string
  /** Cut out of the filled shape. */
  readonly knock: string
  readonly dash?: readonly number[]
}

const RING = 'M8 1.9A6.1 6.1 0 1 1 8 14.1A6.1 6.1 0 1 1 8 1.9z'

export const LAMPS: Readonly<Record<ShownState, LampPaths>> = {
  ready: { fill: 'M6.6 5.3 10.6 8l-4 2.7z', stroke: RING, knock: '' },
  blocked: { fill: 'M4.6 7.1h6.8v1.8H4.6z', stroke: RING, knock: '' },
  delayed: { fill: '', stroke: `${RING}M8 4.6V8l2.3 1.6`, knock: '' },
  'in-progress': {
    fill: 'M8 4.9A3.1 3.1 0 1 1 8 11.1A3.1 3.1 0 1 1 8 4.9z',
    stroke: 'M8 1.6A6.4 6.4 0 1 1 1.6 8',
    knock: '',
  },
  waiting: {
    fill: '',
    stroke:
      'M4.2 2.6h7.6A2.2 2.2 0 0 1 14 4.8v4a2.2 2.2 0 0 1-2.2 2.2H8l-3 2.6V11h-.8A2.2 2.2 0 0 1 2 8.8v-4a2.2 2.2 0 0 1 2.2-2.2zM5.3 6.8h.01M8 6.8h.01M10.7 6.8h.01',
    knock: '',
  },
  'pending-eval': {
    fill: 'M8 9.9A1.5 1.5 0 1 1 8 12.9A1.5 1.5 0 1 1 8 9.9z',
    stroke: 'M2 11.4a6 6 0 0 1 12 0M8 11.2l2.7-3.8',
    knock: '',
  },
  done: {
    fill: 'M8 1.1A6.9 6.9 0 1 1 8 14.9A6.9 6.9 0 1 1 8 1.1z',
    stroke: '',
    knock: 'M5.1 8.3l2 2 3.8-4.3',
  },
  failed: {
    fill: 'M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z',
    stroke: '',
    knock: 'M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6',
  },
  abandoned: { fill: '', stroke: `${RING}M4.6 11.4l6.8-6.8`, knock: '', dash: [2.2, 2.05] },
  paused: {
    fill: '',
    stroke:
      'M5.2 2h5.6A3.2 3.2 0 0 1 14 5.2v5.6a3.2 3.2 0 0 1-3.2 3.2H5.2A3.2 3.2 0 0 1 2 10.8V5.2A3.2 3.2 0 0 1 5.2 2zM6.3 5.6v4.8M9.7 5.6v4.8',
    knock: '',
  },
  parked: { fill: 'M13.4 9.9A6 6 0 1 1 6.3 2.4a4.9 4.9 0 0 0 7.1 7.5z', stroke: '', knock: '' },
}

const SIZE = 16
const paths = new Map<string, Path2D>()

function pathOf(text: string): Path2D {
  let path = paths.get(text)
  if (!path) paths.set(text, (path = new Path2D(text)))
  return path
}

interface LampPlace {
  /** Its middle, in the units of the context. */
  readonly x: number
  readonly y: number
  readonly size: number
  readonly colour: string
  readonly ground: string
}

export function paintLamp(
  context: CanvasRenderingContext2D,
  state: ShownState,
  place: LampPlace,
): void {
  const lamp = LAMPS[state]
  const { x, y, size, colour, ground } = place
  const scale = size / SIZE
  context.save()
  context.translate(x - size / 2, y - size / 2)
  context.scale(scale, scale)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.lineWidth = 1.6
  context.fillStyle = colour
  context.strokeStyle = colour
  if (lamp.fill) context.fill(pathOf(lamp.fill))
  if (lamp.dash) context.setLineDash([...lamp.dash])
  if (lamp.stroke) context.stroke(pathOf(lamp.stroke))
  if (lamp.dash) context.setLineDash([])
  context.strokeStyle = ground
  if (lamp.knock) context.stroke(pathOf(lamp.knock))
  context.restore()
}
