/** The agent's own program, in a process group of its own: a signal to this program must not end it before it could cancel its turn. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk'
import { JsonObject } from '../executors/readers/reader.ts'
import { createLineSplitter } from '../output/output-file.ts'
import { signalOwnGroup } from '../process/host/process-host.ts'
import type { AcpOrder } from './acp-order.ts'

export interface AgentEnd {
  readonly code: number | null
  readonly signal: string | null
  /** The end of its stderr. */
  readonly stderrTail: string
}

export type AgentProcess = ReturnType<typeof startAgent>

/** Windows has none. */
export const IS_GROUP = process.platform !== 'win32'

const STDERR_TAIL_CHARS = 4000
const DRAIN_MS = 200

export interface AgentProcessParts {
  readonly order: Pick<AcpOrder, 'argv' | 'cwd'>
  readonly env: NodeJS.ProcessEnv
  /** Where its stderr, and what it prints beside the protocol, goes. */
  readonly toStderr: (text: string) => void
}

export function startAgent({ order, env, toStderr }: AgentProcessParts) {
  const [program, ...args] = order.argv
  const child = spawn(program, args, {
    cwd: order.cwd,
    env,
    detached: IS_GROUP,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stderrTail = ''
  let ending: Promise<void> | null = null
  const note = (text: string): void => {
    stderrTail = `${stderrTail}${text}`.slice(-STDERR_TAIL_CHARS)
    toStderr(text)
  }
  child.stderr.setEncoding('utf8').on('data', note)
  // A closed pipe means that the program has ended; its exit code gives the cause.
  child.stdin.on('error', () => {})
  const onNoise = (line: string): void => note(`${line}\n`)
  const failedToStart = new Promise<string | null>((resolve) => {
    child.once('spawn', () => resolve(null))
    child.once('error', (error) => resolve(error.message))
  })
  const ended = new Promise<AgentEnd>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stderrTail: stderrTail.trim() }))
    child.once('error', (error) => resolve({ code: null, signal: null, stderrTail: error.message }))
  })
  return {
    stream: messageStream({ stdin: child.stdin, stdout: child.stdout, onNoise }),
    /** Resolves with null once it was started, or with the reason why it could not be. */
    failedToStart,
    ended,
    /** The end of its stderr so far. */
    stderrTail: (): string => stderrTail.trim(),
    /** Closes its stdin, asks, then kills its group. Resolves when it is gone. Harmless twice. */
    end: (graceMs: number): Promise<void> => (ending ??= endChild(child, ended, graceMs)),
  }
}

async function endChild(
  child: ChildProcess,
  ended: Promise<unknown>,
  graceMs: number,
): Promise<void> {
  if (child.pid === undefined) return
  child.stdin?.end()
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null
  const exit = isGone() ? Promise.resolve() : once(child, 'exit')
  if (!isGone()) await within(exit, graceMs / 2)
  if (!isGone()) {
    signalOwnGroup(child.pid, 'SIGTERM')
    await within(exit, graceMs)
  }
  // Processes that it left in its group are ended, too.
  signalOwnGroup(child.pid, 'SIGKILL')
  await exit
  // The rest of its output is read, but a process that it left behind may keep the pipes open for ever.
  await within(ended, DRAIN_MS)
  child.stdout?.destroy()
  child.stderr?.destroy()
}

/** Whether it came in time. */
export async function within(event: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([event.then(() => true as const), late])
  } finally {
    clearTimeout(timer)
  }
}

// The agent's pipes as a stream of protocol messages. Other lines (a warning, a banner) are passed to stderr: the SDK's own stream would
// answer each of them with an error. A line without an end cannot fill the memory.

/** A message may carry a file or an image. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

export interface MessagePipes {
  readonly stdin: Writable
  readonly stdout: Readable
  /** A line that is no message. */
  onNoise(line: string): void
}

function messageStream({ stdin, stdout, onNoise }: MessagePipes): Stream {
  const splitter = createLineSplitter(MAX_MESSAGE_BYTES)
  const readable = new ReadableStream<AnyMessage>({
    async start(controller) {
      const take = (line: string): void => {
        if (line.trim() === '') return
        const message = messageIn(line)
        if (message) controller.enqueue(message)
        else onNoise(line)
      }
      try {
        for await (const bytes of stdout) for (const { text } of splitter.push(bytes)) take(text)
      } catch {
        // a broken pipe counts as the end of the stream
      }
      const rest = splitter.rest()
      if (rest) take(rest.text)
      controller.close()
    },
  })
  const writable = new WritableStream<AnyMessage>({
    write: (message) =>
      new Promise((resolve, reject) => {
        stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()))
      }),
  })
  return { readable, writable }
}

/** Any object with the protocol's mark; the SDK judges the rest. */
function messageIn(line: string): AnyMessage | null {
  try {
    const value: unknown = JSON.parse(line)
    return isMessage(value) ? value : null
  } catch {
    return null
  }
}

const isMessage = (value: unknown): value is AnyMessage =>
  new JsonObject(value).text('jsonrpc') === '2.0'
