/** Eight dimensions small enough for a row of a table. */
import type { EvaluationView } from '../../contract/judging.ts'
import { DIMENSIONS } from '../../domain/judging/score.ts'
import { dimensionsText, LOW } from '../model/scores.ts'
import './scores.css'

const HEIGHT = 16
const STEP = 7

export function ScoreBars({ dimensions }: Pick<EvaluationView, 'dimensions'>) {
  if (dimensions === null) return null
  return (
    <svg
      className="score-bars"
      viewBox={`0 0 ${DIMENSIONS.length * STEP - 2} ${HEIGHT}`}
      role="img"
      aria-label={dimensionsText(dimensions)}
    >
      {DIMENSIONS.map((name, index) => {
        const value = dimensions[name]
        if (value === null) return null
        const height = Math.max(1, value * HEIGHT)
        return (
          <rect
            key={name}
            x={index * STEP + 0.5}
            y={HEIGHT - height}
            width={4}
            height={height}
            rx={1}
            data-low={value < LOW || undefined}
          />
        )
      })}
    </svg>
  )
}
