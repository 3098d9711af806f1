/** The owner's side of the resident launcher: requests go to a small process beside us, and another is forked when it dies. */
import { setTimeout as delay } from 'node:timers/promises'
import { createEmitter, type Emitter } from '../../../base/emitter.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import type { TreeCpu, TreeTarget } from '../host/process-tree.ts'
import type { KillPhase, KillReport, KillTarget } from '../kill-tree.ts'
import { readOwner } from '../stage-files.ts'
import {
  type LauncherReply,
  type LauncherRequest,
  type LauncherUnavailable,
  type LaunchFailure,
  type MarkedProcesses,
  parseReply,
  type Stage,
  type Started,
  type SupervisorEnd,
} from './resident.ts'
import { type ChildProcess, fork } from 'node:child_process'
import { type Clock, systemClock } from '../../../base/clock.ts'
import type { Log } from '../../../base/log.ts'
import { errorText } from '../../../base/text.ts'

export interface StageEnd {
  readonly folder: string
  readonly end: SupervisorEnd
}

export interface Launcher {
  /** Forks now, so that it is ready, and this process still small, when the first agent is due; else at the first request. */
  warm(): void
  /**
   * Resolves as soon as the supervisor is spawned. Safe to repeat for one folder: the second supervisor runs nothing.
   * After `launcher-unavailable` it is not known whether one was started: let `recoverStage` decide, for it fences.
   */
  start(stage: Stage): Promise<Result<Started, LaunchFailure>>
  /** Phases may be announced again from the first when the launcher died in between; every step is harmless twice. */
  killTree(
    target: KillTarget,
    onPhase?: (phase: KillPhase) => void,
  ): Promise<Result<KillReport, LauncherUnavailable>>
  /** Who carries one of these markers, in one look at all processes. Markers that nobody carries are left out. Linux only: elsewhere nobody is found. */
  sweep(
    markers: readonly string[],
  ): Promise<Result<readonly MarkedProcesses[], LauncherUnavailable>>
  /** In the order of `trees`, in one look at all processes. More CPU than at the last look means that the tree is busy. */
  treeCpu(trees: readonly TreeTarget[]): Promise<Result<readonly TreeCpu[], LauncherUnavailable>>
  /** A supervisor ended that this launcher started. A hint to look at its folder: not heard after the launcher was replaced. */
  onEnded(listener: (end: StageEnd) => void): () => void
  /** A new launcher process took over: the ends of what the last one started will not be heard of. */
  onReplaced(listener: () => void): () => void
  /** The pid of the launcher process, or null while there is none. */
  pid(): number | null
  /** Ends the launcher process, never an agent. Requests still open fail as `launcher-unavailable`. */
  close(): Promise<void>
}

const SETTLE_MS = 2000
const SETTLE_STEP_MS = 10

export function openLauncher(options: LauncherOptions): Launcher {
  const onListenerError = (error: unknown): void =>
    options.log.error('a listener of the launcher failed', { error: String(error) })
  const ended = createEmitter<StageEnd>(onListenerError)
  const replaced = createEmitter<void>(onListenerError)
  const link = openLauncherLink(options, { ended, replaced })
  return {
    warm: link.warm,
    start: (stage) => start(link.ask, stage),
    async killTree(target, onPhase) {
      const answer = await link.ask({ kind: 'kill', target }, onPhase)
      return pick(answer, 'kill', ({ report }) => report)
    },
    sweep: async (markers) =>
      pick(await link.ask({ kind: 'sweep', markers }), 'sweep', ({ found }) => found),
    treeCpu: async (trees) =>
      pick(await link.ask({ kind: 'cpu', trees }), 'cpu', ({ trees: cpu }) => cpu),
    onEnded: ended.on,
    onReplaced: replaced.on,
    pid: link.pid,
    close: link.close,
  }
}

type Asking = ReturnType<typeof openLauncherLink>['ask']

async function start(ask: Asking, stage: Stage): Promise<Result<Started, LaunchFailure>> {
  const answer = await ask({ kind: 'start', stage })
  const picked = pick(answer, 'start', ({ result }) => result)
  if (!picked.ok || !answer.ok || !answer.value.isRepeated) return picked.ok ? picked.value : picked
  // A launcher died on this request, so two supervisors may be at the door: the `pid` file says which one came first.
  const owner = await settledOwner(stage.folder)
  if (owner) return ok(owner)
  if (picked.value.ok) return picked.value
  return unavailable(`the launcher died, and then: ${JSON.stringify(picked.value.error)}`)
}

async function settledOwner(folder: string): Promise<Started | null> {
  for (let waitedMs = 0; waitedMs < SETTLE_MS; waitedMs += SETTLE_STEP_MS) {
    const owner = readOwner(folder)
    if (owner.kind === 'supervisor') return { pid: owner.pid, startTime: owner.startTime }
    await delay(SETTLE_STEP_MS)
  }
  return null
}

function pick<K extends LauncherRequest['kind'], T>(
  answer: Answer,
  kind: K,
  take: (reply: Extract<LauncherReply, { kind: K }>) => T,
): Result<T, LauncherUnavailable> {
  if (!answer.ok) return answer
  const { reply } = answer.value
  if (reply.kind === 'error') return unavailable(reply.message)
  if (!isKind(reply, kind)) return unavailable(`unexpected answer ${reply.kind}`)
  return ok(take(reply))
}

const isKind = <K extends LauncherReply['kind']>(
  reply: LauncherReply,
  kind: K,
): reply is Extract<LauncherReply, { kind: K }> => reply.kind === kind

const unavailable = (message: string): Result<never, LauncherUnavailable> =>
  err({ kind: 'launcher-unavailable', message })

/** The command in front of [--one-stream] DIR STDIN PROGRAM …, as this system can run it. `resources` is the folder that holds the supervisors. */
export function supervisorCommand(
  resources: string,
  node: string,
  platform: NodeJS.Platform = process.platform,
): readonly string[] {
  return platform === 'win32'
    ? [node, `${resources}\\supervise.mjs`]
    : ['/bin/sh', `${resources}/supervise.sh`]
}

// The line to the launcher process: forks it, numbers requests, and says again to a new one what the last one left unanswered.

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

/** A request before it has its number. */
type Unnumbered = LauncherRequest extends infer R
  ? R extends LauncherRequest
    ? Omit<R, 'id'>
    : never
  : never

interface Answered {
  readonly reply: LauncherReply
  /** True when the request was said to more than one launcher process. */
  readonly isRepeated: boolean
}

type Answer = Result<Answered, LauncherUnavailable>

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

function openLauncherLink(
  options: LauncherOptions,
  { ended, replaced }: { readonly ended: Emitter<StageEnd>; readonly replaced: Emitter<void> },
) {
  const open = createOpenRequests()
  let child: ChildProcess | null = null
  let cancelFork: (() => void) | null = null
  let silentDeaths = 0
  let lastReason = 'no launcher can be run'
  let isClosed = false

  const silence = createSilence(options, () => child, open.count)
  const onMessage = (message: unknown): void => {
    const reply = parseReply(message)
    if (!reply) return
    if (reply.kind !== 'ping') silentDeaths = 0
    if (reply.kind === 'ended') ended.emit(reply)
    else open.answer(reply)
    silence.heard()
  }
  const onDeath = (reason: string): void => {
    child = null
    silence.end()
    if (isClosed) return
    silentDeaths += 1
    options.log.warn('the launcher process ended; agents go on', { reason, open: open.count() })
    lastReason = `no launcher can be run: ${reason}`
    if (silentDeaths >= MAX_SILENT_DEATHS) return open.failAll(lastReason)
    cancelFork = systemClock.after(FIRST_PAUSE_MS * 2 ** (silentDeaths - 1), () => {
      connect()
      replaced.emit()
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

  const warm = (): void => {
    if (!child && !cancelFork && !isClosed) connect()
  }
  return {
    warm,
    ask(request: Unnumbered, onPhase: (phase: KillPhase) => void = () => {}): Promise<Answer> {
      if (isClosed) return Promise.resolve(closedFailure)
      warm()
      // It could not be forked, and is not tried again by itself.
      if (!child && !cancelFork)
        return Promise.resolve(err({ kind: 'launcher-unavailable', message: lastReason } as const))
      const { numbered, answer } = open.add(request, onPhase)
      if (child) say(child, numbered)
      silence.asked(ANSWER_MS)
      return answer
    },
    pid: (): number | null => child?.pid ?? null,
    async close(): Promise<void> {
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
  { clock = systemClock, log }: LauncherOptions,
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
