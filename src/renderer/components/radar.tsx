/** The eight dimensions of some results against those of all: as a radar to look at, and as rows to read. */
import type { EvaluationView } from '../../contract/judging.ts'
import { DIMENSIONS, type Dimensions } from '../../domain/judging/score.ts'
import { dimensionsText, nameOfDimension, shortOfDimension, shownScore } from '../model/scores.ts'
import { navigate } from '../model/route.ts'
import { PlainText } from '../ui/plain-text.tsx'
import './scores.css'

interface RadarProps {
  /** Whose it is: `opus`. */
  readonly label: string
  readonly own: Dimensions
  readonly all: Dimensions | null
}

const CENTRE = { x: 140, y: 98 }
const RADIUS = 70
const RINGS = [0.25, 0.5, 0.75, 1]

/** The first dimension is at the top, the others follow clockwise. */
function pointAt(index: number, value: number): readonly [x: number, y: number] {
  const angle = (index / DIMENSIONS.length) * 2 * Math.PI
  const reach = RADIUS * value
  return [CENTRE.x + reach * Math.sin(angle), CENTRE.y - reach * Math.cos(angle)]
}

const pathOf = (values: readonly number[]): string =>
  values
    .map((value, index) =>
      pointAt(index, value)
        .map((each) => each.toFixed(1))
        .join(','),
    )
    .join(' ')

/** What is not known stands in the middle. */
const valuesOf = (dimensions: Dimensions): number[] =>
  DIMENSIONS.map((name) => dimensions[name] ?? 0)

export function Radar({ label, own, all }: RadarProps) {
  return (
    <svg
      className="radar"
      viewBox="0 0 280 196"
      role="img"
      aria-label={`${label}: ${dimensionsText(own)}`}
    >
      {RINGS.map((ring) => (
        <polygon key={ring} className="radar-grid" points={pathOf(DIMENSIONS.map(() => ring))} />
      ))}
      {DIMENSIONS.map((name, index) => {
        const [x, y] = pointAt(index, 1)
        return <path key={name} className="radar-grid" d={`M${CENTRE.x} ${CENTRE.y}L${x} ${y}`} />
      })}
      {all && <polygon className="radar-all" points={pathOf(valuesOf(all))} />}
      <polygon className="radar-own" points={pathOf(valuesOf(own))} />
      {DIMENSIONS.map((name, index) => {
        const [x, y] = pointAt(index, 1.13)
        return (
          <text key={name} x={x} y={y + 3.5} textAnchor={anchorOf(x)}>
            {shortOfDimension(name)}
          </text>
        )
      })}
    </svg>
  )
}

const anchorOf = (x: number): 'start' | 'middle' | 'end' =>
  Math.abs(x - CENTRE.x) < 1 ? 'middle' : x > CENTRE.x ? 'start' : 'end'

interface DimensionRowsProps {
  readonly own: Dimensions
  readonly all: Dimensions | null
  /** Said under each row, with where it is to be seen in the result of `agent`. */
  readonly evidence?: EvaluationView['evidence']
  readonly agent?: string
}

export function DimensionRows({ own, all, evidence = {}, agent = '' }: DimensionRowsProps) {
  return (
    <dl className="dimension-rows">
      {DIMENSIONS.map((name) => (
        <div key={name} className="dimension-row">
          <dt>{nameOfDimension(name)}</dt>
          <Track own={own[name]} all={all?.[name] ?? null} />
          <dd>
            <b>{shownScore(own[name]) || <span className="text-text-3">unknown</span>}</b>
          </dd>
          <dd className="dimension-difference">{differenceText(own[name], all?.[name] ?? null)}</dd>
          <Evidence said={evidence[name]} agent={agent} />
        </div>
      ))}
    </dl>
  )
}

interface EvidenceProps {
  readonly said: EvaluationView['evidence'][string] | undefined
  readonly agent: string
}

function Evidence({ said, agent }: EvidenceProps) {
  if (!said) return null
  return (
    <dd className="dimension-evidence">
      <PlainText text={said.text} /> <EvidencePlace at={said.at} agent={agent} />
    </dd>
  )
}

interface EvidencePlaceProps {
  /** `src/a.ts:12`, `verify`, `check:NAME` or `log:3`; null = nothing is cited. */
  readonly at: string | null
  readonly agent: string
}

/** Leads to the line that is cited. */
export function EvidencePlace({ at, agent }: EvidencePlaceProps) {
  if (at === null) return null
  const isLog = at.startsWith('log:')
  if (at === 'verify' || at.startsWith('check:')) return <code>{at}</code>
  return (
    <button
      type="button"
      className="text-button"
      title={isLog ? 'Show the timeline' : 'Show the line in Changes'}
      onClick={() =>
        isLog ? navigate({ tab: 'timeline' }) : navigate({ tab: 'changes', agent, anchor: at })
      }
    >
      <code>{at}</code>
    </button>
  )
}

function Track({ own, all }: { readonly own: number | null; readonly all: number | null }) {
  return (
    <dd className="dimension-track" aria-hidden="true">
      {all !== null && <i data-of="all" style={{ left: `${all * 100}%` }} />}
      {own !== null && <i style={{ left: `${own * 100}%` }} />}
    </dd>
  )
}

/** `+0.07`, `−0.03`; empty where there is nothing to compare. */
export function differenceText(own: number | null, all: number | null): string {
  if (own === null || all === null) return ''
  const difference = Math.round((own - all) * 100) / 100
  if (difference === 0) return '±0'
  return `${difference > 0 ? '+' : '−'}${Math.abs(difference).toFixed(2)}`
}
