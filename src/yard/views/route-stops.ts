/** Who picks the executor and the model of a task's next try, stop by stop. */
import type { RouteStop, TaskView } from '../../contract/view.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { generalModel, resolveExecutor } from '../../domain/resolve.ts'
import type { Task } from '../../domain/task.ts'
import { executorOf } from './task-card.ts'

export function routeStops(
  config: Pick<LoadedConfig, 'settings' | 'get'>,
  task: Pick<Task, 'executor' | 'exec' | 'model'>,
): TaskView['routes'] {
  const { settings } = config
  const choice = resolveExecutor(settings, task)
  const profile = choice.ok ? choice.value.profile : null
  const { executor, model } = settings.coordinator
  const isFit = profile !== null && generalModel(settings, profile) !== null
  const isSaid = (key: string): boolean => {
    const entry = config.get(key)
    return entry.ok && entry.value.source !== 'default'
  }
  return {
    executor: picked([
      { stop: 'task', value: executorOf(task) },
      { stop: 'coordinator', value: isSaid('coordinator.executor') ? executor : null },
      { stop: 'default', value: isSaid('coordinator.executor') ? null : executor },
    ]),
    model: picked([
      { stop: 'task', value: task.model },
      { stop: 'executor', value: profile?.model ?? null },
      {
        stop: 'coordinator',
        value: isSaid('coordinator.model') ? model : null,
        isUnfit: !isFit,
      },
      // Without one, the executor's own choice, whatever that is.
      {
        stop: 'default',
        value: isFit && !isSaid('coordinator.model') ? model : null,
        isLast: true,
      },
    ]),
  }
}

interface Candidate {
  readonly stop: RouteStop['stop']
  readonly value: string | null
  readonly isUnfit?: boolean
  readonly isLast?: boolean
}

function picked(candidates: readonly Candidate[]): RouteStop[] {
  const first = candidates.find(
    ({ value, isUnfit, isLast }) => (value !== null && !isUnfit) || isLast,
  )
  return candidates.map((one) => ({ stop: one.stop, value: one.value, isPicked: one === first }))
}
