/** Who picks the model of a task on an executor that names none itself, stop by stop, as the host does. Pure. */
import type { RouteStop } from '../../../../contract/view.ts'
import { PROVIDER_OF_TYPE } from '../../../../domain/settings.ts'
import type { YardClient } from '../../../model/session/link.ts'
import type { ConfigEntry } from '../../../components/config-entry.ts'
import type { ExecutorView } from './executor-state.ts'

export type ModelView = Awaited<ReturnType<YardClient['service']['models']>>[number]

/** Empty for an executor without a provider: there the yard's default says nothing. */
export function modelStops(
  view: ExecutorView,
  models: readonly ModelView[],
  config: readonly ConfigEntry[],
): readonly RouteStop[] {
  const provider = PROVIDER_OF_TYPE[view.type]
  const entry = config.find(({ key }) => key === 'coordinator.model')
  if (provider === null || entry === undefined) return []
  const general = typeof entry.value === 'string' ? entry.value : null
  const isFit = models.some(({ isDefault, ...model }) => isDefault && model.provider === provider)
  const isSaid = entry.source !== 'default'
  const byExecutor = view.model !== null
  const byCoordinator = !byExecutor && isSaid && isFit
  return [
    { stop: 'task', value: null, isPicked: false },
    { stop: 'executor', value: view.model, isPicked: byExecutor },
    { stop: 'coordinator', value: isSaid ? general : null, isPicked: byCoordinator },
    {
      stop: 'default',
      value: !isSaid && isFit ? general : null,
      isPicked: !byExecutor && !byCoordinator,
    },
  ]
}
