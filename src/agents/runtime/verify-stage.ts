/** Runs a task's verify command supervised like an agent, in a folder beneath the agent's, so that a crash neither loses nor doubles it. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { agentEnvironment, applyEnvironment } from '../executors/environment.ts'
import { readRawOutput } from '../output/read-output.ts'
import type { ExitWatch } from '../process/exit-watch.ts'
import { MARKER_VARIABLE } from '../../domain/agent.ts'
import { recoverStage } from '../process/recover.ts'
import type { Stage } from '../process/spawn-stage.ts'
import type { ExitRecord } from '../process/stage-files.ts'
import type { HeldAgent, LocalRuntimeOptions } from './held-agent.ts'

export interface VerifyStages {
  /** Throws when it could not be run to its end (disk full …): then nothing is known and it is asked again later. */
  run(held: HeldAgent, line: string): Promise<{ code: number; tail: string }>
  /** The exit watch tells of a stage of ours; false when the folder is none. */
  onExit(folder: string, exit: ExitRecord): boolean
  onVanished(folder: string): boolean
}

/** A stage that vanished is tried anew, but not for ever. */
const MAX_TRIES = 3
const TAIL_BYTES = 2000

export function createVerifyStages(options: LocalRuntimeOptions, watch: ExitWatch): VerifyStages {
  const waiting = new Map<string, (exit: ExitRecord | null) => void>()
  const settle = (folder: string, exit: ExitRecord | null): boolean => {
    const resolve = waiting.get(folder)
    waiting.delete(folder)
    resolve?.(exit)
    return resolve !== undefined
  }
  /** One stage to its end; null when it left none. A stage of an earlier owner is taken as it is. */
  const runStage = async (held: HeldAgent, stage: Stage): Promise<ExitRecord | null> => {
    const { folder } = stage
    const isNew = mkdirSync(folder, { recursive: true }) !== undefined
    if (!isNew) {
      const found = await recoverStage(folder, { bootIdAtLaunch: held.bootId, host: options.host })
      if (found.kind === 'exited') return found.exit
      if (found.kind !== 'alive') return null
    }
    const ended = new Promise<ExitRecord | null>((resolve) => waiting.set(folder, resolve))
    watch.watch(folder, { isAdopted: !isNew })
    const started = isNew ? await options.launcher.start(stage) : null
    if (started && !started.ok) {
      watch.forget(folder)
      settle(folder, null)
    }
    return ended
  }
  return {
    async run(held, line) {
      const first = newestRound(held.folder)
      for (let round = first; round < first + MAX_TRIES && held.stop === null; round += 1) {
        const stage = stageOf(held, line, round, options)
        const exit = await runStage(held, stage)
        if (exit) return { code: exit.code, tail: await lastWords(stage.folder) }
      }
      if (held.stop !== null) return { code: 75, tail: 'it was stopped before it was verified' }
      throw new Error('the verify command could not be run to its end')
    },
    onExit: settle,
    onVanished(folder) {
      if (!waiting.has(folder)) return false
      watch.forget(folder)
      return settle(folder, null)
    },
  }
}

function stageOf(
  held: HeldAgent,
  line: string,
  round: number,
  options: LocalRuntimeOptions,
): Stage {
  const base = applyEnvironment(options.env, agentEnvironment(held.order.profile, options.env))
  // It runs what the agent wrote, so to the yard it is that agent.
  const own = options.agentVariables(held.order.agent)
  const env = { ...base, ...own, ...(held.key === null ? {} : { [MARKER_VARIABLE]: held.key }) }
  const argv =
    process.platform === 'win32'
      ? ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', line]
      : ['/bin/sh', '-c', line]
  const folder = roundFolder(held.folder, round)
  return { folder, argv, cwd: held.workplace?.cwd ?? options.root, env, stdinFile: null }
}

const roundFolder = (folder: string, round: number): string =>
  join(folder, round === 1 ? 'verify' : `verify.${round}`)

/** The newest that was begun, by this owner or an earlier one; the first when none was. */
function newestRound(folder: string): number {
  let round = 1
  while (existsSync(roundFolder(folder, round + 1))) round += 1
  return round
}

async function lastWords(folder: string): Promise<string> {
  const { bytes } = await readRawOutput({
    folder,
    stream: 'stderr',
    from: -TAIL_BYTES,
    maxBytes: TAIL_BYTES,
  })
  return bytes.toString('utf8').trim()
}
