/** How a yard is opened, and what may change while it is open. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Result } from '../base/result.ts'
import { loadConfig, type ConfigSources, type LoadedConfig } from '../config/load.ts'
import { userPaths, type YardPaths } from '../config/paths.ts'
import type { Flags } from '../contract/service.ts'
import type { Runtime } from '../domain/executor.ts'
import type { Failure } from '../domain/failure.ts'
import type { Places } from './machine/places.ts'
import type { Routes } from './routes.ts'
import type { MachineProbe } from './metrics.ts'
import type { HostKind } from './yard.ts'

export interface OpenYardOptions {
  readonly paths: YardPaths
  readonly host: HostKind
  readonly log: Log
  readonly flags: Flags
  /** False: settle what has ended and start nothing. */
  readonly runsAgents: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder with the supervisor scripts. */
  readonly resources: string
  readonly launcherEntry: string
  readonly tailEntry: string
  readonly clock?: Clock
  /** Stands in for processes of this machine. */
  readonly runtime?: Runtime
  /** Stands in for what this machine says of itself. */
  readonly machine?: MachineProbe
  /** Shared by all yards of this process; missing where this is the only one. */
  readonly places?: Places
  /** This owner can go on no more, for another has taken over or its database is gone: the host must end. `text`: for a person, where they can do something. */
  readonly onStale?: (text: string | null) => void
}

/** What may change while a yard is open, in one place. */
export interface Current {
  config: LoadedConfig
  routes: Routes
  /** They hold until the next reload without them. */
  flags: Flags
  isTrusted: boolean
  /** Where the yard is served; null while it is not. */
  url: string | null
}

type Place = Pick<OpenYardOptions, 'paths' | 'env'>

export const readConfig = (options: Place, flags: Flags): Result<LoadedConfig, Failure> =>
  loadConfig(sourcesWith(options, flags))

/** All that a configuration is made from while these flags hold. */
export function sourcesWith(options: Place, flags: Flags): ConfigSources {
  const named: Record<string, string | number> = {}
  if (flags.maxAgents !== undefined) named['coordinator.max_agents'] = flags.maxAgents
  if (flags.model !== undefined) named['coordinator.model'] = flags.model
  if (flags.executor !== undefined) named['coordinator.executor'] = flags.executor
  if (flags.pollIntervalMs !== undefined)
    named['coordinator.poll_interval'] = `${flags.pollIntervalMs}ms`
  return { ...configSources(options), flags: named }
}

/** Where the configuration of a yard stands. */
export const configSources = ({ paths, env }: Place) => ({
  globalFile: userPaths(env).config,
  projectFile: paths.config,
  env,
})
