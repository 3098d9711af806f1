/** The place of one yard, in the book that all yards of this process share, or in one opened for this yard alone. */
import { createProcessHost, systemMemory } from '../../agents/process/host/identity.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Scope } from '../../base/scope.ts'
import { userPaths } from '../../config/paths.ts'
import type { MachineSettings } from '../../domain/settings.ts'
import type { OpenYardOptions } from '../yard.ts'
import { createPlaces, type Places } from './places.ts'
import type { YardPlace } from './yard-place.ts'

type Env = Readonly<Record<string, string | undefined>>

/** For the yards of one process, on the machine as it is. */
export const openPlaces = (env: Env, clock: Clock, log: Log): Places =>
  createPlaces({
    dataFolder: userPaths(env).data,
    clock,
    log,
    host: createProcessHost(),
    memory: systemMemory,
  })

/** There is room for all: where nothing is started, or something stands in for processes of this machine. */
export const ROOMY: YardPlace = {
  take: (_living, wanted) => wanted,
  note() {},
  retryInMs: () => null,
  onRoom: () => () => {},
  hold: () => null,
  hearRoom() {},
  leave() {},
}

export function openPlace(
  options: OpenYardOptions & { readonly clock: Clock; readonly log: Log },
  settings: () => MachineSettings,
  scope: Scope,
): YardPlace {
  const { places: shared, runsAgents, runtime, env, paths, clock, log } = options
  if (!runsAgents || (runtime && !shared)) return ROOMY
  const places = shared ?? openPlaces(env, clock, log)
  if (!shared) scope.add(() => places.close())
  const place = places.join(paths.root, settings)
  scope.add(() => place.leave())
  return place
}
