/** Changes a config file for a living yard: written in turn with others, and only what can be applied at once. */
import { errorText } from '../base/text.ts'
import { err, ok, type Result } from '../base/result.ts'
import { editConfig, type ConfigChange, type ConfigEdit } from '../config/edit.ts'
import { withFileLock } from '../config/file-lock.ts'
import type { LoadedConfig } from '../config/load.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { configSources, sourcesWith } from './current.ts'
import { recentConfigs } from './start-screen/recent-yards.ts'
import { confirmTrust, isTrusted } from './trust.ts'
import type { YardParts } from './yard-parts.ts'

type Parts = Pick<YardParts, 'options' | 'current' | 'dataFolder'> & {
  readonly reload: () => Promise<Result<LoadedConfig, Failure>>
}

export async function configure(
  { options, current, dataFolder, reload }: Parts,
  scope: 'project' | 'global',
  edits: readonly ConfigEdit[],
): Promise<Result<readonly ConfigChange[], Failure>> {
  const sources = { ...configSources(options), otherProjects: recentConfigs(dataFolder) }
  const place = { paths: options.paths, dataFolder }
  const file = scope === 'global' ? sources.globalFile : sources.projectFile
  const written = await inTurn(file, () => {
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

async function inTurn<T>(file: string, run: () => Result<T, Failure>): Promise<Result<T, Failure>> {
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
