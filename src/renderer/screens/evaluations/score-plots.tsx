/** How scores spread, and what they cost. Drawn to be looked at; the tables beside them say the same. */
import type { EvaluationFigures, EvaluationGroup } from '../../../contract/judging.ts'
import { groupName, shownScore } from '../../model/scores.ts'
import { countText, moneyText } from '../../ui/format.ts'

const WIDTH = 440
const FLOOR = 128
const TOP = 26
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1]

export function ScorePlot({ figures }: { readonly figures: EvaluationFigures }) {
  const { bins, n, gated, passed, threshold, quartiles } = figures
  const most = Math.max(1, ...bins.map((bin) => bin.n))
  const step = WIDTH / bins.length
  const heightOf = (count: number): number => (count / most) * (FLOOR - TOP)
  const median = quartiles?.p50 ?? null
  const label = [
    `Distribution of ${countText(n)} scores.`,
    ...(median === null ? [] : [`Median ${shownScore(median)}.`]),
    ...(gated === 0 ? [] : [`${countText(gated - passed)} below the gate.`]),
  ].join(' ')
  return (
    <svg className="score-plot" viewBox={`0 0 ${WIDTH} 150`} role="img" aria-label={label}>
      {bins.map((bin, index) => {
        const [high, low] = [heightOf(bin.n - bin.below), heightOf(bin.below)]
        const x = index * step + 1.5
        return (
          <g key={index}>
            {bin.below > 0 && (
              <rect
                data-low
                x={x}
                y={FLOOR - low}
                width={step - 3}
                height={low}
                rx={Math.min(2, low)}
              />
            )}
            {bin.n > bin.below && (
              <rect x={x} y={FLOOR - low - high} width={step - 3} height={high} rx={2} />
            )}
          </g>
        )
      })}
      <path className="plot-axis" d={`M0 ${FLOOR + 0.5}H${WIDTH}`} />
      {threshold !== null && <GateLine threshold={threshold} />}
      {median !== null && (
        <>
          <path className="plot-median" d={`M${median * WIDTH} 2V24`} />
          <text x={sideOf(median).x} y="10" textAnchor={sideOf(median).anchor}>
            Median {shownScore(median)}
          </text>
        </>
      )}
      {TICKS.map((tick) => (
        <text
          key={tick}
          x={tick * WIDTH}
          y="144"
          textAnchor={tick === 0 ? 'start' : tick === 1 ? 'end' : 'middle'}
        >
          {tick}
        </text>
      ))}
    </svg>
  )
}

/** Words beside a line at the right edge stand at its left. */
const sideOf = (at: number) =>
  at > 0.8
    ? ({ x: at * WIDTH - 5, anchor: 'end' } as const)
    : ({ x: at * WIDTH + 5, anchor: 'start' } as const)

function GateLine({ threshold }: { readonly threshold: number }) {
  const x = threshold * WIDTH
  return (
    <>
      <path className="plot-gate" d={`M${x} 14V134`} />
      <text className="plot-gate-text" x={x - 6} y="22" textAnchor="end">
        Gate {shownScore(threshold)}
      </text>
    </>
  )
}

const COST = { left: 34, right: 332, top: 14, bottom: 124 }

interface CostPlotProps {
  readonly groups: readonly EvaluationFigures[]
  readonly chosen: EvaluationFigures | null
  readonly by: EvaluationGroup
}

interface Dot {
  readonly key: string
  readonly x: number
  readonly y: number
  readonly r: number
  readonly isChosen: boolean
}

/** Those whose price is known, by its logarithm. */
export function CostPlot({ groups, chosen, by }: CostPlotProps) {
  const known = groups.flatMap((group) => {
    const { mean, meanCostUsd: cost } = group
    return mean === null || cost === null || cost <= 0 ? [] : [{ group, mean, cost }]
  })
  if (known.length === 0)
    return <p className="evaluation-none">No agent said what it cost, and no price is known.</p>
  const costs = known.map(({ cost }) => Math.log10(cost))
  const [cheap, dear] = spread(costs, 0.15)
  const [worst, best] = spread(
    known.map(({ mean }) => mean),
    0.05,
  )
  const most = Math.max(...known.map(({ group }) => group.n))
  const dots = known.map(({ group, mean, cost }): Dot => {
    const across = (Math.log10(cost) - cheap) / (dear - cheap)
    const up = (mean - worst) / (best - worst)
    return {
      key: groupName(group) ?? `no ${by}`,
      x: COST.left + 20 + across * (COST.right - COST.left - 40),
      y: COST.bottom - up * (COST.bottom - COST.top),
      r: 4 + 4 * Math.sqrt(group.n / most),
      isChosen: group === chosen,
    }
  })
  const scores = [worst, (worst + best) / 2, best]
  const label = known.map(
    ({ group, mean, cost }) =>
      `${groupName(group) ?? `no ${by}`} ${shownScore(mean)} at ${moneyText(cost)}`,
  )
  return (
    <svg
      className="score-plot"
      viewBox="0 0 342 150"
      role="img"
      aria-label={`Mean score against mean cost: ${label.join(', ')}`}
    >
      {scores.map((score) => {
        const y = COST.bottom - ((score - worst) / (best - worst)) * (COST.bottom - COST.top)
        return (
          <g key={score}>
            <path className="plot-rule" d={`M${COST.left} ${y}H${COST.right}`} />
            <text x={COST.left - 6} y={y + 3.5} textAnchor="end">
              {shownScore(Math.min(1, Math.max(0, score)))}
            </text>
          </g>
        )
      })}
      {[cheap, dear].map((at, index) => (
        <text
          key={at}
          x={index === 0 ? COST.left + 20 : COST.right - 20}
          y="144"
          textAnchor="middle"
        >
          {moneyText(roundedCost(10 ** at))}
        </text>
      ))}
      {dots.map((dot) => (
        <g key={dot.key} data-chosen={dot.isChosen || undefined}>
          <circle className="plot-dot" cx={dot.x} cy={dot.y} r={dot.r} />
          <DotName dot={dot} />
        </g>
      ))}
    </svg>
  )
}

function DotName({ dot: { key, x, y, r } }: { readonly dot: Dot }) {
  const isRight = x > (COST.left + COST.right) / 2
  return (
    <text
      className="plot-dot-name"
      x={isRight ? x - r - 4 : x + r + 4}
      y={y + 3.5}
      textAnchor={isRight ? 'end' : 'start'}
    >
      {key.length > 24 ? `${key.slice(0, 23)}…` : key}
    </text>
  )
}

/** Wide enough that one value alone, or equal ones, stand in the middle. */
function spread(values: readonly number[], least: number): readonly [low: number, high: number] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const missing = Math.max(0, least - (high - low)) / 2
  return [low - missing, high + missing]
}

/** Two figures are enough on an axis. */
const roundedCost = (usd: number): number => Number(usd.toPrecision(2))
