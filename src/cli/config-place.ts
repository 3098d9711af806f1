/** Where the configuration of an invocation stands, and how its files are changed. */
import { err, ok, type Result } from '../base/result.ts'
import type { ConfigChange } from '../config/edit.ts'
import type { ConfigSources } from '../config/load.ts'
import { findYard, userPaths, type YardPaths } from '../config/paths.ts'
import type { Failure } from '../domain/failure.ts'
import type { Cli } from './cli.ts'
import { recentConfigs } from '../yard/lobby/recent-yards.ts'
import { takeTurn } from '../config/file-turn.ts'
import { tellOwner, type Told } from './tell-owner.ts'

export interface ConfigPlace {
  readonly sources: ConfigSources
  /** Null outside a yard. */
  readonly paths: YardPaths | null
}

/** Outside a yard only the user's own file counts, and only where that is enough. */
export function configPlace(cli: Cli, worksWithoutYard: boolean): Result<ConfigPlace, Failure> {
  const { env, cwd } = cli.machine
  const found = findYard(cwd, env, cli.dir)
  if (!found.ok && (!worksWithoutYard || cli.dir !== null)) return found
  const paths = found.ok ? found.value : null
  const { config: globalFile, data } = userPaths(env)
  const projectFile = paths?.config ?? null
  return ok({
    paths,
    sources: { globalFile, projectFile, otherProjects: recentConfigs(data), env },
  })
}

type Edit = (
  sources: ConfigSources,
  scope: 'project' | 'global',
) => Result<readonly ConfigChange[], Failure>

/** Writes in turn with others, then lets a living owner apply it. */
export async function changeConfig(
  cli: Cli,
  how: { readonly isGlobal: boolean; readonly reloads: boolean },
  edit: Edit,
): Promise<Result<{ readonly changes: readonly ConfigChange[]; readonly told: Told }, Failure>> {
  const place = configPlace(cli, how.isGlobal)
  if (!place.ok) return place
  const { sources } = place.value
  const scope = how.isGlobal ? 'global' : 'project'
  const file = how.isGlobal ? sources.globalFile : sources.projectFile
  if (file === null) return err({ kind: 'no-yard', message: 'there is no yard here' })
  const changes = await takeTurn(file, () => edit(sources, scope))
  if (!changes.ok) return changes
  return ok({ changes: changes.value, told: await tellOwner(cli, how.reloads) })
}
