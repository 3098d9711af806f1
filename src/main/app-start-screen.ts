/** The start screen of the app: a yard that is opened takes the place of what the window showed, or a browser is sent on to it. */
import { homedir } from 'node:os'
import { ok, type Result } from '../base/result.ts'
import { userPaths, type YardPaths } from '../config/paths.ts'
import type { Failure } from '../domain/failure.ts'
import { glanceAt, pageUrlOf } from '../headless/client.ts'
import {
  createStartScreen,
  type StartScreen,
  type StartScreenParts,
} from '../yard/start-screen/create-start-screen.ts'

interface AppStartScreenParts extends Pick<
  StartScreenParts,
  'env' | 'resources' | 'launcherEntry' | 'tailEntry'
> {
  readonly now: () => number
  /** Opens the yard and lets the window show it, once the reply has gone out; for a browser it is only opened. */
  readonly enter: (paths: YardPaths) => Promise<Result<null, Failure>>
  /** Whether a browser asks, which must be told where to go on. */
  readonly isForBrowsers: boolean
}

export const createAppStartScreen = (parts: AppStartScreenParts): StartScreen =>
  createStartScreen({
    ...parts,
    dataFolder: userPaths(parts.env).data,
    home: parts.env['HOME'] || parts.env['USERPROFILE'] || homedir(),
    glance: glanceAt,
    async enter(paths) {
      const entered = await parts.enter(paths)
      if (!entered.ok) return entered
      return ok(parts.isForBrowsers ? await pageUrlOf(paths) : null)
    },
  })
