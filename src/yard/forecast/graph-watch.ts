/**
 * Waits for the end of a graph of which something was said, to learn how far that was off. Where a person has to act, or the yard stands
 * still, nothing is learned: that was no part of what was said.
 */
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import type { TaskId } from '../../domain/ids.ts'
import type { EntityChange, Plan } from '../../domain/plan.ts'
import { isSatisfied, type Task } from '../../domain/task.ts'
import type { KeptForecast } from '../../store/forecasts.ts'

export type SaidForecast = Omit<KeptForecast, 'kind' | 'realMs'>

/** `ended` is called outside of any commit. One graph at a time: a second forecast of the same one would learn the same again. */
export function createGraphWatch(
  plan: Plan,
  now: () => number,
  ended: (row: KeptForecast) => void,
) {
  let watched: { readonly said: SaidForecast; readonly left: Set<TaskId> } | null = null

  const noteTask = ({ id, after }: Extract<EntityChange, { entity: 'task' }>): void => {
    if (!watched?.left.has(id as TaskId)) return
    if (after && needsPerson(after)) watched = null
    else if (!after || isSatisfied(after)) watched.left.delete(id as TaskId)
  }
  return {
    isWatching: (): boolean => watched !== null,
    watch(said: SaidForecast, ids: readonly TaskId[]): void {
      const left = ids.flatMap((id) => plan.tasks.get(id) ?? []).filter((one) => !isSatisfied(one))
      if (plan.facts.paused || left.length === 0 || left.some(needsPerson)) return
      watched = { said, left: new Set(left.map(({ id }) => id)) }
    },
    note({ changes }: CommittedBatch): void {
      if (!watched) return
      for (const change of changes) {
        if (change.entity === 'yard' && change.after?.paused) watched = null
        if (change.entity === 'task') noteTask(change)
      }
      if (!watched || watched.left.size > 0) return
      const { said } = watched
      watched = null
      const realMs = Math.max(1, now() - said.at)
      setImmediate(() => ended({ ...said, kind: 'graph', realMs }))
    },
  }
}

const needsPerson = ({ state, held }: Task): boolean =>
  held || state.kind === 'failed' || state.kind === 'waiting'
