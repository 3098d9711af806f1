/** The lobby of a host that a browser shows: another yard is opened by starting its service. */
import { homedir } from 'node:os'
import { ok } from '../base/result.ts'
import { userPaths } from '../config/paths.ts'
import { createLobby } from '../yard/lobby/create-lobby.ts'
import type { Lobby } from '../yard/lobby/lobby.ts'
import { startHost } from '../yard/lobby/start-host.ts'
import { glanceAt, pageUrlOf } from './ask-owner.ts'

export interface ServiceLobbyParts {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly resources: string
  readonly launcherEntry: string
  readonly tailEntry: string
  readonly headlessEntry: string
}

export function createServiceLobby(parts: ServiceLobbyParts): Lobby {
  const { env, headlessEntry } = parts
  return createLobby({
    ...parts,
    dataFolder: userPaths(env).data,
    home: env['HOME'] || env['USERPROFILE'] || homedir(),
    now: () => Date.now(),
    glance: glanceAt,
    async enter(paths) {
      const running = await pageUrlOf(paths)
      if (running !== null) return ok(running)
      const args = ['--dir', paths.root]
      return startHost({ paths, headlessEntry, args, env }, () => pageUrlOf(paths))
    },
  })
}
