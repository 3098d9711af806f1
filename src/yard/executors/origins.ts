/** Which level says what a task is run by: the task, its executor's profile, a flag, the environment, a file or the default. */
import { formatKey } from '../../config/keys.ts'
import type { LoadedConfig } from '../../config/load.ts'
import type { TaskView } from '../../contract/view.ts'
import { originText, type Origin } from '../../domain/origin.ts'
import type { Origins } from '../../domain/routing/resolve.ts'
import { isAgentCli, type ModelEntry, type Profile } from '../../domain/settings.ts'

type Config = Pick<LoadedConfig, 'get'>

const UNSAID: Origin = { level: 'default', key: null, file: null, line: null }
export const BY_TASK: Origin = { level: 'task', key: null, file: null, line: null }

export function originOf(config: Config, path: readonly string[]): Origin {
  const key = formatKey(path)
  const entry = config.get(key)
  if (!entry.ok) return { ...UNSAID, key }
  const { source, file, line } = entry.value
  return { level: source, key, file, line }
}

/** For what is stored with each agent. */
export const originsOf = (config: Config): Origins => ({
  executor: originText(originOf(config, ['coordinator', 'executor'])),
  model: originText(originOf(config, ['coordinator', 'model'])),
  modelOf: (executor) => originText(originOf(config, ['executors', executor, 'model'])),
})

/** `url` null = its provider's own. */
type EndpointChoice = NonNullable<TaskView['routes']['endpoint']>

/** Where what the executor asks for is sent; null for one that sends no requests. A model's own address counts where the profile has none. */
export function endpointOf(
  config: Config,
  task: { readonly executor: string | null },
  profile: Pick<Profile, 'name' | 'type' | 'url' | 'baseUrl'>,
  model: Pick<ModelEntry, 'name' | 'endpoint'> | null,
): EndpointChoice | null {
  const { name, type, url, baseUrl } = profile
  if (type === 'http') {
    const isByTask = url !== null && url === task.executor
    const field = sayingOf(config, name, ['url', 'endpoint'])
    return { url, origin: isByTask ? BY_TASK : field }
  }
  if (!isAgentCli(type) && type !== 'native') return null
  if (baseUrl !== null) return { url: baseUrl, origin: sayingOf(config, name, ['base_url']) }
  if (type === 'native' && model?.endpoint != null)
    return { url: model.endpoint, origin: originOf(config, ['models', model.name, 'endpoint']) }
  return { url: null, origin: UNSAID }
}

/** The first of a profile's fields that some level says. */
function sayingOf(config: Config, executor: string, fields: readonly string[]): Origin {
  const all = fields.map((field) => originOf(config, ['executors', executor, field]))
  return all.find(({ level }) => level !== 'default') ?? all[0] ?? UNSAID
}

export const endpointText = ({ url, origin }: EndpointChoice): string =>
  url === null ? 'its provider’s own' : `${url}: ${originText(origin)}`
