/** The owner's side of the resident launcher: requests go to a small process beside us, and another is forked when it dies. */
import { setTimeout as delay } from 'node:timers/promises'
import { createEmitter } from '../../../base/emitter.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import type { TreeCpu, TreeTarget } from '../host/process-tree.ts'
import type { KillPhase, KillReport, KillTarget } from '../kill-tree.ts'
import { readOwner } from '../stage-files.ts'
import {
  openLauncherLink,
  type Answer,
  type LauncherLink,
  type LauncherOptions,
} from './launcher-link.ts'
import type { LauncherReply, LauncherRequest, MarkedProcesses } from './launcher-wire.ts'
import type {
  LaunchFailure,
  LauncherUnavailable,
  Stage,
  Started,
  SupervisorEnd,
} from './spawn-stage.ts'

export interface StageEnd {
  readonly folder: string
  readonly end: SupervisorEnd
}

export interface Launcher {
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

/** Forks at once, so that it is ready, and this process still small, when the first agent is due. */
export function openLauncher(options: LauncherOptions): Launcher {
  const onListenerError = (error: unknown): void =>
    options.log.error('a listener of the launcher failed', { error: String(error) })
  const ended = createEmitter<StageEnd>(onListenerError)
  const replaced = createEmitter<void>(onListenerError)
  const link = openLauncherLink({
    ...options,
    onEnded: ({ folder, end }) => ended.emit({ folder, end }),
    onReplaced: () => replaced.emit(),
  })
  return {
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

type Asking = LauncherLink['ask']

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
