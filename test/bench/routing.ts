/** What choosing executor and model by past scores loses against the best choice, and the picture of it in the documents. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  fixedPolicy,
  ourPolicy,
  type Policy,
  randomPolicy,
  regretsOf,
  type Workload,
} from '../judging/route-workload.ts'
import { PROJECT } from './bench-yard.ts'
import type { Bench, Row } from './report.ts'

const SEEDS = process.env['YARD_BENCH_QUICK'] ? 10 : 100
const EXPLORE = 0.1

interface Panel {
  readonly title: string
  readonly workload: Workload
  /** Most percent of what chance loses. */
  readonly max: number
  readonly isDrawn: boolean
}

const panel = (title: string, more: Partial<Workload>, max: number, isDrawn = true): Panel => ({
  title,
  workload: { tasks: 600, inFlight: 0, pointUsd: 0.02, drifts: false, ...more },
  max,
  isDrawn,
})

const PANELS: readonly Panel[] = [
  panel('$0.02 a point', {}, 33.3),
  panel('$0.10 a point', { pointUsd: 0.1 }, 33.3),
  panel('$0.02 a point, 200 tasks, 50 in flight', { tasks: 200, inFlight: 50 }, 45, false),
  panel(
    '$0.10 a point, 200 tasks, 50 in flight',
    { tasks: 200, inFlight: 50, pointUsd: 0.1 },
    45,
    false,
  ),
  panel('$0.02 a point, drift at half', { drifts: true }, 45, false),
  panel('$0.10 a point, drift at half', { drifts: true, pointUsd: 0.1 }, 45),
]

/** A policy learns, so each history has its own. */
const LINES: readonly (readonly [name: string, make: (workload: Workload) => Policy])[] = [
  ['at random', () => randomPolicy],
  ['always today’s route', () => fixedPolicy],
  ['learned, without exploring', ({ pointUsd }) => ourPolicy({ pointUsd, hourUsd: 0, explore: 0 })],
  ['learned', ({ pointUsd }) => ourPolicy({ pointUsd, hourUsd: 0, explore: EXPLORE })],
]

export const routing: Bench = {
  name: 'routing',
  about: `what learned routing loses of what chance loses, ${SEEDS} histories each; draws docs/images/routing-regret.svg`,
  async run() {
    const drawn: Drawn[] = []
    const rows: Row[] = []
    for (const { title, workload, max, isDrawn } of PANELS) {
      const curves = LINES.map(([name, make]) => ({ name, values: meanRegrets(workload, make) }))
      const whole = curves[0]?.values.at(-1) ?? 1
      for (const { name, values } of curves.slice(1)) {
        const target = name === 'learned' ? { target: { max } } : {}
        const value = (100 * (values.at(-1) ?? 0)) / whole
        rows.push({ what: `${title}: ${name}`, value, unit: '% of random', ...target })
      }
      const shares = curves.map(({ values }) => values.map((value) => (100 * value) / whole))
      if (isDrawn) drawn.push({ title, curves: shares })
    }
    const folder = join(PROJECT, 'docs', 'images')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'routing-regret.svg'), plotOf(drawn))
    return rows
  },
}

function meanRegrets(workload: Workload, make: (workload: Workload) => Policy): number[] {
  const sums = Array.from({ length: workload.tasks }, () => 0)
  for (let seed = 1; seed <= SEEDS; seed += 1)
    regretsOf(seed * 1000, workload, make(workload)).forEach((value, task) => {
      sums[task] = (sums[task] ?? 0) + value / SEEDS
    })
  return sums
}

interface Drawn {
  readonly title: string
  /** As in `LINES`: percent of what chance has lost in the end, up to each task. */
  readonly curves: readonly (readonly number[])[]
}

const BOX = { width: 250, height: 180, left: 44, top: 34, gap: 28 }
const STEPS = [0, 25, 50, 75, 100]

/** Readable in the light and in the dark; the last line is ours. */
function plotOf(panels: readonly Drawn[]): string {
  const width = BOX.left + panels.length * (BOX.width + BOX.gap)
  const height = BOX.top + BOX.height + 74
  const legend = LINES.map(
    ([name], line) =>
      `<g transform="translate(${BOX.left + line * 190} ${height - 16})"><path class="c${line}" d="M0-4h24"/><text x="30">${name}</text></g>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="What choices of a model have lost by each task, in percent of what chance loses in all">
<style>
text { font: 11px system-ui, sans-serif; fill: #464c55 } .title { font-weight: 600 } .end { text-anchor: end } .middle { text-anchor: middle }
path { fill: none; stroke-width: 1.5 } .grid { stroke: #dde0e3; stroke-width: 1 }
.c0 { stroke: #81878d; stroke-dasharray: 2 3 } .c1 { stroke: #81878d } .c2 { stroke: #cb7b01 } .c3 { stroke: #2858cd; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) { text { fill: #b2b6bc } .grid { stroke: #353a40 } .c3 { stroke: #89b0ff } .c2 { stroke: #f8ad2b } }
</style>
${panels.map(panelOf).join('\n')}
${legend.join('\n')}
</svg>
`
}

function panelOf({ title, curves }: Drawn, place: number): string {
  const { width, height, left, top, gap } = BOX
  const tasks = curves[0]?.length ?? 1
  const y = (share: number): string => (height - (height * Math.min(share, 110)) / 110).toFixed(1)
  const x = (task: number): string => ((width * task) / tasks).toFixed(1)
  const grid = STEPS.map(
    (share) =>
      `<path class="grid" d="M0 ${y(share)}H${width}"/>${place === 0 ? `<text class="end" x="-6" y="${Number(y(share)) + 4}">${share} %</text>` : ''}`,
  )
  // Every fifth point is more than the eye sees.
  const lines = curves.map((curve, line) => {
    const points = curve.flatMap((share, task) =>
      task % 5 === 4 ? [`${x(task + 1)} ${y(share)}`] : [],
    )
    return `<path class="c${line}" d="M0 ${height}L${points.join('L')}"/>`
  })
  const half = tasks / 2
  return `<g transform="translate(${left + place * (width + gap)} ${top})"><text class="title" y="-12">${title}</text>
${grid.join('')}
${lines.join('\n')}
<text class="middle" x="${x(half)}" y="${height + 18}">${half} tasks</text><text class="end" x="${width}" y="${height + 18}">${tasks}</text></g>`
}
