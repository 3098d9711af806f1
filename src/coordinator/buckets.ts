/** Tasks that the same caps and breakers hold back stand in one bucket, so that a full cap costs one look, not one a task. */
import { spends, YARD_BUDGET_KEYS } from '../domain/budget.ts'
import type { Task } from '../domain/task.ts'
import type { CoordinatorParts, Route } from './ports.ts'
import { awakeRoute } from './fallback.ts'
import type { CapCounts } from './cap-counts.ts'

export interface Buckets {
  of(task: Task, route: Route): string
  /** Neither a cap nor a breaker holds it back, and it can run on this machine. */
  isOpen(bucket: string, counts: CapCounts): boolean
  /** The caps have changed: all buckets are made anew. */
  forget(): void
}

interface Bucket {
  readonly route: Route
  readonly tags: readonly string[]
  /** The breaker of this very task, if it has one. */
  readonly own: string | null
}

export function createBuckets(
  { plan, caps, canRun = () => true }: Pick<CoordinatorParts, 'plan' | 'caps' | 'canRun'>,
  isReached: (cap: string) => boolean,
): Buckets {
  const buckets = new Map<string, Bucket>()
  return {
    of(task, route) {
      const { tags: capped } = caps()
      const tags = task.tags.filter((tag) => capped[tag] !== undefined)
      const own = `respawn:${task.id}`
      const isTripped = plan.breakers.has(own)
      const key = JSON.stringify([...wordsOf(route), tags, isTripped ? own : null])
      buckets.set(key, { route, tags, own: isTripped ? own : null })
      return key
    },
    isOpen(bucket, counts) {
      const known = buckets.get(bucket)
      if (!known) return false
      const route = awakeRoute(plan, known.route)
      return (
        counts.full(caps(), route, known.tags) === null &&
        !breakersOf(route, known.own).some((key) => plan.breakers.has(key) || isReached(key)) &&
        canRun(route)
      )
    },
    forget: () => buckets.clear(),
  }
}

/** Keys of the breakers that would hold it back. */
const breakersOf = ({ executor, executorType, provider }: Route, own: string | null): string[] => [
  `launch:${executor}`,
  ...(provider === null ? [] : [`provider:${provider}`]),
  ...(own === null ? [] : [own]),
  ...(spends(executorType) ? YARD_BUDGET_KEYS : []),
]

/** All by which two routes may be held back differently. */
function wordsOf({ executor, model, exclusive, provider, fallback }: Route): unknown[] {
  return [executor, model, exclusive, provider, fallback ? wordsOf(fallback) : null]
}
