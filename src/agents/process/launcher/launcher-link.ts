/** The line to the launcher process: forks it, numbers requests, and says again to a new one what the last one left unanswered. */
import { fork, type ChildProcess } from 'node:child_process'
import { systemClock, type Clock } from '../../../base/clock.ts'
import type { Log } from '../../../base/log.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorText } from '../../../base/text.ts'
import type { KillPhase } from '../kill-tree.ts'
import { parseReply, type LauncherReply, type LauncherRequest } from './launcher-wire.ts'
import type { LauncherUnavailable } from './spawn-stage.ts'

export interface LauncherOptions {
  /** The launcher program: launcher-entry.ts from source, or what it was built to. */
  readonly entry: string
  /** The Node (or Electron as Node) that runs it. */
  readonly node: string
  /** See `supervisorCommand`. */
  readonly supervisor: readonly string[]
  readonly log: Log
  /** For how long an answer is waited for; the system's by default. */
  readonly clock?: Clock
  /** The launcher's own environment; by default ours. Agents get none of it. */
  readonly env?: Readonly<Record<string, string>>
}

export interface LinkOptions extends LauncherOptions {
  readonly onEnded: (reply: Extract<LauncherReply, { kind: 'ended' }>) => void
  readonly onReplaced: () => void
}

/** A request before it has its number. */
type Unnumbered = LauncherRequest extends infer R
  ? R extends LauncherRequest
    ? Omit<R, 'id'>
    : never
  : never

export interface Answered {
  readonly reply: LauncherReply
  /** True when the request was said to more than one launcher process. */
  readonly isRepeated: boolean
}

export type Answer = Result<Answered, LauncherUnavailable>

export interface LauncherLink {
  ask(request: Unnumbered, onPhase?: (phase: KillPhase) => void): Promise<Answer>
  pid(): number | null
  close(): Promise<void>
}

interface OpenRequest {
  readonly request: LauncherRequest
  readonly onPhase: (phase: KillPhase) => void
  readonly settle: (answer: Answer) => void
  isRepeated: boolean
}

/** A launcher that dies this often in a row, without a word, cannot be had. */
const MAX_SILENT_DEATHS = 5
const FIRST_PAUSE_MS = 20
const CLOSE_MS = 2000
/** One that has answered before and is silent for so long while something is asked hangs, and is replaced. */
const ANSWER_MS = 5000
/** The same for one that has yet to begin: under load that takes its time. */
const BEGIN_MS = 30_000
/** After a pause of this process an answer may be there and not be read. */
const READ_MS = 250
const PING = { kind: 'ping', id: 0 } as const

export function openLauncherLink(options: LinkOptions): LauncherLink {
  const open = createOpenRequests()
  let child: ChildProcess | null = null
  let cancelFork: (() => void) | null = null
  let silentDeaths = 0
  let isClosed = false

  const silence = createSilence(options, () => child, open.count)
  const onMessage = (message: unknown): void => {
    const reply = parseReply(message)
    if (!reply) return
    if (reply.kind !== 'ping') silentDeaths = 0
    if (reply.kind === 'ended') options.onEnded(reply)
    else open.answer(reply)
    silence.heard()
  }
  const onDeath = (reason: string): void => {
    child = null
    silence.end()
    if (isClosed) return
    silentDeaths += 1
    options.log.warn('the launcher process ended; agents go on', { reason, open: open.count() })
    if (silentDeaths >= MAX_SILENT_DEATHS) return open.failAll(`no launcher can be run: ${reason}`)
    cancelFork = systemClock.after(FIRST_PAUSE_MS * 2 ** (silentDeaths - 1), () => {
      connect()
      options.onReplaced()
    })
  }
  const connect = (): void => {
    cancelFork = null
    try {
      child = forkLauncher(options, onMessage, onDeath)
      for (const request of [PING, ...open.repeat()]) say(child, request)
      silence.asked(BEGIN_MS)
    } catch (error) {
      onDeath(errorText(error))
    }
  }

  connect()
  return {
    ask(request, onPhase = () => {}) {
      if (isClosed) return Promise.resolve(closedFailure)
      const { numbered, answer } = open.add(request, onPhase)
      if (!child && !cancelFork) connect()
      else if (child) say(child, numbered)
      silence.asked(ANSWER_MS)
      return answer
    },
    pid: () => child?.pid ?? null,
    async close() {
      if (isClosed) return
      isClosed = true
      silence.end()
      cancelFork?.()
      if (child) await endLauncher(child)
      open.failAll(CLOSED)
    },
  }
}

/** Replaces a launcher that says nothing though something was asked; asks whether it is there while an answer takes its time. */
function createSilence(
  { clock = systemClock, log }: LinkOptions,
  child: () => ChildProcess | null,
  openCount: () => number,
) {
  let cancelWait: (() => void) | null = null
  let cancelPing: (() => void) | null = null
  const replace = (): void => {
    log.warn('the launcher process does not answer and is replaced', { open: openCount() })
    child()?.kill('SIGKILL')
  }
  const asked = (withinMs: number): void => {
    cancelWait ??= clock.after(withinMs, () => (cancelWait = clock.after(READ_MS, replace)))
  }
  const ping = (): void => {
    const launcher = child()
    if (!launcher) return
    say(launcher, PING)
    asked(ANSWER_MS)
  }
  const end = (): void => {
    cancelWait?.()
    cancelPing?.()
    cancelWait = cancelPing = null
  }
  return {
    asked,
    end,
    heard() {
      end()
      if (openCount() > 0) cancelPing = clock.after(ANSWER_MS, ping)
    },
  }
}

const CLOSED = 'the launcher was closed'
const closedFailure = err({ kind: 'launcher-unavailable', message: CLOSED } as const)

/** Requests that have no answer yet. */
function createOpenRequests() {
  const open = new Map<number, OpenRequest>()
  let lastId = 0
  return {
    count: () => open.size,
    add(request: Unnumbered, onPhase: (phase: KillPhase) => void) {
      const numbered: LauncherRequest = { ...request, id: (lastId += 1) }
      const answer = new Promise<Answer>((settle) => {
        open.set(numbered.id, { request: numbered, onPhase, settle, isRepeated: false })
      })
      return { numbered, answer }
    },
    answer(reply: Exclude<LauncherReply, { kind: 'ended' }>) {
      const asked = open.get(reply.id)
      if (!asked) return
      if (reply.kind === 'phase') return asked.onPhase(reply.phase)
      open.delete(reply.id)
      asked.settle(ok({ reply, isRepeated: asked.isRepeated }))
    },
    /** All of them, to be said to the next launcher. */
    repeat(): LauncherRequest[] {
      for (const asked of open.values()) asked.isRepeated = true
      return [...open.values()].map(({ request }) => request)
    },
    failAll(message: string) {
      const failed = [...open.values()]
      open.clear()
      for (const { settle } of failed) settle(err({ kind: 'launcher-unavailable', message }))
    },
  }
}

/** A session of its own: a Ctrl-C at the owner's terminal must not take it away while agents are being stopped. */
function forkLauncher(
  { entry, node, supervisor, log, env }: LauncherOptions,
  onMessage: (message: unknown) => void,
  onDeath: (reason: string) => void,
): ChildProcess {
  const child = fork(entry, [...supervisor], {
    execPath: node,
    execArgv: [],
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(env ? { env: { ...env } } : {}),
  })
  let isDead = false
  const die = (reason: string): void => {
    if (isDead) return
    isDead = true
    onDeath(reason)
  }
  child.on('message', onMessage)
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log.warn('the launcher says', { text: text.slice(0, 2000) })
  })
  child.on('error', (error) => {
    if (child.pid === undefined) die(error.message)
  })
  child.once('exit', (code, signal) => die(`exit ${signal ?? code}`))
  return child
}

/** A failed send needs no answer here: the process is gone or going, and its `exit` has everything said again. */
function say(child: ChildProcess, request: LauncherRequest): void {
  if (child.connected) child.send(request, undefined, {}, () => {})
}

async function endLauncher(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  await new Promise<void>((resolve) => {
    const cancel = systemClock.after(CLOSE_MS, () => void child.kill('SIGKILL'))
    child.once('exit', () => {
      cancel()
      resolve()
    })
    if (child.connected) child.disconnect()
  })
}
