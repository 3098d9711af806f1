/** Agents whose program is a part of Yardmaster: it lies beside the launcher, from source or built. */
import { basename, dirname, join } from 'node:path'
import { nodeProgram } from './node-program.ts'

/** Where each lies from source, beside `launcher-entry.ts`. Built, it is `NAME.js` beside `launcher.js`. */
const SOURCES = {
  'native-exec': join('native', 'native-exec.ts'),
  'acp-exec': join('acp', 'acp-exec.ts'),
} as const
export type OwnProgramName = keyof typeof SOURCES

export interface OwnProgram {
  /** Node and the program; the arguments follow. */
  readonly argv: readonly [string, string]
  /** Must be set for it; the program takes it out again before it starts anything. */
  readonly env: Readonly<Record<string, string>>
}

export function ownProgram(launcherEntry: string, name: OwnProgramName): OwnProgram {
  const { command, env } = nodeProgram()
  const isSource = basename(launcherEntry).endsWith('.ts')
  const entry = join(dirname(launcherEntry), isSource ? SOURCES[name] : `${name}.js`)
  return { argv: [command, entry], env }
}
