/** The configuration of an open yard: where it is read from, and how its files are changed. */
import { errorText } from '../base/text.ts'
import { err, ok, type Result } from '../base/result.ts'
import { editConfig, type ConfigChange, type ConfigEdit } from '../config/edit.ts'
import { withFileLock } from '../config/file-lock.ts'
import { loadConfig, type ConfigSources, type LoadedConfig } from '../config/load.ts'
import { userPaths } from '../config/paths.ts'
import type { Flags } from '../contract/service.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { recentConfigs } from './start-screen/recent-yards.ts'
import { confirmTrust, isTrusted } from './access/trust.ts'
import type { OpenYardOptions, YardParts } from './yard.ts'

type Source = Pick<OpenYardOptions, 'paths' | 'env'>

export const readConfig = (options: Source, flags: Flags): Result<LoadedConfig, Failure> =>
  loadConfig(sourcesWith(options, flags))

/** Everything that the configuration is made from while these flags hold. */
function sourcesWith(options: Source, flags: Flags): ConfigSources {
  const named: Record<string, string | number> = {}
  if (flags.maxAgents !== undefined) named['coordinator.max_agents'] = flags.maxAgents
  if (flags.model !== undefined) named['coordinator.model'] = flags.model
  if (flags.executor !== undefined) named['coordinator.executor'] = flags.executor
  if (flags.pollIntervalMs !== undefined)
    named['coordinator.poll_interval'] = `${flags.pollIntervalMs}ms`
  return { ...configSources(options), flags: named }
}

const configSources = ({ paths, env }: Source) => ({
  globalFile: userPaths(env).config,
  projectFile: paths.config,
  env,
})

type Parts = Pick<YardParts, 'options' | 'current' | 'dataFolder'> & {
  readonly reload: () => Promise<Result<LoadedConfig, Failure>>
}

/** Writes a config file under its lock, and only what can be applied at once. */
export async function configure(
  { options, current, dataFolder, reload }: Parts,
  scope: 'project' | 'global',
  edits: readonly ConfigEdit[],
): Promise<Result<readonly ConfigChange[], Failure>> {
  const sources = { ...configSources(options), otherProjects: recentConfigs(dataFolder) }
  const place = { paths: options.paths, dataFolder }
  const file = scope === 'global' ? sources.globalFile : sources.projectFile
  const written = await underLock(file, () => {
    // Asked of the file as it stands now: what somebody else put there meanwhile is not confirmed along with this.
    const wasTrusted = isTrusted(place)
    const edited = editConfig(sources, scope, edits, sourcesWith(options, current.flags))
    if (!edited.ok) return edited
    // The person who says what shall stand there has seen it.
    if (wasTrusted && !isTrusted(place)) confirmTrust(place)
    return edited
  })
  if (!written.ok) return written
  const reloaded = await reload()
  return reloaded.ok ? ok(written.value) : reloaded
}

async function underLock<T>(
  file: string,
  run: () => Result<T, Failure>,
): Promise<Result<T, Failure>> {
  try {
    return await withFileLock(file, run)
  } catch (error) {
    const why = errorText(error)
    return err(
      failure('io', `${file} could not be written: ${why}`, {
        hint: 'is its folder writable?',
        facts: { file },
      }),
    )
  }
}
