/** The start screen of a host that a browser shows: another yard is opened by starting its service. */
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { ok } from '../base/result.ts'
import { shellWord } from '../base/text.ts'
import { userPaths } from '../config/paths.ts'
import { createStartScreen, type StartScreen } from '../yard/start-screen/create-start-screen.ts'
import type { ExampleParts } from '../yard/start-screen/make-example.ts'
import { startHost } from '../yard/start-screen/start-host.ts'
import { glanceAt, pageUrlOf } from './client.ts'

interface ServiceStartScreenParts extends Omit<ExampleParts, 'dataFolder'> {
  readonly headlessEntry: string
}

export function createServiceStartScreen(parts: ServiceStartScreenParts): StartScreen {
  const { env, headlessEntry } = parts
  return createStartScreen({
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

/** A command of ours as a person can paste it anywhere: the program by its path, each word quoted for the shell. */
export const yardCommand = (resources: string, ...words: readonly string[]): string =>
  [join(dirname(resources), 'bin', 'yard'), ...words].map(quoted).join(' ')

const quoted = (word: string): string =>
  process.platform === 'win32' && shellWord(word) !== word ? `"${word}"` : shellWord(word)
