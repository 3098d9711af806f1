/** The one place that maps a state to its lamp and its colours. Never colour alone: every lamp has its own silhouette. */
import type { ShownState } from '../../domain/graph/shown-state.ts'
import { labelOfState } from '../model/task-state.ts'

/** Strokes on a field of 16 × 16, for elements and for painting alike. */
export interface LampPaths {
  readonly fill?: string
  readonly stroke?: string
  /** A stroke in dashes of `LAMP_DASHES`. */
  readonly dashed?: string
  /** It turns while nothing stands still. */
  readonly turning?: string
  /** Cut out of the filled shape. */
  readonly knock?: string
}
export const LAMP_DASHES = [2.2, 2.05]

const RING = 'M14.1 8A6.1 6.1 0 1 1 1.9 8A6.1 6.1 0 1 1 14.1 8z'

export const LAMPS: Readonly<Record<ShownState, LampPaths>> = {
  ready: { fill: 'M6.6 5.3 10.6 8l-4 2.7z', stroke: RING },
  blocked: {
    fill: 'M5.2 7.1h5.6a.6.6 0 0 1 .6.6v.6a.6.6 0 0 1-.6.6H5.2a.6.6 0 0 1-.6-.6v-.6a.6.6 0 0 1 .6-.6z',
    stroke: RING,
  },
  delayed: { stroke: `${RING}M8 4.6V8l2.3 1.6` },
  'in-progress': {
    fill: 'M8 4.9A3.1 3.1 0 1 1 8 11.1A3.1 3.1 0 1 1 8 4.9z',
    turning: 'M8 1.6A6.4 6.4 0 1 1 1.6 8',
  },
  waiting: {
    stroke:
      'M4.2 2.6h7.6A2.2 2.2 0 0 1 14 4.8v4a2.2 2.2 0 0 1-2.2 2.2H8l-3 2.6V11h-.8A2.2 2.2 0 0 1 2 8.8v-4a2.2 2.2 0 0 1 2.2-2.2zM5.3 6.8h.01M8 6.8h.01M10.7 6.8h.01',
  },
  'pending-eval': {
    fill: 'M8 9.9A1.5 1.5 0 1 1 8 12.9A1.5 1.5 0 1 1 8 9.9z',
    stroke: 'M2 11.4a6 6 0 0 1 12 0M8 11.2l2.7-3.8',
  },
  done: {
    fill: 'M8 1.1A6.9 6.9 0 1 1 8 14.9A6.9 6.9 0 1 1 8 1.1z',
    knock: 'M5.1 8.3l2 2 3.8-4.3',
  },
  failed: {
    fill: 'M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z',
    knock: 'M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6',
  },
  abandoned: { dashed: RING, stroke: 'M4.6 11.4l6.8-6.8' },
  paused: {
    stroke:
      'M5.2 2h5.6A3.2 3.2 0 0 1 14 5.2v5.6a3.2 3.2 0 0 1-3.2 3.2H5.2A3.2 3.2 0 0 1 2 10.8V5.2A3.2 3.2 0 0 1 5.2 2zM6.3 5.6v4.8M9.7 5.6v4.8',
  },
  parked: { fill: 'M13.4 9.9A6 6 0 1 1 6.3 2.4a4.9 4.9 0 0 0 7.1 7.5z' },
}

/** Order of the counts in the top bar: what needs eyes first. */
export const STATES_IN_ORDER: readonly ShownState[] = [
  'in-progress',
  'waiting',
  'failed',
  'ready',
  'pending-eval',
  'parked',
  'delayed',
  'paused',
  'blocked',
  'done',
  'abandoned',
]

/** Null = nothing is known: a plain ring. Decoration only: a word or a label must stand beside it. */
export function Lamp({ state }: { readonly state: ShownState | null }) {
  const lamp: LampPaths = state === null ? { stroke: RING } : LAMPS[state]
  return (
    <svg className="lamp" data-st={state ?? 'off'} viewBox="0 0 16 16" aria-hidden="true">
      {lamp.fill && <path className="lamp-fill" d={lamp.fill} />}
      {lamp.stroke && <path d={lamp.stroke} />}
      {lamp.dashed && (
        <path d={lamp.dashed} strokeDasharray={LAMP_DASHES.join(' ')} strokeLinecap="butt" />
      )}
      {lamp.turning && <path className="lamp-turn" d={lamp.turning} />}
      {lamp.knock && <path className="lamp-knock" d={lamp.knock} />}
    </svg>
  )
}

interface StatusBadgeProps {
  readonly state: ShownState
  /** Where the state alone says less than is known. */
  readonly word?: string
}

export function StatusBadge({ state, word = labelOfState(state) }: StatusBadgeProps) {
  return (
    <span className="status-badge" data-st={state}>
      <Lamp state={state} />
      {word}
    </span>
  )
}
