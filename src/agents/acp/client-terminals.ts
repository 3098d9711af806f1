/** Commands that the agent runs through its client: their last output is kept, up to a bound, and they end with the agent. */
import {
  RequestError,
  type CreateTerminalRequest,
  type TerminalExitStatus,
  type TerminalOutputResponse,
} from '@agentclientprotocol/sdk'
import { execa } from 'execa'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { signalOwnGroup } from '../process/host/process-host.ts'
import { reportIn, YARD_COMMAND } from '../tool-rules.ts'
import { lineOfArguments } from './action.ts'
import { IS_GROUP } from './agent-process.ts'

export type Terminals = ReturnType<typeof createTerminals>

type TerminalRequest = Omit<CreateTerminalRequest, 'sessionId'>

interface Terminal {
  readonly child: ChildProcess
  readonly ended: Promise<TerminalExitStatus>
  readonly limit: number
  pieces: Buffer[]
  bytes: number
  isTruncated: boolean
  exit: TerminalExitStatus | null
}

const USUAL_BYTES = 1024 * 1024
const MAX_BYTES = 8 * 1024 * 1024
const MAX_TERMINALS = 100
/** What it printed last may come after its end. */
const DRAIN_MS = 300

export function createTerminals(env: NodeJS.ProcessEnv) {
  const terminals = new Map<string, Terminal>()
  const get = (id: string): Terminal => {
    const terminal = terminals.get(id)
    if (!terminal) throw RequestError.resourceNotFound(id)
    return terminal
  }
  return {
    create(request: TerminalRequest, cwd: string): string {
      if (terminals.size >= MAX_TERMINALS)
        throw RequestError.internalError({}, `${MAX_TERMINALS} terminals are open: release some`)
      const id = randomUUID()
      terminals.set(id, openTerminal(request, cwd, env))
      return id
    },
    output(id: string): TerminalOutputResponse {
      const terminal = get(id)
      const output = textOf(lastOf(terminal))
      return { output, truncated: terminal.isTruncated, exitStatus: terminal.exit }
    },
    waitForExit: (id: string): Promise<TerminalExitStatus> => get(id).ended,
    kill: (id: string): void => killTerminal(get(id)),
    /** Kills what still runs and forgets it. */
    release(id: string): void {
      killTerminal(get(id))
      terminals.delete(id)
    },
    /** Nothing that was started here runs when it returns. */
    close(): void {
      for (const terminal of terminals.values()) killTerminal(terminal)
      terminals.clear()
    },
  }
}

/** The command as a shell line: what permission is asked for. */
export const lineOfTerminal = ({
  command,
  args = [],
}: Pick<CreateTerminalRequest, 'command' | 'args'>): string =>
  args.length === 0 ? command : lineOfArguments([command, ...args])

function openTerminal(request: TerminalRequest, cwd: string, env: NodeJS.ProcessEnv): Terminal {
  const child = startChild(request, cwd, env)
  const terminal: Terminal = {
    child,
    ended: endOf(child),
    limit: Math.max(0, Math.min(request.outputByteLimit ?? USUAL_BYTES, MAX_BYTES)),
    pieces: [],
    bytes: 0,
    isTruncated: false,
    exit: null,
  }
  child.once('error', (error) => keep(terminal, Buffer.from(`${error.message}\n`)))
  child.stdout?.on('data', (bytes: Buffer) => keep(terminal, bytes))
  child.stderr?.on('data', (bytes: Buffer) => keep(terminal, bytes))
  void terminal.ended.then((exit) => {
    terminal.exit = exit
  })
  return terminal
}

function startChild(
  request: TerminalRequest,
  cwd: string,
  inherited: NodeJS.ProcessEnv,
): ChildProcess {
  const { command, args = [], env: own } = request
  const env = {
    ...inherited,
    ...Object.fromEntries((own ?? []).map(({ name, value }) => [name, value])),
  }
  const how = { cwd, env, detached: IS_GROUP, windowsHide: true }
  // A report to the yard, which needs no permission, never runs in a shell.
  const report = reportIn(lineOfTerminal(request))
  if (report !== null)
    return execa(YARD_COMMAND, report, {
      ...how,
      extendEnv: false,
      stdin: 'ignore',
      buffer: false,
      reject: false,
    }).nodeChildProcess
  // Agents send a program and its arguments, or a whole line as the program.
  const isLine = args.length === 0 && /\s/.test(command)
  return spawn(command, args, { ...how, shell: isLine, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** A child process may keep the pipes open after the command has ended, so their end is awaited for a short time only. */
const endOf = (child: ChildProcess): Promise<TerminalExitStatus> =>
  new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => {
      const end = (): void => resolve({ exitCode, signal })
      const timer = setTimeout(end, DRAIN_MS)
      child.once('close', () => {
        clearTimeout(timer)
        end()
      })
    })
    child.once('error', () => resolve({ exitCode: 127, signal: null }))
  })

function keep(terminal: Terminal, bytes: Buffer): void {
  terminal.pieces.push(bytes)
  terminal.bytes += bytes.length
  if (terminal.bytes <= terminal.limit) return
  terminal.isTruncated = true
  // Not at each piece: much output would be copied again and again.
  if (terminal.bytes > 2 * terminal.limit + 65_536) lastOf(terminal)
}

function lastOf(terminal: Terminal): Buffer {
  const all = Buffer.concat(terminal.pieces)
  const last = Buffer.from(all.subarray(Math.max(0, all.length - terminal.limit)))
  terminal.pieces = [last]
  terminal.bytes = last.length
  return last
}

/** Kills its whole group. Once it has ended, its pid may belong to another process. */
function killTerminal({ child }: Terminal): void {
  const isGone = child.exitCode !== null || child.signalCode !== null
  if (child.pid !== undefined && !isGone) signalOwnGroup(child.pid, 'SIGKILL')
}

/** What was cut off in front may have cut a character. */
function textOf(bytes: Buffer): string {
  let from = 0
  while (from < 4 && from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1
  return bytes.toString('utf8', from)
}
