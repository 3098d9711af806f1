/** Who picks an executor or a model, as a track plan: the first stop that names one sends the track off. */
import type { RouteStop } from '../../contract/view.ts'
import { originText } from '../../domain/origin.ts'
import { capital } from '../ui/format.ts'
import './route-plan.css'

export type RoutedChoice = 'executor' | 'model'

const WIDTH = 348
const LINE_Y = 26
const TOP_Y = 8

interface RoutePlanProps {
  readonly what: RoutedChoice
  readonly stops: readonly RouteStop[]
}

export function RoutePlan({ what, stops }: RoutePlanProps) {
  const step = 268 / Math.max(1, stops.length - 1)
  const x = (index: number): number => 34 + index * Math.min(step, 90)
  const picked = stops.findIndex((stop) => stop.isPicked)
  const chosen = stops[picked]
  const end = 240
  return (
    <>
      <svg
        className="route-plan"
        viewBox={`0 0 ${WIDTH} 66`}
        role="img"
        aria-label={planWords(what, stops)}
      >
        <path className="route-line" d={`M${x(0)} ${LINE_Y}H${x(stops.length - 1)}`} />
        {chosen && (
          <>
            <path
              className="route-taken"
              d={`M${x(picked)} ${LINE_Y}l18-18H${Math.max(end, x(picked) + 30)}`}
            />
            <path
              className="route-head"
              d={`M${Math.max(end, x(picked) + 30)} ${TOP_Y - 4}l7 4-7 4z`}
            />
          </>
        )}
        {stops.map((stop, index) => (
          <g key={stop.stop} data-picked={stop.isPicked} transform={`translate(${x(index)} 0)`}>
            <circle cy={LINE_Y} r="5" />
            <text y="46" textAnchor="middle">
              {capital(stop.stop)}
            </text>
            <text y="60" textAnchor="middle" className="route-value">
              {short(stop.value)}
            </text>
          </g>
        ))}
      </svg>
      <p className="route-words">
        {chosen?.value == null
          ? what === 'model'
            ? 'No stop names one: its executor’s own choice is used.'
            : 'No stop names one that is known.'
          : `${chosen.value} is used, named by the ${chosen.stop}${chosen.origin?.key == null ? '' : `: ${originText(chosen.origin)}`}.`}
      </p>
    </>
  )
}

const short = (value: string | null): string =>
  value === null ? 'none set' : value.length > 14 ? `${value.slice(0, 13)}…` : value

function planWords(what: RoutedChoice, stops: readonly RouteStop[]): string {
  const each = stops.map((stop) => `${capital(stop.stop)} ${stop.value ?? 'none set'}`)
  const picked = stops.find((stop) => stop.isPicked)?.value
  return `Choice of the ${what}: ${each.join(', ')}${picked == null ? '' : `, so ${picked} is used`}`
}
