/** The launcher process from within: starts supervisors one per turn of its loop, and does the looking and killing, so that the owner's loop never forks or scans. */
import type { Clock } from '../../../base/clock.ts'
import { assertNever, err, ok, type Result } from '../../../base/result.ts'
import type { ProcessHost, ProcessTable } from '../host/process-host.ts'
import { treeCpu, type TreeCpu, type TreeTarget } from '../host/process-tree.ts'
import { type KillPhase, type KillReport, type KillTarget, killTree } from '../kill-tree.ts'
import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { delimiter, isAbsolute, join, sep } from 'node:path'
import { errorCode, errorText } from '../../../base/text.ts'
import { linuxStartTime } from '../host/linux-host.ts'
import { nodeProgram } from '../node-program.ts'

export interface ResidentPorts {
  /** The command in front of DIR STDIN PROGRAM …: the shell and supervise.sh, or Node and supervise.mjs. */
  readonly supervisor: readonly string[]
  readonly host: ProcessHost
  readonly clock: Clock
  readonly reply: (reply: LauncherReply) => void
}

/** Returns the receiver of requests. Requests are answered in any order; starts happen in the order they came. */
export function createResident(ports: ResidentPorts): (request: LauncherRequest) => void {
  const { reply } = ports
  const scan = createSharedScan(ports.host)
  const start = createStarter(ports)
  const answer = async (request: LauncherRequest): Promise<void> => {
    const { id } = request
    switch (request.kind) {
      case 'start':
        return start(request)
      case 'kill': {
        const onPhase = (phase: Extract<LauncherReply, { kind: 'phase' }>['phase']): void =>
          reply({ kind: 'phase', id, phase })
        const report = await killTree(request.target, { ...ports, scan }, onPhase)
        return reply({ kind: 'kill', id, report })
      }
      case 'sweep':
        return reply({
          kind: 'sweep',
          id,
          found: await sweep(request.markers, await scan(), ports.host),
        })
      case 'cpu': {
        const table = await scan()
        const trees = request.trees.map((tree) => treeCpu(table, tree, ports.host))
        return reply({ kind: 'cpu', id, trees })
      }
      case 'ping':
        return reply({ kind: 'ping', id })
      default:
        return assertNever(request)
    }
  }
  return (request) => {
    answer(request).catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      reply({ kind: 'error', id: request.id, message })
    })
  }
}

type StartRequest = Extract<LauncherRequest, { kind: 'start' }>

/** One launch per turn: children that end at once would otherwise keep their own exits, and every reply, waiting. */
function createStarter({ supervisor, reply }: ResidentPorts): (request: StartRequest) => void {
  const waiting: StartRequest[] = []
  const startNext = (): void => {
    const request = waiting.shift()
    if (!request) return
    const { id, stage } = request
    const isStarted = spawnStage(supervisor, stage, (end) =>
      reply({ kind: 'ended', folder: stage.folder, end }),
    )
    void isStarted.then((result) => reply({ kind: 'start', id, result }))
    if (waiting.length > 0) setImmediate(startNext)
  }
  return (request) => {
    waiting.push(request)
    if (waiting.length === 1) setImmediate(startNext)
  }
}

/** A table costs 10 to 20 ms, and many agents may be stopped at once: all that ask in one turn get the same one, taken after they asked. */
function createSharedScan(host: ProcessHost): () => Promise<ProcessTable> {
  let next: Promise<ProcessTable> | null = null
  return () => {
    next ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        next = null
        host.table().then(resolve, reject)
      })
    })
    return next
  }
}

async function sweep(
  markers: readonly string[],
  table: ProcessTable,
  host: ProcessHost,
): Promise<MarkedProcesses[]> {
  const found = new Map<string, { pid: number; command: string | null }[]>()
  const wanted = new Set(markers)
  for (const row of table.rows.values()) {
    const marker = row.isDead || row.pid === process.pid ? null : table.markerOf(row.pid)
    if (marker === null || !wanted.has(marker)) continue
    const group = found.get(marker) ?? []
    found.set(marker, group)
    group.push({ pid: row.pid, command: await host.commandLine(row.pid) })
  }
  return [...found].map(([marker, processes]) => ({ marker, processes }))
}

// Starts a stage's supervisor, detached in a session of its own. Runs in the launcher process.

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
  /** 0: its record is there. 74: it could not be written. 75: the stage belonged to somebody else. */
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

/** Not one where it is not there, or not for us to run. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

// What the owner and its launcher process say to each other. Both come from one build, so messages are trusted once they have a kind.

/** Processes that carry the marker of an agent. */
export interface MarkedProcesses {
  readonly marker: string
  readonly processes: readonly { readonly pid: number; readonly command: string | null }[]
}

export type LauncherRequest =
  | { readonly kind: 'start'; readonly id: number; readonly stage: Stage }
  | { readonly kind: 'kill'; readonly id: number; readonly target: KillTarget }
  | { readonly kind: 'sweep'; readonly id: number; readonly markers: readonly string[] }
  | { readonly kind: 'cpu'; readonly id: number; readonly trees: readonly TreeTarget[] }
  /** Answered at once by a launcher whose loop turns. */
  | { readonly kind: 'ping'; readonly id: number }

export type LauncherReply =
  | {
      readonly kind: 'start'
      readonly id: number
      readonly result: Result<Started, LaunchFailure>
    }
  | { readonly kind: 'phase'; readonly id: number; readonly phase: KillPhase }
  | { readonly kind: 'kill'; readonly id: number; readonly report: KillReport }
  | { readonly kind: 'sweep'; readonly id: number; readonly found: readonly MarkedProcesses[] }
  | { readonly kind: 'cpu'; readonly id: number; readonly trees: readonly TreeCpu[] }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'error'; readonly id: number; readonly message: string }
  | { readonly kind: 'ended'; readonly folder: string; readonly end: SupervisorEnd }

export function parseRequest(value: unknown): LauncherRequest | null {
  return hasKind(value) ? (value as LauncherRequest) : null
}

export function parseReply(value: unknown): LauncherReply | null {
  return hasKind(value) ? (value as LauncherReply) : null
}

const hasKind = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
