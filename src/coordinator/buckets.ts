/** Tasks that the same caps and breakers hold back stand in one bucket, so that a full cap costs one look, not one a task. */
import type { Task } from '../domain/task.ts'
import type { CoordinatorParts, Route } from './ports.ts'
import type { Tally } from './tally.ts'

export interface Buckets {
  of(task: Task, route: Route): string
  /** Neither a cap nor a breaker holds it back. */
  isOpen(bucket: string, tally: Tally): boolean
  /** The caps have changed: all buckets are made anew. */
  forget(): void
}

interface Bucket {
  readonly route: Route
  readonly tags: readonly string[]
  /** Keys of the breakers that would hold it back. */
  readonly breakers: readonly string[]
}

export function createBuckets({ plan, caps }: Pick<CoordinatorParts, 'plan' | 'caps'>): Buckets {
  const buckets = new Map<string, Bucket>()
  return {
    of(task, route) {
      const { tags: capped } = caps()
      const tags = task.tags.filter((tag) => capped[tag] !== undefined)
      const own = `respawn:${task.id}`
      const breakers = [
        `launch:${route.executor}`,
        ...(route.provider === null ? [] : [`provider:${route.provider}`]),
        ...(plan.breakers.has(own) ? [own] : []),
      ]
      const { executor, model, exclusive } = route
      const key = JSON.stringify([executor, model, exclusive, tags, breakers])
      buckets.set(key, { route, tags, breakers })
      return key
    },
    isOpen(bucket, tally) {
      const known = buckets.get(bucket)
      return (
        known !== undefined &&
        tally.full(caps(), known.route, known.tags) === null &&
        !known.breakers.some((key) => plan.breakers.has(key))
      )
    },
    forget: () => buckets.clear(),
  }
}
