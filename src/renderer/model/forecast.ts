/** How long tasks take, and which of them decide when all is done. Pure. */
import type { ForecastView } from '../../contract/forecast.ts'
import { longestChain } from '../../domain/graph/dag.ts'
import { dagOfTasks, type Tasks } from './reach.ts'
import { taskTookMs } from './task-state.ts'

/** ms that a start of a task will probably take: as it is foretold, else what its last one took. Null where that would be a guess. */
export function durationForecast(
  tasks: Tasks,
  told: Pick<ForecastView, 'tasks'> | null,
): (id: string) => number | null {
  return (id) => {
    const times = told?.tasks[id]
    if (!times) return tasks.get(id)?.workedMs ?? null
    return Math.max(0, Date.parse(times.end.p50) - Date.parse(times.start.p50))
  }
}

/**
 * The critical path: the chain of tasks that decides when all is done. Ids from first to last. A finished task weighs what it took,
 * every other the mean of those (all the same while nothing has finished); abandoned tasks are on no path. While work is left, it
 * is the longest chain of that, with the longest finished chain that led there.
 */
export function criticalPath(tasks: Tasks): readonly string[] {
  // A task that took no time says nothing of how long others will take.
  const mean = meanOf(doneSpans(tasks).filter((ms) => ms > 0))
  return longestChain(dagOfTasks(tasks), (id) => {
    const card = tasks.get(id)
    if (!card || card.status === 'abandoned') return null
    return card.status === 'done' ? [0, taskTookMs(card) || mean] : [mean, 0]
  })
}

const doneSpans = (tasks: Tasks): readonly number[] =>
  [...tasks.values()].flatMap((card) => (card.status === 'done' ? (taskTookMs(card) ?? []) : []))

const meanOf = (spans: readonly number[]): number =>
  spans.length === 0 ? 1 : spans.reduce((sum, ms) => sum + ms, 0) / spans.length

type Finish = NonNullable<ForecastView['finish']>

/** `±50 min`: half of what holds nine of ten times; null where that is not claimed. */
export function spreadText({ p05, p95 }: Pick<Finish, 'p05' | 'p95'>): string | null {
  if (p05 === null || p95 === null) return null
  const half = (Date.parse(p95) - Date.parse(p05)) / 2
  return `±${roughDuration(half)}`
}

/** One unit: `40 s`, `50 min`, `3 h`, `2 d`. */
function roughDuration(ms: number): string {
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`
  return ms < 129_600_000 ? `${Math.round(ms / 3_600_000)} h` : `${Math.round(ms / 86_400_000)} d`
}
