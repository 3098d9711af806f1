/** How a program of Yardmaster is run by the Node of this process, which may be an Electron app. */
import { basename, dirname, join, sep } from 'node:path'

export interface NodeProgram {
  /** Absolute. Good for as long as the app is installed, also where it runs from an image that is mounted meanwhile. */
  readonly command: string
  /** Variables that it needs and that must never reach an agent. */
  readonly env: Readonly<Record<string, string>>
}

type Env = Readonly<Record<string, string | undefined>>

export function nodeProgram(
  here: {
    readonly execPath: string
    readonly versions: { readonly electron?: string | undefined }
    readonly env: Env
  } = process,
): NodeProgram {
  const { execPath, versions, env } = here
  if (versions.electron === undefined) return { command: execPath, env: {} }
  const { APPIMAGE, APPDIR } = env
  // A terminal that is an image itself hands its own variables down: ours is the one that we run from.
  const isInImage = Boolean(APPIMAGE && APPDIR && execPath.startsWith(`${APPDIR}${sep}`))
  return {
    command: isInImage && APPIMAGE ? APPIMAGE : execPath,
    env: { ELECTRON_RUN_AS_NODE: '1' },
  }
}

// Agents whose program is part of Yardmaster: it lies beside the launcher, from source or built.

/** Paths from source, relative to `launcher-entry.ts`. Built, it is `NAME.js` beside `launcher.js`. */
const SOURCES = {
  'native-exec': join('native', 'native-exec.ts'),
  'acp-exec': join('acp', 'acp-exec.ts'),
} as const
export type ExecProgramName = keyof typeof SOURCES

export interface ExecProgram {
  /** Node and the program; the arguments follow. */
  readonly argv: readonly [string, string]
  /** Must be set for it; the program removes it before it starts anything. */
  readonly env: Readonly<Record<string, string>>
}

export function execProgram(launcherEntry: string, name: ExecProgramName): ExecProgram {
  const { command, env } = nodeProgram()
  const isSource = basename(launcherEntry).endsWith('.ts')
  const entry = join(dirname(launcherEntry), isSource ? SOURCES[name] : `${name}.js`)
  return { argv: [command, entry], env }
}
