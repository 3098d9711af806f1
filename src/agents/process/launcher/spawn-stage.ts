/** Starts a stage's supervisor, detached in a session of its own. Runs in the launcher process. */
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { delimiter, isAbsolute, join, sep } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorText, errorCode } from '../../../base/text.ts'
import { linuxStartTime } from '../host/linux-host.ts'
import { nodeProgram } from '../node-program.ts'

/** What to run and where. The folder exists; nothing in it is created but by the supervisor. */
export interface Stage {
  readonly folder: string
  readonly argv: readonly string[]
  readonly cwd: string
  /** The whole environment, not an addition to one. */
  readonly env: Readonly<Record<string, string>>
  /** Read by the program from the start, then end of file. Null is an empty input. */
  readonly stdinFile: string | null
  /** Whether both descriptors go to stdout.log, in the order of writing, or stderr to stderr.log. */
  readonly hasOneStream: boolean
}

export interface Started {
  /** The supervisor, which leads the agent's session and group. */
  readonly pid: number
  /** Null where it costs too much to ask (macOS, Windows): the stage's `pid` file has it a moment later. */
  readonly startTime: string | null
}

/**
 * Why nothing was started. A program that does not exist is no such reason: the supervisor starts, and records 127.
 * - `bad-cwd`: the working folder is missing, no folder, or closed to us.
 * - `spawn-failed`: the system refused (`code` as in errno: EAGAIN, ENOMEM, E2BIG, ENOENT for the supervisor's own shell …).
 * - `launcher-unavailable`: no launcher process could be had, or it was closed meanwhile.
 */
export type LaunchFailure =
  | { readonly kind: 'bad-cwd'; readonly cwd: string; readonly code: string }
  | { readonly kind: 'spawn-failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'launcher-unavailable'; readonly message: string }

export type LauncherUnavailable = Extract<LaunchFailure, { kind: 'launcher-unavailable' }>

export interface SupervisorEnd {
  readonly pid: number
  /** 0: exit.json is there. 74: it could not be written. 75: the stage belonged to somebody else. */
  readonly code: number | null
  readonly signal: string | null
}

export function spawnStage(
  supervisor: readonly string[],
  stage: Stage,
  onEnd: (end: SupervisorEnd) => void,
): Promise<Result<Started, LaunchFailure>> {
  const [command = '', ...prefix] = supervisor
  const streams = stage.hasOneStream ? ['--one-stream'] : []
  const args = [
    ...prefix,
    ...streams,
    stage.folder,
    stage.stdinFile ?? devNull,
    ...resolveArgv(stage),
  ]
  return new Promise((resolve) => {
    try {
      const { cwd } = stage
      const env = { ...stage.env, ...supervisorVariables() }
      const options = { cwd, env, detached: true, stdio: 'ignore', windowsHide: true } as const
      const child = spawn(command, args, options)
      const { pid } = child
      child.once('error', (error) => resolve(err(toFailure(error, stage))))
      if (pid === undefined) return
      child.once('exit', (code, signal) => onEnd({ pid, code, signal }))
      const startTime = process.platform === 'linux' ? linuxStartTime(pid) : null
      resolve(ok({ pid, startTime }))
    } catch (error) {
      resolve(err(toFailure(error, stage)))
    }
  })
}

/** Where the supervisor is a Node program and Node is an app; it takes them out again before it starts the agent. */
const supervisorVariables = (): Readonly<Record<string, string>> =>
  process.platform === 'win32' ? nodeProgram().env : {}

/** ENOENT may mean the shell or the working folder; only a look tells. */
function toFailure(error: unknown, { cwd }: Stage): LaunchFailure {
  const cwdCode = troubleWith(cwd)
  if (cwdCode !== null) return { kind: 'bad-cwd', cwd, code: cwdCode }
  const message = errorText(error)
  return { kind: 'spawn-failed', code: errorCode(error), message }
}

function troubleWith(cwd: string): string | null {
  try {
    if (!statSync(cwd).isDirectory()) return 'ENOTDIR'
    accessSync(cwd, constants.X_OK)
    return null
  } catch (error) {
    return errorCode(error)
  }
}

/** The supervisor takes only paths, so that `exit` or `cd` can never mean a builtin of its shell. What is not found stays a bare name, and it says so. */
function resolveArgv({ argv, env, cwd }: Stage): readonly string[] {
  const [name = '', ...args] = argv
  if (process.platform === 'win32' || name === '' || name.includes(sep)) return argv
  for (const entry of (env['PATH'] ?? '').split(delimiter)) {
    const file = join(isAbsolute(entry) ? entry : join(cwd, entry), name)
    if (isProgram(file)) return [file, ...args]
  }
  return argv
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
