/** Runs one shell line supervised like an agent, in a folder of its own, so that a crash neither loses nor doubles it. */
import { MARKER_VARIABLE } from '../../../domain/ids.ts'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../../base/clock.ts'
import type { CheckSettings } from '../../../domain/judging/judging-settings.ts'
import { plainText } from '../../../domain/output.ts'
import {
  agentEnvironment,
  applyEnvironment,
  withoutKeys,
} from '../../executors/launch/environment.ts'
import { readRawOutput } from '../../output/read-output.ts'
import type { ExitWatch } from '../../process/exit-watch.ts'
import type { ProcessHost } from '../../process/host/process-host.ts'
import type { Launcher } from '../../process/launcher/launcher.ts'
import type { Stage } from '../../process/launcher/resident.ts'
import { recoverStage } from '../../process/recover.ts'
import { readOwner, type ExitRecord } from '../../process/stage-files.ts'
import type { TrackedAgent, LocalRuntimeOptions } from '../tracked-agent.ts'

export interface LineStage {
  /** Created when it is missing; what an earlier owner left in it is used as it is. */
  readonly folder: string
  readonly line: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** The boot in which an earlier owner started it; null = not known. */
  readonly bootId: string | null
  /** Finds what it started. */
  readonly marker: string | null
  /** It is ended after so long; null = no limit. */
  readonly timeoutMs: number | null
  /** Ends it when aborted. */
  readonly signal?: AbortSignal | undefined
}

export type LineStages = ReturnType<typeof createLineStages>

interface LineStageParts {
  readonly launcher: Launcher
  readonly host: ProcessHost
  readonly clock: Clock
}

const KILL_GRACE_MS = 2000
const TAIL_BYTES = 2000
const NEWLINE = 10

export function createLineStages(parts: LineStageParts, watch: () => ExitWatch) {
  const waiting = new Map<string, (exit: ExitRecord | null) => void>()
  const settle = (folder: string, exit: ExitRecord | null): boolean => {
    const resolve = waiting.get(folder)
    waiting.delete(folder)
    resolve?.(exit)
    return resolve !== undefined
  }
  const endIt = async ({ folder, marker }: LineStage): Promise<void> => {
    const owner = readOwner(folder)
    const isKnown = owner.kind === 'supervisor' && owner.startTime !== ''
    const leader = isKnown ? { pid: owner.pid, startTime: owner.startTime } : null
    const bootId = await parts.host.bootId()
    const how = { bootId, signal: 'SIGTERM', graceMs: KILL_GRACE_MS } as const
    await parts.launcher.killTree({ folder, leader, marker, ...how })
    if (!watch().check(folder)) settle(folder, null)
  }
  return {
    /** Resolves at its end; null when it left no exit record (it vanished, or was never started). */
    async run(stage: LineStage): Promise<ExitRecord | null> {
      const { folder } = stage
      const isNew = mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined
      if (!isNew) {
        const found = await foundBefore(stage, parts.host)
        if (found !== 'alive') return found
      }
      const ended = new Promise<ExitRecord | null>((resolve) => waiting.set(folder, resolve))
      watch().watch(folder, { isAdopted: !isNew })
      const started = isNew ? await parts.launcher.start(stageOf(stage)) : null
      if (started && !started.ok) {
        watch().forget(folder)
        settle(folder, null)
      }
      let killing: Promise<void> | null = null
      const kill = (): void => void (killing ??= endIt(stage))
      const cancel = stage.timeoutMs === null ? () => {} : parts.clock.after(stage.timeoutMs, kill)
      if (stage.signal?.aborted) kill()
      stage.signal?.addEventListener('abort', kill)
      const exit = await ended
      stage.signal?.removeEventListener('abort', kill)
      cancel()
      // The shell may end before all of its child processes.
      await killing
      return exit
    },
    /** The exit watch tells of a stage of ours; false when the folder is none. */
    onExit: (folder: string, exit: ExitRecord): boolean => settle(folder, exit),
    onVanished(folder: string): boolean {
      if (!waiting.has(folder)) return false
      watch().forget(folder)
      return settle(folder, null)
    },
  }
}

/** A stage of an earlier owner. An exit record without a supervisor does not count: its agent can write here, too. */
async function foundBefore(
  { folder, bootId }: LineStage,
  host: ProcessHost,
): Promise<ExitRecord | 'alive' | null> {
  const found = await recoverStage(folder, { bootIdAtLaunch: bootId, host })
  if (found.kind === 'alive') return 'alive'
  return found.kind === 'exited' && readOwner(folder).kind === 'supervisor' ? found.exit : null
}

const stageOf = ({ folder, line, cwd, env }: LineStage): Stage => ({
  folder,
  argv: shellOf(line),
  cwd,
  env,
  stdinFile: null,
  hasOneStream: true,
})

const shellOf = (line: string): readonly string[] =>
  process.platform === 'win32'
    ? ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', line]
    : ['/bin/sh', '-c', line]

const roundFolder = (folder: string, round: number): string =>
  round === 1 ? folder : `${folder}.${round}`

/** Of `folder`, `folder.2` …: the newest that was begun, by this owner or an earlier one; the first when none was. */
function newestRound(folder: string): number {
  let round = 1
  while (existsSync(roundFolder(folder, round + 1))) round += 1
  return round
}

/** A stage that vanished is run again, up to this many times. */
const MAX_TRIES = 3

export interface LineEnd {
  readonly code: number
  /** The end of its output. */
  readonly tail: string
}

/** Until it has an end, in as many folders as that takes; null when it never got one, or was aborted. */
export async function runLine(stages: LineStages, stage: LineStage): Promise<LineEnd | null> {
  const first = newestRound(stage.folder)
  for (let round = first; round < first + MAX_TRIES && !stage.signal?.aborted; round += 1) {
    const folder = roundFolder(stage.folder, round)
    const exit = await stages.run({ ...stage, folder })
    if (exit) return { code: exit.code, tail: await outputTailOf(folder) }
  }
  return null
}

/**
 * Of its one stream; lines that an earlier program ran have a stderr of their own. Begins with an ellipsis where more stood before, then with
 * a whole line if there is one.
 */
export async function outputTailOf(folder: string): Promise<string> {
  for (const stream of ['stderr', 'stdout'] as const) {
    const window = { folder, stream, isEnded: true, from: -TAIL_BYTES, maxBytes: TAIL_BYTES }
    const { bytes, offset } = await readRawOutput(window)
    const from = offset === 0 ? 0 : bytes.indexOf(NEWLINE) + 1
    const text = plainText(bytes.toString('utf8', from)).trim()
    if (text !== '') return offset === 0 ? text : `…${from === 0 ? '' : '\n'}${text}`
  }
  return ''
}

// A task's verify command, run where its agent worked, in a folder below the agent's.

type Options = Pick<LocalRuntimeOptions, 'env' | 'agentVariables' | 'root'>

/** It was stopped before its verify command had ended. */
export const UNVERIFIED = { code: 75, tail: 'it was stopped before it was verified' } as const

/** Throws when it could not be run to its end (disk full …): then the result is unknown and it is tried again later. */
export async function runVerify(
  tracked: TrackedAgent,
  line: string,
  stages: LineStages,
  options: Options,
): Promise<LineEnd> {
  const end = await runLine(stages, {
    folder: join(tracked.folder, 'verify'),
    line,
    cwd: tracked.workplace?.cwd ?? options.root,
    env: lineEnvironment(tracked, options),
    bootId: tracked.bootId,
    marker: tracked.key,
    timeoutMs: null,
    signal: tracked.stopped.signal,
  })
  if (end) return end
  if (tracked.stop !== null) return UNVERIFIED
  throw new Error('the verify command could not be run to its end')
}

/** The same of a check, in place of the end of its output. */
export const UNCHECKED = 'it was not run to its end'

/** A line of `[evaluation.checks]`. Null = it was stopped before its end. Throws as `runVerify` does. */
export async function runCheck(
  tracked: TrackedAgent,
  { line, timeoutMs }: Pick<CheckSettings, 'line' | 'timeoutMs'>,
  stages: LineStages,
  options: Options,
): Promise<LineEnd | null> {
  const place = createHash('sha256').update(line).digest('hex').slice(0, 12)
  const end = await runLine(stages, {
    folder: join(tracked.folder, `check-${place}`),
    line,
    cwd: tracked.workplace?.cwd ?? options.root,
    env: lineEnvironment(tracked, options),
    bootId: tracked.bootId,
    marker: tracked.key,
    timeoutMs,
    signal: tracked.stopped.signal,
  })
  if (end || tracked.stop !== null) return end
  throw new Error('a check could not be run to its end')
}

/** The command runs code that agents wrote, so it has the identity of the agent for which it runs. */
export function lineEnvironment(
  tracked: Pick<TrackedAgent, 'order' | 'key'>,
  options: Options,
): Record<string, string> {
  const { profile, foreignKeys } = tracked.order
  const change = withoutKeys(agentEnvironment(profile, options.env), foreignKeys)
  const base = applyEnvironment(options.env, change)
  const own = options.agentVariables(tracked.order.agent)
  return { ...base, ...own, ...(tracked.key === null ? {} : { [MARKER_VARIABLE]: tracked.key }) }
}
