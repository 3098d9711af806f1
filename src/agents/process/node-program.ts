/** How a program of Yardmaster is run by the Node of this process, which may be an Electron app. */
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
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

// Starts a program of Yardmaster detached from the caller's terminal, pipes and lifetime.

export interface DetachedOptions {
  /** A file that Node can run. */
  readonly entry: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * A host's short-lived garbage fits a small young generation; V8 would let it grow to 64 MB and keep that (measured after 3,000
 * short tasks: 213 MB resident with it, some 60 MB more without, and no more tasks in a second).
 */
const V8_FLAGS = ['--max-semi-space-size=4']

export interface DetachedProgram {
  /** Its last line on stderr, or why it could not be started, once it has ended; null while it lives. */
  failed(): string | null
  /** Stops watching it. The program goes on. */
  release(): void
}

export function spawnDetached({ entry, args, cwd, env }: DetachedOptions): DetachedProgram {
  const folder = mkdtempSync(join(tmpdir(), 'yard-start-'))
  const stderrFile = join(folder, 'stderr')
  const stderr = openSync(stderrFile, 'w', 0o600)
  const node = nodeProgram()
  let failed: string | null = null
  try {
    const child = spawn(node.command, [...V8_FLAGS, entry, ...args], {
      cwd,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'ignore', stderr],
      env: { ...detachedEnvironment(env), ...node.env },
    })
    child.once('error', (error) => (failed = error.message))
    child.once('exit', () => (failed ??= lastLine(stderrFile)))
    child.unref()
  } catch (error) {
    discard(folder)
    throw error
  } finally {
    closeSync(stderr)
  }
  return { failed: () => failed, release: () => discard(folder) }
}

function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // Windows keeps a folder whose file somebody has open; the system clears its temporary files
  }
}

/** A host runs without the variables of an agent and of a terminal. */
function detachedEnvironment(env: DetachedOptions['env']): Record<string, string | undefined> {
  const { YARD_URL: _url, YARD_DIR: _dir, YARD_HANDED_OVER: _handed, ...own } = env
  return own
}

function lastLine(file: string): string {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    return lines.at(-1)?.replace(/^yard: /, '') ?? ''
  } catch {
    return '' // removed already
  }
}
