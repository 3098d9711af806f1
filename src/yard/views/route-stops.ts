/** Who picks the executor and the model of a task's next try, stop by stop. */
import type { RouteStop, TaskView } from '../../contract/view.ts'
import type { Origin } from '../../domain/origin.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { findModel } from '../../domain/models.ts'
import { generalModel, resolveExecutor, resolveModel } from '../../domain/resolve.ts'
import type { Profile } from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import { BY_TASK, endpointOf, originOf } from '../origins.ts'
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
  const general = (field: string): Origin => originOf(config, ['coordinator', field])
  return {
    executor: picked([
      { stop: 'task', value: executorOf(task), origin: BY_TASK },
      {
        stop: 'coordinator',
        value: isSaid('coordinator.executor') ? executor : null,
        origin: general('executor'),
      },
      {
        stop: 'default',
        value: isSaid('coordinator.executor') ? null : executor,
        origin: general('executor'),
      },
    ]),
    model: picked([
      { stop: 'task', value: task.model, origin: BY_TASK },
      {
        stop: 'executor',
        value: profile?.model ?? null,
        origin: profile && originOf(config, ['executors', profile.name, 'model']),
      },
      {
        stop: 'coordinator',
        value: isSaid('coordinator.model') ? model : null,
        origin: general('model'),
        isUnfit: !isFit,
      },
      // Without one, the executor's own choice, whatever that is.
      {
        stop: 'default',
        value: isFit && !isSaid('coordinator.model') ? model : null,
        origin: general('model'),
        isLast: true,
      },
    ]),
    ...(profile
      ? { executorType: profile.type, endpoint: shownEndpoint(config, task, profile) }
      : { executorType: null, endpoint: null }),
  }
}

/** Of the next try: its own model counts where it has an address of its own. */
function shownEndpoint(
  config: Pick<LoadedConfig, 'settings' | 'get'>,
  task: Pick<Task, 'executor' | 'model'>,
  profile: Profile,
): TaskView['routes']['endpoint'] {
  const model = resolveModel(config.settings, task, profile)
  const name = model.ok ? model.value.name : null
  return endpointOf(config, task, profile, name === null ? null : findModel(config.settings, name))
}

interface Candidate {
  readonly stop: RouteStop['stop']
  readonly value: string | null
  readonly origin: Origin | null
  readonly isUnfit?: boolean
  readonly isLast?: boolean
}

function picked(candidates: readonly Candidate[]): RouteStop[] {
  const first = candidates.find(
    ({ value, isUnfit, isLast }) => (value !== null && !isUnfit) || isLast,
  )
  return candidates.map((one) => ({
    stop: one.stop,
    value: one.value,
    isPicked: one === first,
    origin: one.value === null ? null : one.origin,
  }))
}
