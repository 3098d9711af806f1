/**
 * What became of a stage, told from its folder alone. At most one side ever owns a stage: the supervisor that created `pid`,
 * or a recovery that did. `pid` is never deleted here; a new try is a new folder.
 */
import { linkSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { ProcessHost } from './process-host.ts'
import {
  STAGE_FILES,
  errorCode,
  parseOwner,
  readExit,
  readIfThere,
  readOwner,
} from './stage-files.ts'
import type { ExitRecord } from './stage-files.ts'

/**
 * - `exited`: it ran and this is how it ended.
 * - `alive`: this supervisor runs it; adopt, never start another.
 * - `never-ran`: nothing ran and, because recovery now owns `pid`, nothing ever will.
 * - `lost`: it may have run; nobody knows how it ended. Sweep what it may have left before anything else.
 * - `undecided`: the folder cannot be read or written (disk full, rights); nothing may be started, ask again later.
 */
export type Recovery =
  | { readonly kind: 'exited'; readonly exit: ExitRecord }
  | { readonly kind: 'alive'; readonly pid: number; readonly startTime: string }
  | { readonly kind: 'never-ran' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'undecided'; readonly code: string; readonly message: string }

export interface RecoverOptions {
  /** From launch.json. Null when that could not be read: then a living process must also name the folder in its command line. */
  readonly bootIdAtLaunch: string | null
  readonly host: ProcessHost
}

/** How long a supervisor may take between creating `pid` and writing it, before it counts as alive but stopped. */
const UNWRITTEN_ROUNDS = 40
const UNWRITTEN_WAIT_MS = 50

export async function recoverStage(folder: string, options: RecoverOptions): Promise<Recovery> {
  await nextTurn() // many stages are recovered in a row when a yard opens
  try {
    return await recoverFolder(folder, options)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'undecided', code: errorCode(error), message }
  }
}

async function recoverFolder(folder: string, options: RecoverOptions): Promise<Recovery> {
  const bootId = await options.host.bootId()
  const isSameBoot = options.bootIdAtLaunch === null || options.bootIdAtLaunch === bootId
  for (let round = 1; ; round += 1) {
    const settled = settleNow(folder)
    if (settled) return settled
    const owner = await livingOwner(folder, isSameBoot ? options : null)
    if (owner === 'none') return exitedOrLost(folder)
    if (owner.isWritten) return { kind: 'alive', pid: owner.pid, startTime: owner.startTime }
    if (round >= UNWRITTEN_ROUNDS)
      return { kind: 'alive', pid: owner.pid, startTime: owner.startTime }
    await delay(UNWRITTEN_WAIT_MS)
  }
}

/** Who runs the stage, or is about to; `isWritten` when `pid` itself says so. With null nobody of the launch's boot can be alive. */
async function livingOwner(
  folder: string,
  options: RecoverOptions | null,
): Promise<(Claimant & { isWritten: boolean }) | 'none'> {
  if (!options) return 'none'
  const owner = readOwner(folder)
  if (owner.kind === 'unwritten') {
    const writer = await livingClaimant(folder, options)
    if (writer) return { ...writer, isWritten: false }
  }
  // Without a living writer an empty file may have been filled since it was read; then its owner has ended, or is this one.
  const { kind, ...noted } = { startTime: '', pid: 0, ...readOwner(folder) }
  if (kind !== 'supervisor' || !(await isSupervisor(folder, noted, options))) return 'none'
  return { ...noted, isWritten: true }
}

/** The two steps that decide most stages: the end is written down, or `pid` becomes ours (or an earlier recovery's). */
function settleNow(folder: string): Recovery | null {
  const exit = readExit(folder)
  if (exit) return { kind: 'exited', exit }
  const owner = readOwner(folder)
  if (owner.kind === 'recovery') return { kind: 'never-ran' }
  if (owner.kind !== 'nobody') return null
  return claimStage(folder) === 'taken' ? null : { kind: 'never-ran' }
}

/** It may have landed between the first look and now. */
function exitedOrLost(folder: string): Recovery {
  const exit = readExit(folder)
  return exit ? { kind: 'exited', exit } : { kind: 'lost' }
}

/** Creates `pid` with finished content, or fails because somebody has. A folder that is not there was never given to a supervisor. */
const claimStage = (folder: string): StageClaim =>
  takeStage(folder, 'recovery', `recovery ${process.pid} ${Date.now()}\n`)

export type StageClaim = 'won' | 'taken' | 'no-folder'

/** The same for whoever wants to own the stage; `content` is what `pid` says of the owner. Throws where nothing can be written. */
export function takeStage(folder: string, who: string, content: string): StageClaim {
  const pidFile = join(folder, STAGE_FILES.pid)
  const ours = `${pidFile}.${who}-${process.pid}`
  try {
    writeFileSync(ours, content)
    linkOrCreate(ours, pidFile, content)
    return 'won'
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return 'taken'
    if (errorCode(error) === 'ENOENT') return 'no-folder'
    throw error
  } finally {
    rmSync(ours, { force: true })
  }
}

/** A link brings name and content at once. Where the file system has none (exFAT), exclusive creation fences just as well. */
function linkOrCreate(from: string, to: string, content: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errorCode(error))) throw error
    writeFileSync(to, content, { flag: 'wx' })
  }
}

interface Claimant {
  readonly pid: number
  readonly startTime: string
}

/** One of the `pid.N` whose process lives: it is about to write `pid`, or to find that it came second. */
async function livingClaimant(folder: string, options: RecoverOptions): Promise<Claimant | null> {
  for (const name of readdirSync(folder)) {
    const [, number] = /^pid\.(\d+)$/.exec(name) ?? []
    if (number === undefined) continue
    const noted = parseOwner(readIfThere(join(folder, name)))
    const startTime = noted.kind === 'supervisor' ? noted.startTime : ''
    const pid = Number(number)
    const look = (await options.host.look([pid])).get(pid)
    const claimant = { pid, startTime: startTime || (look?.startTime ?? '') }
    if (await isSupervisor(folder, { pid, startTime }, options)) return claimant
  }
  return null
}

/** Alive, not a zombie, with the noted start time; where that or the boot is not known, its command line must hold the folder. */
async function isSupervisor(
  folder: string,
  noted: Claimant,
  { host, bootIdAtLaunch }: RecoverOptions,
): Promise<boolean> {
  const look = (await host.look([noted.pid])).get(noted.pid)
  if (!look || look.isDead) return false
  if (noted.startTime !== '' && !host.isSameStart(look.startTime, noted.startTime)) return false
  if (noted.startTime !== '' && bootIdAtLaunch !== null) return true
  return (await host.commandLine(noted.pid))?.includes(folder) ?? false
}
