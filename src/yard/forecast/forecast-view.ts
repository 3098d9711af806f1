/** A forecast as it is told: instants instead of durations, ids instead of places in columns. */
import type { ForecastView } from '../../contract/forecast.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { Bounds } from '../../judging/forecast/bounds.ts'
import type { Forecast } from '../../judging/forecast/compute.ts'
import type { Pacer } from '../slices.ts'
import { isoTime } from '../views/iso-time.ts'

/** What was made of one moment. */
export interface Made {
  readonly at: number
  readonly seq: number
  /** Ended tries that it has learned from. */
  readonly tries: number
  /** Of the tasks that were asked for: how many go on by themselves, how many wait for people. */
  readonly left: number
  readonly stuck: number
  /** By their places in the columns. */
  readonly ids: readonly TaskId[]
  readonly forecast: Forecast
}

export function forecastView(
  { at, seq, tries, left, stuck, ids, forecast }: Made,
  calibration: ForecastView['calibration'],
): ForecastView {
  const { finish, costUsd, fewTries, critical } = forecast
  const instant = (ms: number): string => isoTime(at + ms)
  return {
    at: isoTime(at),
    seq,
    left,
    waitsForPeople: stuck,
    rough: fewTries.length > 0,
    history: { tries, fewKinds: [...fewTries] },
    finish: finish && withEach(finish, instant),
    costUsd: costUsd && withEach(costUsd, (usd) => usd),
    criticalPath: critical.flatMap(({ task, share }) => {
      const id = ids[task]
      return id === undefined ? [] : [{ id, share }]
    }),
    tasks: {},
    calibration,
  }
}

function withEach<T>({ p05, p25, p50, p75, p95 }: Bounds, of: (value: number) => T) {
  return {
    p05: p05 === null ? null : of(p05),
    p25: of(p25),
    p50: of(p50),
    p75: of(p75),
    p95: p95 === null ? null : of(p95),
  }
}

/** Of the tasks that were asked for; thousands of instants, so in pieces. */
export async function tasksView(
  { at, ids, forecast }: Made,
  pacer: Pacer,
): Promise<ForecastView['tasks']> {
  const { starts, ends } = forecast
  const quartiles = (column: Float64Array, place: number) => {
    const [p25, p50, p75] = [0, 1, 2].map((k) => isoTime(at + (column[3 * place + k] ?? 0)))
    return { p25: p25 ?? '', p50: p50 ?? '', p75: p75 ?? '' }
  }
  const tasks: ForecastView['tasks'] = {}
  for (const [place, id] of ids.entries()) {
    // Played beside those that were asked for.
    if (!(Number(ends[3 * place + 2]) > 0)) continue
    tasks[id] = { start: quartiles(starts, place), end: quartiles(ends, place) }
    const wait = pacer.pause()
    if (wait) await wait
  }
  return tasks
}
