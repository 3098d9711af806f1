/** The picture of the bench `plot`: cost per task by size of graph, and how long a dependent waits. Readable in light and dark. */
import { percentile } from './measure.ts'

export type Runner = 'yard' | 'make' | 'ninja'

export interface CostLine {
  readonly runner: Runner
  /** Each task a process of its own; otherwise the graph alone is carried out. */
  readonly isProcesses: boolean
  readonly points: readonly { readonly size: number; readonly us: number }[]
}

export interface WaitLine {
  readonly runner: Runner
  /** ms */
  readonly waits: readonly number[]
}

export interface PlotData {
  readonly costs: readonly CostLine[]
  readonly waits: readonly WaitLine[]
  /** Where and when it was measured. */
  readonly note: string
}

const BOX = { width: 340, height: 230, top: 46 }
const LEFT = { costs: 62, waits: 520 }
const VIEW = { width: 930, height: 396 }
/** Two labels nearer than this would touch. */
const LABEL_STEP = 13
const TICK_STEP = 44

interface Axis {
  /** Ends of the axis, both above zero: all axes of size and time are logarithmic. */
  readonly from: number
  readonly to: number
  readonly ticks: readonly number[]
}

export function drawPlot({ costs, waits, note }: PlotData): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${VIEW.width} ${VIEW.height}" role="img" aria-label="Cost of a task by size of the graph, and time from the end of a dependency to the start of its dependent, of yard, make and ninja">
<style>
text { font: 11px system-ui, sans-serif; fill: #464c55 } .title { font-weight: 600 } .end { text-anchor: end } .middle { text-anchor: middle }
path { fill: none; stroke-width: 1.8 } .grid { stroke: #dde0e3; stroke-width: 1 } .bare { stroke-dasharray: 5 3 }
path.yard { stroke: #2858cd; stroke-width: 2.5 } path.make { stroke: #71777d } path.ninja { stroke: #b86e00 } path.key { stroke: #464c55 }
circle.yard { fill: #2858cd } circle.make { fill: #71777d } circle.ninja { fill: #b86e00 }
text.yard { fill: #2858cd; font-weight: 600 } text.ninja { fill: #8f5600 }
@media (prefers-color-scheme: dark) {
text { fill: #b2b6bc } .grid { stroke: #353a40 } path.key { stroke: #b2b6bc }
path.yard { stroke: #89b0ff } circle.yard, text.yard { fill: #89b0ff } path.make { stroke: #9aa0a6 } circle.make { fill: #9aa0a6 } path.ninja { stroke: #f8ad2b } circle.ninja, text.ninja { fill: #f8ad2b }
}
</style>
${costPanel(costs)}
${waitPanel(waits)}
${legend()}
<text x="${LEFT.costs}" y="${VIEW.height - 12}">${escaped(note)}</text>
</svg>
`
}

function costPanel(lines: readonly CostLine[]): string {
  const points = lines.flatMap(({ points }) => points)
  const x = decades(points.map(({ size }) => size))
  const y = decades(points.map(({ us }) => us))
  const at = ({ size, us }: { size: number; us: number }) => ({
    x: BOX.width * share(size, x),
    y: BOX.height * (1 - share(us, y)),
  })
  const drawn = lines.flatMap(({ runner, isProcesses, points }) => {
    const places = points.map(at)
    const last = places.at(-1)
    if (!last) return []
    const dots = places.map(
      (place) => `<circle class="${runner}" cx="${fixed(place.x)}" cy="${fixed(place.y)}" r="3"/>`,
    )
    const path = `<path class="${runner}${isProcesses ? '' : ' bare'}" d="M${pathOf(places)}"/>`
    return [{ shape: path + dots.join(''), label: { runner, ...last } }]
  })
  const labels = spreadLabels(drawn.map(({ label }) => label))
  return panel(LEFT.costs, 'cost of a task, by size of the graph', [
    ...y.ticks.map((us) => gridLine(BOX.height * (1 - share(us, y)), timeText(us / 1000))),
    ...x.ticks.map((size) => tickText(BOX.width * share(size, x), size.toLocaleString('en-US'))),
    ...drawn.map(({ shape }) => shape),
    ...labels.map(labelText),
    `<text class="middle" x="${BOX.width / 2}" y="${BOX.height + 34}">tasks</text>`,
  ])
}

const QUANTILES = [0, 25, 50, 75, 100]

function waitPanel(lines: readonly WaitLine[]): string {
  const x = steps(lines.flatMap(({ waits }) => [...waits]))
  const y = (percent: number): number => BOX.height * (1 - percent / 100)
  const drawn = lines.map(({ runner, waits }, line) => {
    const sorted = waits.toSorted((a, b) => a - b)
    const places = sorted.map((ms, i) => ({
      x: BOX.width * share(ms, x),
      y: y((100 * (i + 1)) / sorted.length),
    }))
    const [p50, p99] = [50, 99].map((p) => timeText(percentile(sorted, p)))
    const text = `<text x="30">${runner}: p50 ${p50}, p99 ${p99}</text>`
    const key = `<g transform="translate(0 ${BOX.height + 54 + 16 * line})"><path class="${runner}" d="M0-4h24"/>${text}</g>`
    return `<path class="${runner}" d="M${pathOf(places)}"/>${key}`
  })
  return panel(LEFT.waits, 'dependency ended → its dependent’s process has begun', [
    ...QUANTILES.map((percent) => gridLine(y(percent), `${percent} %`)),
    ...x.ticks.map((ms) => tickText(BOX.width * share(ms, x), timeText(ms))),
    ...drawn,
    `<text class="middle" x="${BOX.width / 2}" y="${BOX.height + 34}">of 200 links of a chain, so many waited at most so long</text>`,
  ])
}

const panel = (left: number, title: string, parts: readonly string[]): string =>
  `<g transform="translate(${left} ${BOX.top})"><text class="title" y="-16">${title}</text>
${parts.join('\n')}</g>`

const gridLine = (y: number, text: string): string =>
  `<path class="grid" d="M0 ${fixed(y)}H${BOX.width}"/><text class="end" x="-8" y="${fixed(y + 4)}">${text}</text>`

const tickText = (x: number, text: string): string =>
  `<path class="grid" d="M${fixed(x)} ${BOX.height}v5"/><text class="middle" x="${fixed(x)}" y="${BOX.height + 18}">${text}</text>`

interface Label {
  readonly runner: Runner
  readonly x: number
  readonly y: number
}

const labelText = ({ runner, x, y }: Label): string =>
  `<text class="${runner}" x="${fixed(x + 8)}" y="${fixed(y + 4)}">${runner}</text>`

/** Moves labels that stand at one place apart, upwards. */
export function spreadLabels(labels: readonly Label[]): Label[] {
  const placed: Label[] = []
  for (const label of labels.toSorted((a, b) => b.y - a.y)) {
    const below = placed.findLast(({ x }) => Math.abs(x - label.x) < 40)
    placed.push({ ...label, y: below ? Math.min(label.y, below.y - LABEL_STEP) : label.y })
  }
  return placed
}

function legend(): string {
  const y = BOX.top + BOX.height + 54
  const dash = (x: number, kind: string, text: string): string =>
    `<g transform="translate(${x} ${y})"><path class="key${kind}" d="M0-4h24"/><text x="30">${text}</text></g>`
  return (
    dash(LEFT.costs, '', 'a process each (true), 4 at once') +
    dash(LEFT.costs + 226, ' bare', 'the graph alone, no process')
  )
}

/** Whole decades around the values. */
export function decades(values: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const from = Math.floor(Math.log10(least) + 1e-9)
  const to = Math.max(from + 1, Math.ceil(Math.log10(most) - 1e-9))
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
  return { from: 10 ** from, to: 10 ** to, ticks }
}

/** 1, 2 and 5 of each decade, cut close around the values; fewer where their labels would touch. */
export function steps(values: readonly number[]): Axis {
  const axes = [[1, 2, 5], [1, 5], [1]].map((factors) => cutAround(values, factors))
  return axes.find(isLegible) ?? decades(values)
}

function isLegible(axis: Axis): boolean {
  const places = axis.ticks.map((tick) => BOX.width * share(tick, axis))
  return places.every((x, i) => i === 0 || x - (places[i - 1] ?? 0) >= TICK_STEP)
}

function cutAround(values: readonly number[], factors: readonly number[]): Axis {
  const all = decades(values).ticks.flatMap((tick) => factors.map((factor) => factor * tick))
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const first = all.findLastIndex((tick) => tick <= least)
  const last = all.findIndex((tick) => tick >= most)
  const ticks = all.slice(Math.max(0, first), last + 1)
  return { from: ticks[0] ?? 1, to: ticks.at(-1) ?? 10, ticks }
}

const share = (value: number, { from, to }: Axis): number =>
  Math.log(value / from) / Math.log(to / from)

const pathOf = (places: readonly { readonly x: number; readonly y: number }[]): string =>
  places.map(({ x, y }) => `${fixed(x)} ${fixed(y)}`).join('L')

const fixed = (value: number): string => value.toFixed(1)

function timeText(ms: number): string {
  const [value, unit] = ms >= 1000 ? [ms / 1000, 's'] : ms >= 1 ? [ms, 'ms'] : [ms * 1000, 'µs']
  return `${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} ${unit}`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
