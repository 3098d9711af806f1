/** Draws a plot with uPlot, which paints a canvas: its colours and type come from the tokens and are read anew when the theme changes. */
import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from 'react'
import uPlot from 'uplot'
import { axisTime, greatest, type PlotSeries } from './plot-data.ts'
import { tokenOf } from '../theme-tokens.ts'

interface Drawing {
  /** ms, oldest first */
  readonly times: readonly number[]
  readonly series: readonly PlotSeries[]
  readonly isStacked: boolean
  readonly format: (value: number) => string
  /** px */
  readonly height: number
  /** The pointer stands over this instant; null = it has left. */
  readonly onPoint: (index: number | null) => void
}

interface PlotCanvas {
  readonly host: RefObject<HTMLDivElement | null>
  /** Shows the cursor at an instant. */
  point(index: number): void
}

/** The set of series, the height and the theme hold for as long as the component lives: other ones need another key. */
export function usePlotCanvas(drawing: Drawing): PlotCanvas {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(drawing)
  useLayoutEffect(() => {
    latest.current = drawing
  })
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    plot.current = new uPlot(optionsOf(element, latest), dataOf(latest.current), element)
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: latest.current.height }),
    )
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.current?.destroy()
      plot.current = null
    }
  }, [])
  const { times, series, isStacked } = drawing
  useEffect(
    () => plot.current?.setData(dataOf({ times, series, isStacked })),
    [times, series, isStacked],
  )
  const point = useCallback((index: number) => {
    const at = latest.current.times[index]
    if (plot.current === null || at === undefined) return
    plot.current.setCursor({ left: plot.current.valToPos(at / 1000, 'x'), top: 1 }, false)
  }, [])
  return { host, point }
}

type Shown = Pick<Drawing, 'times' | 'series' | 'isStacked'>

/** The highest of a stack is drawn first: what stands below it covers its foot. */
const inOrder = ({ series, isStacked }: Omit<Shown, 'times'>): readonly PlotSeries[] =>
  isStacked ? series.toReversed() : series

const dataOf = (drawing: Shown): uPlot.AlignedData => [
  drawing.times.map((each) => each / 1000),
  ...inOrder(drawing).map(({ values }) => [...values]),
]

function optionsOf(element: HTMLElement, latest: { readonly current: Drawing }): uPlot.Options {
  const drawing = latest.current
  const font = `10.5px ${tokenOf(element, '--font')}`
  const axis = {
    stroke: tokenOf(element, '--text-3'),
    font,
    grid: { stroke: tokenOf(element, '--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: element.clientWidth,
    height: drawing.height,
    // On the right as much as half a date needs, which stands below the middle of its day.
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
    scales: {
      x: { time: true, range: (_, min, max) => rangeOf(drawing, min, max) },
      y: { range: () => [0, (greatest(latest.current.series) ?? 0) * 1.08 || 1] },
    },
    axes: [
      { ...axis, space: 70, size: 22, values: (_, splits) => timesOf(latest.current, splits) },
      {
        ...axis,
        size: 46,
        space: 28,
        values: (_, splits) => splits.map((value) => latest.current.format(value)),
      },
    ],
    series: [{}, ...inOrder(drawing).map((each) => seriesOf(element, each, drawing.isStacked))],
    hooks: { setCursor: [(self) => latest.current.onPoint(self.cursor.idx ?? null)] },
  }
}

const DAY_SECONDS = 86_400
const WEEK_MS = 7 * DAY_SECONDS * 1000

/** Bars stand over their instant, so half a bar more is shown on either side. */
function rangeOf({ series }: Drawing, min: number, max: number): [number, number] {
  const rest = series.some(({ look }) => look === 'bars') ? DAY_SECONDS / 2 : 0
  return min === max && rest === 0 ? [min - 1, max + 1] : [min - rest, max + rest]
}

function timesOf({ times, series }: Drawing, splits: readonly number[]): string[] {
  const isPerDay = series.some(({ look }) => look === 'bars')
  const spanMs = isPerDay ? WEEK_MS : (times.at(-1) ?? 0) - (times[0] ?? 0)
  return splits.map((each) => axisTime(each * 1000, spanMs))
}

const barPaths = uPlot.paths.bars?.({ size: [0.6, 48], radius: 0.15 })

function seriesOf(element: HTMLElement, series: PlotSeries, isStacked: boolean): uPlot.Series {
  const color = tokenOf(element, series.color)
  const base = { label: series.label, stroke: color, points: { show: false } }
  switch (series.look) {
    case 'dashed':
      return { ...base, width: 1.5, dash: [5, 4] }
    case 'bars':
      return { ...base, width: 0, fill: color, ...(barPaths ? { paths: barPaths } : {}) }
    case 'area':
      return { ...base, width: isStacked ? 0 : 1.5, fill: isStacked ? color : faint(color) }
    case 'line':
      return { ...base, width: 1.5 }
  }
}

const faint = (color: string): string => `color-mix(in srgb, ${color} 18%, transparent)`
