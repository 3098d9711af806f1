/** The lobby of the app: a yard that is opened takes the place of what the window showed. */
import { homedir } from 'node:os'
import { ok, type Result } from '../base/result.ts'
import { userPaths, type YardPaths } from '../config/paths.ts'
import type { Failure } from '../domain/failure.ts'
import { glanceAt } from '../headless/ask-owner.ts'
import { createLobby, type LobbyParts } from '../yard/lobby/create-lobby.ts'
import type { Lobby } from '../yard/lobby/lobby.ts'

export interface AppLobbyParts extends Pick<
  LobbyParts,
  'env' | 'resources' | 'launcherEntry' | 'tailEntry'
> {
  readonly now: () => number
  /** Opens the yard and lets the window show it, once the reply has gone out. */
  readonly enter: (paths: YardPaths) => Promise<Result<null, Failure>>
}

export const createAppLobby = (parts: AppLobbyParts): Lobby =>
  createLobby({
    ...parts,
    dataFolder: userPaths(parts.env).data,
    home: parts.env['HOME'] || parts.env['USERPROFILE'] || homedir(),
    glance: glanceAt,
    async enter(paths) {
      const entered = await parts.enter(paths)
      return entered.ok ? ok(null) : entered
    },
  })
