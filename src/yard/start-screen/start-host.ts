/** Starts the service of a yard in the background and waits until somebody answers for the yard; and what an app starts with. */
import { setTimeout as delay } from 'node:timers/promises'
import { nodeProgram, spawnDetached } from '../../agents/process/node-program.ts'
import { ok, type Result } from '../../base/result.ts'
import type { YardPaths } from '../../config/paths.ts'
import { fail, type Failure } from '../../domain/failure.ts'
import { loginEnvironment } from '../../agents/clis/login-environment.ts'

/** A yard of 100,000 tasks opens in a second; a machine under load takes its time. */
const START_PATIENCE_MS = 30_000
const LOOK_MS = 40
/** The one who was faster holds the lock before it answers. */
const LOOKS_AFTER_END = 50

interface StartOrder {
  readonly paths: YardPaths
  readonly headlessEntry: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Somebody else has the yard and will be gone: that is waited for, however long it takes. */
  readonly isWaiting?: () => Promise<boolean>
}

/** What `find` gives once it gives something: the owner started here, or another that was faster. */
export async function startHost<T>(
  order: StartOrder,
  find: () => Promise<T | null>,
): Promise<Result<T, Failure>> {
  const { headlessEntry: entry, args, env, paths } = order
  const stranger = spawnDetached({ entry, args, env, cwd: paths.root })
  try {
    let giveUpAt = performance.now() + START_PATIENCE_MS
    for (let looks = 0; performance.now() < giveUpAt;) {
      const found = await find()
      if (found !== null) return ok(found)
      if (await order.isWaiting?.()) giveUpAt = performance.now() + START_PATIENCE_MS
      if (stranger.failed() !== null && ++looks > LOOKS_AFTER_END) break
      await delay(LOOK_MS)
    }
    return fail('io', `the service did not start: ${stranger.failed() || 'it does not answer'}`, {
      hint: 'see `yard service logs`, or `yard serve` in the foreground',
    })
  } finally {
    stranger.release()
  }
}

type Env = Readonly<Record<string, string | undefined>>

/** What the runtime of an AppImage sets points into a mount that goes away with the app. */
const OF_THE_IMAGE = ['APPDIR', 'APPIMAGE', 'ARGV0', 'OWD']

/** The environment of an app: what the person's login shell sets, without what made this process an app. */
export async function appEnvironment(env: Env): Promise<Record<string, string | undefined>> {
  const all = await loginEnvironment(env)
  const isElectron = (name: string): boolean => name.startsWith('ELECTRON_')
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => !isElectron(name) && !OF_THE_IMAGE.includes(name)),
  )
}

export { nodeProgram as nodeHere }
