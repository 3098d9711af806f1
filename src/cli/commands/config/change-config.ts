/** The configuration files of an invocation: finds them, changes them, and lets a living owner reload them. */
import { err, ok, type Result } from '../../../base/result.ts'
import type { ConfigChange } from '../../../config/edit.ts'
import { withFileLock } from '../../../config/file-lock.ts'
import type { ConfigSources } from '../../../config/load.ts'
import { userPaths, type YardPaths } from '../../../config/paths.ts'
import type { Flags } from '../../../contract/service.ts'
import type { Failure } from '../../../domain/failure.ts'
import { parseDuration } from '../../../domain/format.ts'
import { findCaller } from '../../../yard/access/caller.ts'
import { recentConfigs } from '../../../yard/start-screen/recent-yards.ts'
import { yardOf } from '../../connect/connect.ts'
import { failureFromError } from '../../connect/failure-from-error.ts'
import { findOwner, type Client } from '../../connect/owner.ts'
import type { Cli } from '../../spec/define.ts'

export interface ConfigFiles {
  readonly sources: ConfigSources
  /** Null outside a yard. */
  readonly paths: YardPaths | null
}

/** Outside a yard only the user's own file counts, and only where that is enough. */
export function configFiles(cli: Cli, worksWithoutYard: boolean): Result<ConfigFiles, Failure> {
  const { env } = cli.machine
  const found = yardOf(cli)
  if (!found.ok && (!worksWithoutYard || cli.dir !== null)) return found
  const paths = found.ok ? found.value : null
  const { config: globalFile, data } = userPaths(env)
  const projectFile = paths?.config ?? null
  return ok({
    paths,
    sources: { globalFile, projectFile, otherProjects: recentConfigs(data), env },
  })
}

export type Edit = (
  sources: ConfigSources,
  scope: 'project' | 'global',
) => Result<readonly ConfigChange[], Failure>

/** Writes under the lock of the file, then lets a living owner apply it. */
export async function changeConfig(
  cli: Cli,
  how: { readonly isGlobal: boolean; readonly reloads: boolean },
  edit: Edit,
): Promise<
  Result<{ readonly changes: readonly ConfigChange[]; readonly reload: Reload }, Failure>
> {
  const files = configFiles(cli, how.isGlobal)
  if (!files.ok) return files
  const { sources } = files.value
  const scope = how.isGlobal ? 'global' : 'project'
  const file = how.isGlobal ? sources.globalFile : sources.projectFile
  if (file === null) return err({ kind: 'no-yard', message: 'there is no yard here' })
  const changes = await withFileLock(file, () => edit(sources, scope))
  if (!changes.ok) return changes
  return ok({ changes: changes.value, reload: await reloadOwner(cli, how.reloads) })
}

export type Entry = Awaited<ReturnType<Client['service']['config']>>[number]

export type PendingConfig = Awaited<ReturnType<Client['service']['pendingConfig']>>['entries']

/** What became of a change at the owner. */
export type Reload =
  | { readonly kind: 'no-owner' }
  /** `changed`: all that was not in force and is now, by whatever change. */
  | {
      readonly kind: 'applied'
      readonly changed: PendingConfig
      /** The owner's configuration now. */
      readonly inForce: Awaited<ReturnType<Client['service']['config']>>
    }
  /** The reload was not asked for. */
  | { readonly kind: 'left'; readonly changed: PendingConfig }
  | { readonly kind: 'not-taken'; readonly why: string }

/**
 * Reloads a living owner with the flags that it has, so that only the files count anew.
 * A file that was checked here cannot break there; an owner that does not answer reads it when it starts.
 */
export async function reloadOwner(cli: Cli, reloads = true): Promise<Reload> {
  const { machine } = cli
  const paths = yardOf(cli)
  if (!paths.ok) return { kind: 'no-owner' }
  const owner = await findOwner(paths.value, findCaller(machine.env, paths.value.root))
  if (!owner) return { kind: 'no-owner' }
  const { service } = owner.client
  try {
    const { entries: changed } = await service.pendingConfig()
    if (!reloads) return { kind: 'left', changed }
    await service.reload(await flagsOf(owner.client))
    return { kind: 'applied', changed, inForce: await service.config() }
  } catch (error) {
    return { kind: 'not-taken', why: failureFromError(error).message } // of another contract, or gone meanwhile
  }
}

/** The flags that the owner was started with stand in its configuration. */
async function flagsOf(client: Client): Promise<Flags> {
  const entries = await client.service.config()
  const given = entries.flatMap(({ key, value, source }) =>
    source === 'flag' && value !== null ? [FLAG_OF[key]?.(value) ?? {}] : [],
  )
  return Object.assign({}, ...given) as Flags
}

/** A time stands there as a number of seconds, or with its unit. */
const msOf = (value: unknown): number | undefined => parseDuration(String(value), 's') ?? undefined

const FLAG_OF: Readonly<Record<string, (value: unknown) => Flags>> = {
  'coordinator.max_agents': (value) => ({ maxAgents: Number(value) }),
  'coordinator.model': (value) => ({ model: String(value) }),
  'coordinator.executor': (value) => ({ executor: String(value) }),
  'coordinator.poll_interval': (value) => ({ pollIntervalMs: msOf(value) }),
  'messages.retry_after': (value) => ({ retryAfterMs: msOf(value) }),
}
