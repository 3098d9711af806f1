/** The one place that maps a state to its lamp and its colours. Never colour alone: every lamp has its own silhouette. */
import type { ReactNode } from 'react'
import type { ShownState } from '../../domain/task.ts'
import { labelOfState } from '../model/state-label.ts'

const line = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.6,
  strokeLinecap: 'round',
} as const
const ring = <circle cx="8" cy="8" r="6.1" {...line} />
const knock = {
  ...line,
  className: 'lamp-knock',
  strokeWidth: 1.7,
  strokeLinejoin: 'round',
} as const

const LAMPS: Readonly<Record<ShownState, ReactNode>> = {
  ready: (
    <>
      {ring}
      <path d="M6.6 5.3 10.6 8l-4 2.7z" fill="currentColor" />
    </>
  ),
  blocked: (
    <>
      {ring}
      <rect x="4.6" y="7.1" width="6.8" height="1.8" rx=".6" fill="currentColor" />
    </>
  ),
  delayed: (
    <>
      {ring}
      <path d="M8 4.6V8l2.3 1.6" {...line} strokeLinejoin="round" />
    </>
  ),
  'in-progress': (
    <>
      <circle cx="8" cy="8" r="3.1" fill="currentColor" />
      <path className="lamp-turn" d="M8 1.6A6.4 6.4 0 1 1 1.6 8" {...line} />
    </>
  ),
  waiting: (
    <>
      <path
        d="M4.2 2.6h7.6A2.2 2.2 0 0 1 14 4.8v4a2.2 2.2 0 0 1-2.2 2.2H8l-3 2.6V11h-.8A2.2 2.2 0 0 1 2 8.8v-4a2.2 2.2 0 0 1 2.2-2.2z"
        {...line}
        strokeLinejoin="round"
      />
      <path d="M5.3 6.8h.01M8 6.8h.01M10.7 6.8h.01" {...line} strokeWidth={1.8} />
    </>
  ),
  'pending-eval': (
    <>
      <path d="M2 11.4a6 6 0 0 1 12 0" {...line} />
      <path d="M8 11.2l2.7-3.8" {...line} />
      <circle cx="8" cy="11.4" r="1.5" fill="currentColor" />
    </>
  ),
  done: (
    <>
      <circle cx="8" cy="8" r="6.9" fill="currentColor" />
      <path d="M5.1 8.3l2 2 3.8-4.3" {...knock} />
    </>
  ),
  failed: (
    <>
      <path d="M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z" fill="currentColor" />
      <path d="M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6" {...knock} />
    </>
  ),
  abandoned: (
    <>
      <circle cx="8" cy="8" r="6.1" {...line} strokeLinecap="butt" strokeDasharray="2.2 2.05" />
      <path d="M4.6 11.4l6.8-6.8" {...line} />
    </>
  ),
  paused: (
    <>
      <rect x="2" y="2" width="12" height="12" rx="3.2" {...line} />
      <path d="M6.3 5.6v4.8M9.7 5.6v4.8" {...line} />
    </>
  ),
  parked: <path d="M13.4 9.9A6 6 0 1 1 6.3 2.4a4.9 4.9 0 0 0 7.1 7.5z" fill="currentColor" />,
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
  return (
    <svg className="lamp" data-st={state ?? 'off'} viewBox="0 0 16 16" aria-hidden="true">
      {state === null ? ring : LAMPS[state]}
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
