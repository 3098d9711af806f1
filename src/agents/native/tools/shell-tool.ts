/** Runs a line in the system's shell, in the work tree. What it starts is one process group, which is ended with the agent. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { z } from 'zod'
import { mayChangeThings } from '../../executors/readers/reader.ts'
import { signalOwnGroup } from '../../process/host/process-host.ts'
import { REPORT_VERBS, reportError, YARD_COMMAND } from '../../tool-rules.ts'
import { defineTool, no, yes, type ToolContext, type ToolOutcome } from './tool.ts'

const DEFAULT_SECONDS = 120
const MAX_SECONDS = 3600
/** Kept of the output while it runs: its beginning and its end. */
const MAX_KEPT = 200_000
/** What was printed before the end and is still on its way. */
const DRAIN_MS = 200
const POLITE_MS = 1000

export type ShellTool = ReturnType<typeof createShellTool>

export function createShellTool() {
  const groups = new Set<number>()
  const tool = defineTool({
    name: 'shell',
    description: `Runs a command line in your folder and returns its output and exit code. It has no terminal and no input, and is ended after ${DEFAULT_SECONDS} seconds unless timeout_seconds says otherwise.`,
    effect: 'act',
    schema: z.object({
      command: z.string().min(1).max(100_000),
      timeout_seconds: z.number().positive().max(MAX_SECONDS).optional(),
    }),
    changes: ({ command }) => mayChangeThings(command),
    run({ command, timeout_seconds: seconds = DEFAULT_SECONDS }, context) {
      return runLine(command, seconds * 1000, context, groups)
    },
  })
  return {
    tool,
    /** Ends everything that its calls left running. */
    endAll(): void {
      for (const pid of groups) signalGroup(pid, 'SIGKILL')
      groups.clear()
    },
  }
}

async function runLine(
  line: string,
  timeoutMs: number,
  { root, env, signal }: ToolContext,
  groups: Set<number>,
): Promise<ToolOutcome> {
  const child = start(line, root, env)
  const { pid } = child
  if (pid !== undefined) groups.add(pid)
  const output = keepOutput(child)
  const end = Promise.withResolvers<string>()
  child.once('error', (error) => end.resolve(`it could not be started: ${error.message}`))
  child.once('exit', (code, name) =>
    end.resolve(code === null ? `it was ended by ${name}` : `exit code ${code}`),
  )
  const stop = (why: string) => () => {
    end.resolve(why)
    if (pid !== undefined) void endPolitely(pid, child)
  }
  const onAbort = stop('it was ended, for the agent is asked to stop')
  const timer = setTimeout(stop(`it was ended after ${timeoutMs / 1000} seconds`), timeoutMs)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  const how = await end.promise
  clearTimeout(timer)
  signal.removeEventListener('abort', onAbort)
  // What it left in the background may hold its output open for ever.
  await Promise.race([output.closed, delay(DRAIN_MS)])
  const text = output.end()
  if (pid !== undefined && !isGroup(pid)) groups.delete(pid)
  return how === 'exit code 0' ? yes(text || `[${how}, no output]`) : no(`${text}\n[${how}]`.trim())
}

/** A group of its own, so that one signal reaches all of it. */
function start(line: string, cwd: string, env: ToolContext['env']): ChildProcess {
  const isWindows = process.platform === 'win32'
  return spawn(line, {
    cwd,
    env: { ...env },
    shell: true,
    detached: !isWindows,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
}

function keepOutput(child: ChildProcess) {
  let head = ''
  let tail = ''
  let dropped = 0
  const add = (piece: string): void => {
    const room = MAX_KEPT - head.length
    head += piece.slice(0, room)
    tail += piece.slice(room)
    if (tail.length <= 2 * MAX_KEPT) return
    dropped += tail.length - MAX_KEPT
    tail = tail.slice(-MAX_KEPT)
  }
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
  for (const stream of streams) stream.setEncoding('utf8').on('data', add)
  const closed = new Promise<void>((done) => void child.once('close', () => done()))
  return {
    closed,
    end(): string {
      for (const stream of streams) stream.destroy()
      const gap = dropped === 0 ? '' : `\n[… ${dropped} characters left out …]\n`
      return `${head}${gap}${tail}`.trimEnd()
    },
  }
}

async function endPolitely(pid: number, child: ChildProcess): Promise<void> {
  signalGroup(pid, 'SIGTERM')
  const ended = new Promise((done) => child.once('exit', done))
  await Promise.race([ended, delay(POLITE_MS, undefined, { ref: false })])
  signalGroup(pid, 'SIGKILL')
}

/** Whether anything of it still runs; its number is nobody else's until then. */
function isGroup(pid: number): boolean {
  if (process.platform === 'win32') return true
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true, stdio: 'ignore' })
    return
  }
  signalOwnGroup(pid, signal)
}

// The command line of the yard, as far as an agent needs it. Its arguments are a list and never see a shell.

const MAX_MS = 60_000

export const yardTool = defineTool({
  name: 'yard',
  description: `Runs the command \`yard\` with these arguments, the first of which is one of: ${REPORT_VERBS.join(', ')}. Each argument is one item and is taken as it stands: ["fail", "my-task", "--reason", "the server is down"].`,
  effect: 'report',
  schema: z.object({ args: z.array(z.string().max(100_000)).min(1).max(100) }),
  async run({ args }, { env, root, signal }) {
    const fault = reportError(args)
    if (fault !== null) return no(fault)
    const { all, exitCode, failed } = await execa(YARD_COMMAND, args, {
      cwd: root,
      env,
      extendEnv: false,
      stdin: 'ignore',
      all: true,
      reject: false,
      timeout: MAX_MS,
      cancelSignal: signal,
    })
    const text = all.trim()
    return failed
      ? no(text || `yard ended with ${exitCode ?? 'no exit code'}`)
      : yes(text || 'done')
  },
})
