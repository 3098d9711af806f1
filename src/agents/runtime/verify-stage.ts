/** Runs a task's verify command supervised like an agent, in a folder beneath the agent's, so that a crash neither loses nor doubles it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { applyEnvironment, agentEnvironment } from '../executors/environment.ts'
import { readRawOutput } from '../output/read-output.ts'
import type { ExitWatch } from '../process/exit-watch.ts'
import { MARKER_VARIABLE } from '../process/process-host.ts'
import { recoverStage } from '../process/recover.ts'
import type { ExitRecord } from '../process/stage-files.ts'
import type { HeldAgent, LocalRuntimeOptions } from './held-agent.ts'

/** A stage that vanished is tried anew, but not for ever. */
const MAX_TRIES = 3

export interface VerifyStages {
  run(held: HeldAgent, line: string): Promise<{ code: number; tail: string }>
  /** The exit watch tells of a stage of ours; false when the folder is none. */
  onExit(folder: string, exit: ExitRecord): boolean
  onVanished(folder: string): boolean
}

export function createVerifyStages(
  options: LocalRuntimeOptions,
  watch: () => ExitWatch,
): VerifyStages {
  const waiting = new Map<string, (exit: ExitRecord | null) => void>()

  const ended = (folder: string): Promise<ExitRecord | null> =>
    new Promise((resolve) => waiting.set(folder, resolve))
  const settle = (folder: string, exit: ExitRecord | null): boolean => {
    const resolve = waiting.get(folder)
    waiting.delete(folder)
    resolve?.(exit)
    return resolve !== undefined
  }
  /** One stage to its end; null when it left none. A stage of an earlier owner is taken as it is. */
  const runStage = async (
    held: HeldAgent,
    line: string,
    folder: string,
  ): Promise<ExitRecord | null> => {
    const isNew = mkdirSync(folder, { recursive: true }) !== undefined
    if (!isNew) {
      const found = await recoverStage(folder, { bootIdAtLaunch: held.bootId, host: options.host })
      if (found.kind === 'exited') return found.exit
      if (found.kind !== 'alive') return null
    }
    const done = ended(folder)
    watch().watch(folder, { isAdopted: !isNew })
    if (isNew) {
      const started = await options.launcher.start(stageOf(held, line, folder))
      if (!started.ok) {
        watch().forget(folder)
        settle(folder, null)
      }
    }
    return done
  }
  const stageOf = (held: HeldAgent, line: string, folder: string) => {
    const base = applyEnvironment(options.env, agentEnvironment(held.order.profile, options.env))
    const env = { ...base, ...(held.key === null ? {} : { [MARKER_VARIABLE]: held.key }) }
    const argv =
      process.platform === 'win32'
        ? ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', line]
        : ['/bin/sh', '-c', line]
    return { folder, argv, cwd: held.workplace?.cwd ?? options.root, env, stdinFile: null }
  }
  return {
    async run(held, line) {
      for (let round = 1; round <= MAX_TRIES; round += 1) {
        const folder = join(held.folder, round === 1 ? 'verify' : `verify.${round}`)
        const exit = await runStage(held, line, folder)
        if (!exit && held.stop !== null) break
        if (!exit) continue
        const { bytes } = await readRawOutput({
          folder,
          stream: 'stderr',
          from: -2000,
          maxBytes: 2000,
        })
        return { code: exit.code, tail: bytes.toString('utf8').trim() }
      }
      return { code: 75, tail: 'the verify command could not be run to its end' }
    },
    onExit: (folder, exit) => settle(folder, exit),
    onVanished(folder) {
      watch().forget(folder)
      return settle(folder, null)
    },
  }
}
